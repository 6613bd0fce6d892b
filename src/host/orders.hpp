// What operators command, at the console or from a client: one table that both dispatches and documents.
#pragma once

#include <string>
#include <vector>

#include "host/requests.hpp"

namespace chat {

// Carries out "kick", "bob spam" and the like: each row of the answer is a line for whoever asked. Whoever is no
// operator is refused. A line for the audit log, whatever comes of it.
Answer carry_out_order(Asker asker, const std::string& word, const std::string& rest);
// Whether a ban is for somebody who is here: whose name or address it is for, and who had that name when it was made,
// by whatever name now.
bool is_meant(const Moderation::Rule& ban, const Person& person);
// Lines without an end, for the console.
std::vector<std::string> order_help();

}  // namespace chat
