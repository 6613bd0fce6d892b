// What clients ask of the host besides saying something: one table of verbs, each with who may and what answers it.
#pragma once

#include <set>

#include "host/session.hpp"

namespace chat {

// Who asks. The console has no session and may all that an operator may.
struct Asker {
  Services& host;
  Session* session = nullptr;
  bool is_operator() const;
};

// The answer but for its id. On the asking session's thread, or the console's; may wait for the disk, and throws
// PeerFault when the session ends meanwhile.
Answer carry_out(const Request& request, Asker asker);

// Sessions of which the asker may not know that they are here.
std::set<std::uint64_t> hidden_from(Asker asker);

// For those that answer.
inline Answer done(std::string text = {}, std::vector<Answer::Row> rows = {}) {
  return {0, Result::ok, std::move(text), std::move(rows), 0};
}
inline Answer refusal(Result result, std::string text) { return {0, result, std::move(text), {}, 0}; }

using Arguments = std::vector<Bytes>;

// requests_rooms.cpp
Answer enter_room(Asker asker, const Arguments& args);
Answer leave_room(Asker asker, const Arguments& args);
Answer list_rooms(Asker asker, const Arguments& args);
Answer lock_room(Asker asker, const Arguments& args);
Answer share_for_room(Asker asker, const Arguments& args);
Answer confirm_for_room(Asker asker, const Arguments& args);

// requests_people.cpp
Answer who_is_here(Asker asker, const Arguments& args);
Answer who_is(Asker asker, const Arguments& args);
Answer take_nick(Asker asker, const Arguments& args);
Answer set_status(Asker asker, const Arguments& args);
Answer announce_key(Asker asker, const Arguments& args);
Answer key_of(Asker asker, const Arguments& args);
Answer carry_letter(Asker asker, const Arguments& args);

// requests_accounts.cpp
Answer register_name(Asker asker, const Arguments& args);
Answer change_password(Asker asker, const Arguments& args);
Answer unregister_name(Asker asker, const Arguments& args);
Answer log_out(Asker asker, const Arguments& args);

// orders.cpp
Answer order(Asker asker, const Arguments& args);

}  // namespace chat
