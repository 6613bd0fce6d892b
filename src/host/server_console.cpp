// What is typed at the host: its own commands, and what it says.
#include <algorithm>

#include "host/orders.hpp"
#include "host/server.hpp"

namespace chat {

void Server::read_console(LineInput& input, const StopSignals& signals, Services& services) {
  std::string line;
  bool open = true;
  while (!signals.caught()) {
    const Clock::time_point until{Clock::duration(stop_at_.load())};
    if (Clock::now() >= until) return;
    signals.waker().clear();
    if (signals.reread()) reread(services);
    if (stop_at_.load() != until.time_since_epoch().count() || signals.caught()) continue;
    if (!open) {
      wait_for(Socket(), Want::hangup, until, &signals.waker());
      continue;
    }
    switch (input.next(line, until, &signals.waker())) {
      case LineInput::Outcome::line: {
        const auto first = std::find_if(line.begin(), line.end(), [](unsigned char c) { return c > ' '; });
        if (first != line.begin() && first != line.end() && *first == '/') {
          services.console.note("! not said: " + printable(line.substr(0, 40)) +
                                " - a command has no blank before it, a text that begins with / has //");
          continue;
        }
        if (line.starts_with('/') && !line.starts_with("//")) {
          if (!command(line, services)) return;
          continue;
        }
        if (line.starts_with("//")) line.erase(0, 1);
        const auto text = check_message(clean_text(line));
        if (!text) continue;
        say(*text, services);
        continue;
      }
      case LineInput::Outcome::too_long:
        services.console.note("! not sent: a line has at most " + std::to_string(limits::message_bytes) +
                              " bytes - say it in parts");
        continue;
      case LineInput::Outcome::end: open = false; continue;
      case LineInput::Outcome::timeout:
      case LineInput::Outcome::woken: continue;
    }
  }
}

void Server::reread(Services& services) {
  const auto outcome = use_settings({options_, applied_, terms_, tls_, services.journal, keeping_}, read_again_);
  const std::string line = outcome ? *outcome : "the settings stay as they were: " + outcome.error;
  services.journal.write(outcome ? LogLevel::info : LogLevel::error, line);
  services.console.note((outcome ? "* " : "! ") + printable(line));
}

void Server::say(const std::string& text, Services& services) {
  if (services.keys && !services.keys->blind()) {
    auto sealed = services.keys->seal(services.lobby.name(), text);
    services.ledger.submit(services.lobby, 0, std::string(host_sender), PostKind::sealed, std::move(sealed.body),
                           sealed.message);
  } else {
    services.ledger.submit(services.lobby, 0, std::string(host_sender), PostKind::message, text, 0);
  }
  services.ledger.deliver(services.lobby);
}

// One of the host's own commands; false: stop.
bool Server::command(const std::string& line, Services& services) {
  const std::string word = line.substr(1, line.find(' ') - 1);
  if (word == "quit" || word == "exit" || word == "q") return false;
  if (word == "reload") {
    reread(services);
  } else if (word == "who") {
    std::string names;
    for (const std::string& name : services.roster.names()) names += " " + name;
    services.console.note("* " + std::to_string(services.roster.size()) + " here:" + printable(names));
  } else if (word == "rooms") {
    services.console.note("* #" + std::string(lobby) + ": " + std::to_string(services.roster.size()));
    for (const Rooms::Seen& room : services.rooms.list())
      services.console.note("* #" + printable(room.name) + ": " + std::to_string(room.members) +
                            (room.locked ? ", with a password" : ""));
  } else if (word == "help" || word == "?") {
    services.console.note(
        "* /who lists who is here, /rooms the rooms, /reload reads the settings again, /quit stops the host; //text "
        "says /text, anything"
        " else is said");
    for (const std::string& each : order_help()) services.console.note(each);
  } else {
    const std::string rest = line.size() > word.size() + 1 ? line.substr(word.size() + 2) : std::string();
    const Answer answer = carry_out_order({services}, word, rest);
    if (answer.result != Result::ok) services.console.note("! " + printable(answer.text));
    for (const Answer::Row& row : answer.rows) services.console.note("* " + printable(row[0]));
  }
  return true;
}

}  // namespace chat
