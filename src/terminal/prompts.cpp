#include "terminal/prompts.hpp"

#include "crypto/password.hpp"
#include "terminal/format.hpp"
#include "terminal/view.hpp"
#include "terminal/visited.hpp"

namespace chat {

namespace {

// The next line of input, however long that takes.
std::string answer(LineInput& input, const StopSignals& signals) {
  std::string line;
  switch (input.next(line, Clock::time_point::max(), &signals.waker())) {
    case LineInput::Outcome::line: return line;
    case LineInput::Outcome::too_long: return "?";  // no address and no port
    case LineInput::Outcome::end:
      write_error("\n" + error_line("the input ended before the question was answered") +
                  hint_line("clint --help shows the flags that answer it"));
      throw NoAnswer{2};
    case LineInput::Outcome::timeout:
    case LineInput::Outcome::woken: break;
  }
  write_error("\n");
  throw NoAnswer{exit_code_of(signals)};
}

// Asks until `take(answer)` gives no error.
template <class Take>
void ask(LineInput& input, const StopSignals& signals, std::string_view question, Take take) {
  while (true) {
    std::string_view left = question;
    if (write_output(left, Clock::now() + 1s) == Written::failed) throw NoAnswer{1};
    const std::string error = take(answer(input, signals));
    if (error.empty()) return;
    write_error(error_line(error));
    if (!input_is_terminal()) throw NoAnswer{2};
  }
}

}  // namespace

Secret ask_new_password(LineInput& input, const StopSignals& signals) {
  std::optional<Secret> password;
  constexpr std::string_view question = "Set password: ";
  std::optional<EchoOff> echo_off;
  if (input_is_terminal()) echo_off.emplace(question);
  ask(input, signals, question, [&](const std::string& text) {
    if (!text.empty()) {
      Secret typed(text);
      std::string error = password_error(typed);
      if (error.empty()) password = std::move(typed);
      return error;
    }
    password = random_password();
    std::string shown = "The password is " + std::string(password->view()) + "  (shown this once: pass it on)\n";
    std::string_view left = shown;
    write_output(left, Clock::now() + 5s);
    return std::string();
  });
  return std::move(*password);
}

void ask_place(LineInput& input, const StopSignals& signals, ClintOptions& options) {
  if (!options.host) {
    const std::vector<Visit> visits = input_is_terminal() ? visited() : std::vector<Visit>();
    std::string list = visits.empty() ? "" : "You have been here; its number, or another address:\n";
    for (std::size_t i = 0; i < visits.size(); ++i)
      list +=
          "  " + std::to_string(i + 1) + "  " + printable(visits[i].place) + "  as " + printable(visits[i].name) + "\n";
    std::string_view left = list;
    write_output(left, Clock::now() + 1s);
    ask(input, signals, "Enter the IP address of the server: ", [&](const std::string& typed) {
      std::string text = typed;
      const bool is_number = typed.size() == 1 && typed[0] >= '1' && typed[0] <= '9';
      if (is_number && static_cast<std::size_t>(typed[0] - '0') <= visits.size()) {
        const Visit& visit = visits[static_cast<std::size_t>(typed[0] - '1')];
        text = visit.place;
        if (options.name.empty()) options.name = visit.name;
      }
      const auto place = check_endpoint(text.empty() ? "127.0.0.1" : text);
      if (!place) return place.error;
      options.host = (*place).host;
      if ((*place).port) options.port = (*place).port;
      return std::string();
    });
  }
  if (!options.port) {
    ask(input, signals, "Enter the port you want to connect to: ", [&](const std::string& text) {
      const auto port = text.empty() ? Checked<std::uint16_t>{limits::default_port, {}} : check_port(text);
      options.port = port.value;
      return port.error;
    });
  }
}

}  // namespace chat
