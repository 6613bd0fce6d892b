// How events read on the terminal. Pure; every text that came from elsewhere goes through printable().
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "client/client.hpp"
#include "terminal/markup.hpp"

namespace chat {

// Each function gives whole lines, each with its end.

// `first` before the text's first line, each further line indented. markup: shows it with attributes; null: as it is.
std::string text_lines(const std::string& first, std::string_view text, Markup* markup = nullptr);
// (said 2026-11-21 14:03 UTC): of what was kept back.
std::string said_mark(std::uint64_t time_ms);
// A message, whoever sealed it; `sender` is fit for the terminal already.
std::string message_lines(const PostArrived& arrived, const std::string& sender, Markup* markup = nullptr);
std::string action_lines(const PostArrived& arrived, const std::string& sender, Markup* markup = nullptr);
std::string notice_lines(const PostArrived& arrived);  // the host's words
std::string topic_line(const PostArrived& arrived, const std::string& sender);
std::string post_lines(const PostArrived& arrived);
std::string motd_lines(std::string_view motd);
std::string safety_lines(const SafetyNumber& number);
// "away: lunch", "busy"; empty for somebody who is just here. status: the number of a Status, or of none.
std::string status_text(std::uint64_t status, std::string_view words);
std::string not_stored_line(const NotStoredYet& refusal);
std::string gap_line(const GapSeen& gap);
std::string lost_line(const std::string& place, const Lost& lost, const Retrying& retrying);
std::string retry_line(const Retrying& retrying);
// Whether this attempt is worth a line: a long outage shall not fill the screen.
bool is_told(unsigned attempt);
std::string security_line(const HostAnswered& answered);
// 0.4 s, 4 s, 1.3 s, 25 s, 3 min, 2 h 5 min
std::string duration_text(std::chrono::milliseconds time);

// What the end means to the user and to a script.
struct Farewells {
  int code = 0;       // the program's exit code
  std::string lines;  // for stderr; empty when there is nothing to explain
};
Farewells explain(const Ended& end, const std::string& place, bool was_logged_in);
std::string error_line(std::string_view sentence);
std::string hint_line(std::string_view sentence);

}  // namespace chat
