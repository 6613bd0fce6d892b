#include <algorithm>
#include <charconv>

#include "host/orders.hpp"

namespace chat::orders {

Answer close(Order& order) {
  order.host.moderation.set_closed(true);
  return line("nobody new is let in until /open; who is here stays");
}

Answer open(Order& order) {
  order.host.moderation.set_closed(false);
  return line("newcomers are let in again");
}

// What cannot be stored cannot be said; on a full disk people may want to talk rather than to be kept.
Answer history(Order& order) {
  const std::string word = order.word();
  const bool on = word == "on";
  if ((!on && word != "off") || !order.rest.empty()) return wrong("/history off, or /history on");
  if (const auto error = order.host.ledger.keep_history(on)) return refusal(Result::failed, *error);
  const std::string text = on ? history_is_on : "history is off: what is said from now on is not kept";
  // The audit log may be on the same full disk.
  order.host.journal.write(LogLevel::info, order.by + ": " + text);
  return announced(order, text);
}

Answer stats(Order& order) {
  const Services& host = order.host;
  Answer answer =
      line(std::to_string(host.roster.size()) + (host.roster.size() == 1 ? " clint" : " clints") + " of at most " +
           std::to_string(host.roster.most()) + ", " + std::to_string(host.gate.strangers()) + " logging in, " +
           std::to_string(host.rooms.size()) + (host.rooms.size() == 1 ? " room, " : " rooms, ") +
           std::to_string(host.lobby.log().last()) + " posts in #lobby; goodbyes: " + host.journal.counts());
  if (host.encrypted()) {  // accounts and rooms have passwords, too
    const auto guesses = host.guesses.counts();
    answer.rows.push_back({"log-ins: " + std::to_string(guesses.succeeded) + " good, " +
                           std::to_string(guesses.failed) + " failed, " + std::to_string(guesses.refused) +
                           " refused (too many failed before)"});
  }
  if (host.ledger.stores() && !host.ledger.keeps_history())
    answer.rows.push_back({"history is off: what is said is not kept; /history on"});
  if (host.accounts.size() > 0)
    answer.rows.push_back(
        {std::to_string(host.accounts.size()) + (host.accounts.size() == 1 ? " account" : " accounts")});
  return answer;
}

Answer shutdown(Order& order) {
  std::uint32_t seconds = 0;
  const std::string word = order.word();
  if (word == "cancel") {
    if (!order.host.stop_in(std::nullopt)) return refusal(Result::failed, "the host was not about to stop");
    return announced(order, "the host does not stop");
  }
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds);
  if (const auto time = check_duration(word); time && *time <= 24h)
    seconds = static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(*time).count());
  else if (!word.empty() && (error != std::errc{} || end != word.data() + word.size() || seconds > 86'400))
    return wrong("/shutdown, or in how many seconds: /shutdown 60, /shutdown 5m; /shutdown cancel takes it back");
  const std::string text = "the host stops in " + std::to_string(seconds) + " s";
  Answer answer = seconds > 0 ? announced(order, text) : line(text);
  order.host.stop_in(std::chrono::seconds(seconds));
  return answer;
}

}  // namespace chat::orders
