#include "host/orders.hpp"

#include <algorithm>

namespace chat {

std::string Order::word() {
  const std::size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
  const std::size_t end = std::min(rest.find(' ', begin), rest.size());
  std::string word = rest.substr(begin, end - begin);
  const std::size_t next = rest.find_first_not_of(' ', end);
  rest = next == std::string::npos ? std::string() : rest.substr(next);
  return word;
}

std::string Order::reason() const {
  std::string clean = clean_text(rest.substr(0, rest.find('\n')));
  return clean.size() > limits::status_bytes ? std::string() : clean;
}

namespace orders {

Answer announced(Order& order, const std::string& text, const std::string& more) {
  order.host.console.pass_over(text + more);
  if (!order.at_console)
    return order.host.announcer.notice_stored(text + more)
               ? Answer{}
               : line(text + " - nobody else is told: that could not be stored");
  order.host.announcer.notice(text + more);
  return line(text);
}

Answer told(Order& order, const std::string& text, const std::string& why) {
  return announced(order, text,
                   " (by " + (order.at_console ? "the host" : order.by) + (why.empty() ? "" : ": " + why) + ")");
}

Answer outcome(const std::optional<std::string>& error, const std::string& success) {
  return error ? refusal(Result::failed, *error) : line(success);
}

}  // namespace orders

namespace {

struct Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view summary;
  Answer (*run)(Order&);
};

constexpr Command table[]{
    {"kick", "NAME [WHY]", "shows somebody out", orders::kick},
    {"ban", "NAME|ip=ADDRESS [TIME] [WHY]", "shows out and keeps out: /ban bob 1h30m spam", orders::ban},
    {"unban", "NAME|ip=ADDRESS", "lets in again", orders::unban},
    {"bans", "", "lists who is banned", orders::bans},
    {"mute", "[NAME [TIME] [WHY]]", "lets somebody read only; without a name: the list", orders::mute},
    {"unmute", "NAME", "lets somebody speak again", orders::unmute},
    {"allowlist", "[on|off|add NAME|remove NAME|import [TIME]]", "lets in only names on a list; import: who is here",
     orders::allowlist},
    {"op", "[NAME [TIME]]", "makes somebody an operator; without a name: the list", orders::op},
    {"deop", "NAME", "makes somebody no operator", orders::deop},
    {"rename", "NAME NEW", "gives somebody another name", orders::rename},
    {"close", "", "lets nobody new in", orders::close},
    {"open", "", "lets newcomers in again", orders::open},
    {"history", "off|on", "stops keeping what is said, on a full disk; or keeps it again", orders::history},
    {"register", "NAME", "makes an account for somebody, with a password to pass on", orders::register_for},
    {"unregister", "NAME", "takes an account away", orders::unregister},
    {"stats", "", "shows how many are here, and what ended sessions", orders::stats},
    {"shutdown", "[TIME|cancel]", "stops the host, after so many seconds, or 5m", orders::shutdown},
};

// Everybody may these, without what operators put behind them.
constexpr std::string_view shared_words[]{"history", "register", "unregister"};

// The console's own, which Server::command carries out.
constexpr std::string_view console_words[]{"help", "quit", "reload", "rooms", "who"};

// An operator's clint knows its own commands; at the console nothing else says what was meant.
Answer no_such_order(const std::string& word, bool at_console) {
  std::vector<std::string_view> names(std::begin(console_words), std::end(console_words));
  for (const Command& each : table) names.push_back(each.name);
  const std::string meant = at_console ? "did you mean /" + std::string(nearest(word, names)) + "? " : "";
  return refusal(Result::not_here,
                 "there is no /" + printable(word) + " here - " + meant + "/help lists what there is");
}

}  // namespace

bool is_meant(const Moderation::Rule& ban, const Person& person) {
  if (ban.session != 0 && person.session == ban.session) return true;
  return look_alike(person.name, ban.whom) ||
         (is_address(ban.whom) && person.address_group == Address{ban.whom, 0}.group());
}

Answer carry_out_order(Asker asker, const std::string& word, const std::string& rest) {
  const auto* entry =
      std::find_if(std::begin(table), std::end(table), [&](const Command& each) { return each.name == word; });
  const std::string by = asker.session ? asker.session->name() : std::string(host_sender);
  const std::string wanted = by + " /" + word + " " + rest.substr(0, 200);
  if (entry == std::end(table)) return no_such_order(word, asker.session == nullptr);
  if (asker.session && !asker.is_operator()) {
    const bool is_shared = std::find(std::begin(shared_words), std::end(shared_words), word) != std::end(shared_words);
    const std::string what = word + (is_shared ? " " + std::string(entry->arguments) : "");
    Answer no =
        refusal(Result::not_allowed, "/" + what + " is for operators - the host's console makes some: /op NAME");
    asker.host.journal.audit_not_allowed(wanted + ": refused, " + no.text, asker.session->address());
    return no;
  }
  Order given{asker.host, by, asker.session == nullptr, rest};
  const bool looks_only = word == "stats" || word == "bans";
  Answer answer = entry->run(given);
  if (looks_only) return answer;
  if (asker.session && answer.result == Result::ok)
    asker.host.console.note("* " + printable(by + ": /" + word + " " + rest));
  asker.host.journal.audit(wanted + (answer.result == Result::ok ? ": done" : ": refused, " + answer.text));
  return answer;
}

Answer order(Asker asker, const Arguments& args) {
  const auto is_line = [](const Bytes& text, std::size_t most) {
    return text.size() <= most && is_clean_text(text) && text.find('\n') == Bytes::npos;
  };
  if (!is_line(args[0], 32) || !is_line(args[1], limits::topic_bytes)) return orders::wrong("that is no command");
  return carry_out_order(asker, args[0], args[1]);
}

std::vector<std::string> order_help() {
  std::vector<std::string> lines;
  for (const Command& entry : table) {
    std::string text = "* /" + std::string(entry.name) + " " + std::string(entry.arguments);
    text.resize(std::max<std::size_t>(text.size() + 1, 34), ' ');
    lines.push_back(text + std::string(entry.summary));
  }
  return lines;
}

}  // namespace chat
