// What operators command, at the console or from a client: one table that both dispatches and documents.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/requests.hpp"

namespace chat {

inline constexpr const char* history_is_on = "history is on again: what is said is kept";

// Carries out "kick", "bob spam" and the like: each row of the answer is a line for whoever asked. Whoever is no
// operator is refused. A line for the audit log, whatever comes of it.
Answer carry_out_order(Asker asker, const std::string& word, const std::string& rest);
// Whether a ban is for somebody who is here: whose name or address it is for, and who had that name when it was made,
// by whatever name now.
bool is_meant(const Moderation::Rule& ban, const Person& person);
// Lines without an end, for the console.
std::vector<std::string> order_help();

// ---- The orders themselves, each answering whoever gave it ----------------------------------------------------------

// One that is carried out: on the thread of who gave it.
struct Order {
  Services& host;
  const std::string by;  // the name of who gave it
  const bool at_console;
  std::string rest;  // of the line, behind the order's word

  // The next word of the rest; empty: there is none.
  std::string word();
  // What is left, as a reason: one line of text.
  std::string reason() const;
};

namespace orders {

// For those that answer.
inline Answer line(const std::string& text) { return done({}, {{text}}); }
inline Answer wrong(const std::string& text) { return refusal(Result::bad_value, text); }
// Told to everybody in the lobby; who asked in the chat is there, and needs no second line, if it can be stored.
Answer announced(Order& order, const std::string& text, const std::string& more = {});
// The same about somebody: by whom it was done, and why.
Answer told(Order& order, const std::string& text, const std::string& why = {});
Answer outcome(const std::optional<std::string>& error, const std::string& success);

// orders_people.cpp
Answer kick(Order& order);
Answer ban(Order& order);
Answer unban(Order& order);
Answer bans(Order& order);
Answer mute(Order& order);
Answer unmute(Order& order);
Answer allowlist(Order& order);
Answer op(Order& order);
Answer deop(Order& order);
Answer rename(Order& order);
Answer register_for(Order& order);
Answer unregister(Order& order);

// orders_host.cpp
Answer close(Order& order);
Answer open(Order& order);
Answer history(Order& order);
Answer stats(Order& order);
Answer shutdown(Order& order);

}  // namespace orders
}  // namespace chat
