#include "terminal/format.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "terminal/commands.hpp"

namespace chat {

namespace {

std::string total_line(std::uint32_t members) { return "+ Total connected clints: [" + std::to_string(members) + "]"; }

std::string forget_hint(const std::string& place) {
  return hint_line("if it was changed on purpose, run: clint --forget " + place);
}

// How to go on after it.
std::string_view advice(Goodbye why) {
  constexpr std::string_view same_version =
      "the two do not understand each other: see clint --version and host --version, bring the older one up to date";
  switch (why) {
    case Goodbye::left:
    case Goodbye::replaced: return "start clint again to come back";
    case Goodbye::host_stopping: return "try again later, or ask whoever runs the host when it is back";
    case Goodbye::connection_lost:
    case Goodbye::silent:
    case Goodbye::stalled: return "check the network, and that the host is still running; then start clint again";
    case Goodbye::idle: return "this host ends sessions that say nothing for long; start clint again to come back";
    case Goodbye::malformed:
    case Goodbye::too_large:
    case Goodbye::unknown_type:
    case Goodbye::out_of_state:
    case Goodbye::bad_text:
    case Goodbye::version: return same_version;
    case Goodbye::bad_name: return "take another name with --name: letters and digits, like nobody else's here";
    case Goodbye::log_in_deadline:
    case Goodbye::frame_deadline: return "try again; a slow network, or a question left open, takes too long";
    case Goodbye::tls_failed: return "try again; if it stays so, ask whoever runs the host about its certificate";
    case Goodbye::full: return "try again later, or ask whoever runs the host for a larger --max-clients";
    case Goodbye::busy: return "try again in a minute; if it stays so, the host needs more open files (ulimit -n)";
    case Goodbye::too_many: return "end other connections from this machine or network, or try again in a minute";
    case Goodbye::not_clint: return "is it the right port? A host says its own when it starts";
    case Goodbye::needs_tls: return "call clint with --tls";
    case Goodbye::wrong_password:
      return "ask for the password again; if it is right, somebody sits between you and the host";
    case Goodbye::guesses: return "wait for so long, and ask for the right password meanwhile";
    case Goodbye::kicked: return "you may come back; ask an operator first what was wrong";
    case Goodbye::banned: return "ask an operator, who can /unban you";
    case Goodbye::closed: return "ask an operator, who can /open the host or /allowlist add your name";
    case Goodbye::account:
      return "log in with a name's own password, by one clint at a time, or take another name with --name; an operator "
             "can /register one for you";
  }
  return {};
}

int exit_code(Goodbye why) {
  switch (why) {
    case Goodbye::full:
    case Goodbye::busy:
    case Goodbye::too_many:
    case Goodbye::guesses:
    case Goodbye::kicked:
    case Goodbye::banned:
    case Goodbye::closed:
    case Goodbye::account:
    case Goodbye::bad_name: return 5;
    case Goodbye::wrong_password: return 3;
    default: return 1;
  }
}

}  // namespace

std::string text_lines(const std::string& first, std::string_view text, Markup* markup) {
  std::string lines = first;
  while (true) {
    const std::size_t end = text.find('\n');
    const std::string line = printable(text.substr(0, end));
    lines += (markup ? markup->line(line) : line) + "\n";
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
    if (text.empty()) return lines;
    lines += "  ";
  }
}

std::string said_mark(std::uint64_t time_ms) {
  const std::chrono::sys_seconds time{std::chrono::seconds(time_ms / 1000)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "(said %04d-%02u-%02u %02d:%02d UTC)", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()));
  return text.data();
}

std::string message_lines(const PostArrived& arrived, const std::string& sender, Markup* markup) {
  switch (arrived.seal) {
    case Seal::none:
    case Seal::good: return text_lines(sender + ": ", arrived.post.body, markup);
    case Seal::late:
      return text_lines(sender + " " + said_mark(arrived.post.time_ms) + ": ", arrived.post.body, markup);
    case Seal::missing:
      return text_lines(sender + " [not sealed, the host can have changed it]: ", arrived.post.body, markup);
    case Seal::other_key: return sender + ": [sealed with another password]\n";
    case Seal::damaged: return "! a message of " + sender + " was damaged or forged on its way - not shown\n";
    case Seal::repeated: return "! the host repeats an old message of " + sender + " - not shown\n";
  }
  return {};
}

std::string action_lines(const PostArrived& arrived, const std::string& sender, Markup* markup) {
  const bool legible = arrived.seal == Seal::none || arrived.seal == Seal::good || arrived.seal == Seal::late;
  if (!legible) return message_lines(arrived, "* " + sender, markup);
  const std::string when = arrived.seal == Seal::late ? said_mark(arrived.post.time_ms) + " " : std::string();
  return text_lines("* " + sender + " " + when, arrived.post.body, markup);
}

std::string notice_lines(const PostArrived& arrived) {
  const bool among_sealed = arrived.seal == Seal::missing;  // where it could pass for what somebody does
  return text_lines(among_sealed ? "* " + std::string(host_sender) + ": " : "* ", arrived.post.body);
}

std::string topic_line(const PostArrived& arrived, const std::string& sender) {
  switch (arrived.seal) {
    case Seal::other_key: return "* " + sender + " set a topic that is sealed with another password\n";
    case Seal::damaged:
    case Seal::repeated: return "! a topic of " + sender + " was damaged, forged or repeated on its way - not shown\n";
    default: break;
  }
  if (arrived.post.body.empty()) return "* " + sender + " took the topic away\n";
  return "* " + sender + " set the topic: " + printable(arrived.post.body) + "\n";
}

std::string post_lines(const PostArrived& arrived) {
  const Post& post = arrived.post;
  const Presence& presence = arrived.presence;
  const std::string sender = printable(post.sender);
  switch (post.kind) {
    case PostKind::message: return message_lines(arrived, sender);
    case PostKind::action: return action_lines(arrived, sender);
    case PostKind::topic: return topic_line(arrived, sender);
    case PostKind::sealed: break;  // arrives opened
    case PostKind::rename: return "* " + sender + " is now " + printable(post.body) + "\n";
    case PostKind::notice: return notice_lines(arrived);
    case PostKind::join: return "* " + sender + " joined\n" + total_line(presence.members) + "\n";
    case PostKind::leave: {
      const std::string why = presence.why == Goodbye::left ? "" : " (" + std::string(goodbye_text(presence.why)) + ")";
      return "* " + sender + " left" + why + "\n" + total_line(presence.members) + "\n";
    }
    case PostKind::crowd:
      return total_line(presence.members) + " (" + std::to_string(presence.joined) + " joined, " +
             std::to_string(presence.left) + " left)\n";
  }
  return {};
}

std::string motd_lines(std::string_view motd) { return motd.empty() ? std::string() : text_lines("* ", motd); }

std::string safety_lines(const SafetyNumber& number) {
  const std::string name = printable(number.name);
  if (number.number.empty()) return "* noted: the safety number with " + name + " was compared\n";
  const std::string half = number.number.substr(0, number.number.size() / 2);
  std::string lines = "* safety number with " + name + (number.compared ? " (compared)" : " (not compared)") +
                      ":\n    " + half + "\n    " + number.number.substr(half.size() + 1) + "\n";
  if (number.compared) return lines;
  return lines + "* if " + name +
         " sees the same with /verify, nobody sits between you: compare it by phone or side by side, then /verify " +
         name + " yes\n";
}

std::string status_text(std::uint64_t status, std::string_view words) {
  std::string text = status == 0 || status >= status_names.size() ? "" : std::string(status_names[status]);
  if (!words.empty()) text += (text.empty() ? "" : ": ") + printable(words);
  return text;
}

std::string not_stored_line(const NotStoredYet& refusal) {
  return "! not stored: " + printable(refusal.text) + " - it is sent again until the host can store it\n";
}

std::string gap_line(const GapSeen& gap) {
  constexpr std::uint64_t nobody_knows = std::uint64_t{1} << 31;  // docs/PROTOCOL.md, "gap"
  const bool counted = gap.missed < nobody_knows;
  const bool one = counted && gap.missed == 1;
  return "! " + (counted ? std::to_string(gap.missed) : "some") + (one ? " message" : " messages") +
         (gap.room == lobby ? "" : " in #" + printable(gap.room)) + (one ? " was" : " were") + " missed" +
         (gap.away ? " while away" : "") + " (not kept by the host)\n";
}

std::string lost_line(const std::string& place, const Lost& lost, const Retrying& retrying) {
  const bool plain_cut = lost.why == Goodbye::connection_lost && lost.text.empty();
  return "! connection to " + place + " lost" +
         (plain_cut ? "" : " (" + printable(reason_text(lost.why, lost.text)) + ")") + " - trying again in " +
         duration_text(retrying.delay) + "\n";
}

std::string retry_line(const Retrying& retrying) {
  return "! " + printable(retrying.why) + " - trying again in " + duration_text(retrying.delay) + "\n";
}

bool is_told(unsigned attempt) { return attempt <= 5 || attempt % 10 == 0; }

std::string security_line(const HostAnswered& answered) {
  if (!answered.secure) return "* not encrypted: anyone on this network can read along\n";
  return "* encrypted; " + trusted_text(answered.how) + "\n";
}

std::string duration_text(std::chrono::milliseconds time) {
  const auto tenths = std::llround(static_cast<double>(time.count()) / 100);
  if (tenths >= 72'000) return std::to_string(tenths / 36'000) + " h " + std::to_string(tenths / 600 % 60) + " min";
  if (tenths >= 1200) return std::to_string(tenths / 600) + " min";
  if (tenths >= 100 || tenths % 10 == 0) return std::to_string(tenths / 10) + " s";
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

Farewells explain(const Ended& end, const std::string& place, bool was_logged_in) {
  const std::string text = printable(end.text);
  switch (end.end) {
    case End::becoming:
    case End::left: return {};
    case End::unreachable:
      return {1, error_line(text) + hint_line("check the address and the port, and that a host is running there")};
    case End::unknown_host:
      return {1,
              error_line(text) + hint_line("check the name, or give the address: a host shows its own at its start")};
    case End::turned_away:
      return {1, error_line(text) +
                     hint_line(
                         "if a host is running there, too many come to it at once, or are there from your address: try "
                         "again in a minute, or ask whoever runs it for a larger --per-address")};
    case End::not_clint:
      return {1, error_line(text) + hint_line("is it the right port? A host says its own when it starts")};
    case End::plain_refused:
      return {1, error_line(text) + hint_line("start the host with --tls, or call clint without --tls and --cert")};
    case End::no_longer_secure: return {4, error_line(text) + forget_hint(place)};
    case End::identity_changed:
      return {4, error_line(text) + "  pinned: " + printable(end.known_key) +
                     "\n  now:    " + printable(end.present_key) + "\n" + forget_hint(place)};
    case End::not_trusted:
      return {4,
              error_line(text) + "  " + printable(end.present_key) + "\n" +
                  hint_line("ask whoever runs the host what it showed at its start: if it is this, say yes to it on a "
                            "terminal, or use --cert FILE or --tls-insecure")};
    case End::wrong_password:
      return {3, error_line(std::string(goodbye_text(Goodbye::wrong_password))) +
                     hint_line(advice(Goodbye::wrong_password))};
    case End::wrong_account:
      return {3, error_line("wrong password for the account whose name you want") +
                     hint_line("try again, or take another name with --name; an operator can /unregister it")};
    case End::account_wanted:
      return {2, error_line("the name " + text + " is an account's, and there is no password") +
                     hint_line("take another name with --name, or set the variable CLINT_ACCOUNT_PASSWORD")};
    case End::no_password:
      return {2, error_line("the host asks for a password, and there is none") +
                     hint_line("use --password-file FILE or the variable CLINT_PASSWORD")};
    case End::password_unused:
      return {4, error_line(text) +
                     hint_line("is it the right host? To go on without protection by the password, add --plain")};
    case End::misbehaves:
      return {1, error_line("host misbehaves: " + text) +
                     hint_line("tell whoever runs it; " + std::string(advice(Goodbye::malformed)))};
    case End::goodbye: {
      const std::string who = was_logged_in ? "the host ended this session: " : "the host does not let us in: ";
      return {exit_code(end.why),
              error_line(who + printable(reason_text(end.why, end.text))) + hint_line(advice(end.why))};
    }
    case End::failed:
      return {1, error_line(text) + hint_line("mend what it names, if it names something, and start clint again")};
  }
  return {1, {}};
}

std::string error_line(std::string_view sentence) { return "clint: error: " + std::string(sentence) + "\n"; }
std::string hint_line(std::string_view sentence) { return "clint: hint: " + std::string(sentence) + "\n"; }

}  // namespace chat
