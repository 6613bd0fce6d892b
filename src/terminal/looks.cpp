#include "terminal/looks.hpp"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "terminal/format.hpp"

namespace chat {

namespace {

constexpr std::string_view off = "\x1b[0m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view marked = "\x1b[1;7m";

// Told apart; the default ones are of middle brightness, so that they can be read on dark and on light.
constexpr std::array on_any{29, 33, 30, 64, 97, 130, 133, 136, 160, 166, 168, 94};
constexpr std::array on_dark{75, 79, 114, 141, 147, 173, 179, 180, 203, 209, 215, 222};
constexpr std::array on_light{18, 22, 24, 53, 52, 54, 55, 23, 88, 89, 90, 124};

icu::UnicodeString folded(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))).foldCase();
}

// FNV-1a, 32 bits: the same on every machine, so that a name has one colour everywhere.
std::uint32_t number_of_name(std::string_view name) {
  std::string lower;
  folded(name).toUTF8String(lower);
  std::uint32_t hash = 2166136261u;
  for (const char c : lower) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  return hash;
}

std::string formatted(const std::string& format, const std::tm& time) {
  std::array<char, longest_time> text;
  return printable({text.data(), std::strftime(text.data(), text.size(), format.c_str(), &time)});
}

// What ends bold ends dim, too.
std::string still_dim(std::string line) {
  constexpr std::string_view bold_ends = "\x1b[22m";
  for (std::size_t at = 0; (at = line.find(bold_ends, at)) != std::string::npos; at += bold_ends.size() + dim.size())
    line.insert(at + bold_ends.size(), dim);
  return line;
}

bool is_word(UChar32 c) { return u_isalnum(c) != 0 || c == '_'; }

}  // namespace

bool use_color(std::string_view wanted, bool terminal, const char* no_color, const char* term) {
  if (wanted == "always") return true;
  if (wanted == "never" || !terminal) return false;
  const std::string_view kind = term ? term : "";
  return (!no_color || *no_color == '\0') && !kind.empty() && kind != "dumb";
}

bool use_links(std::string_view wanted, bool terminal, const std::function<const char*(const char*)>& variable) {
  const auto value = [&](const char* name) {
    const char* const found = variable(name);
    return std::string_view(found ? found : "");
  };
  const auto number = [&](const char* name) {
    int read = 0;
    const std::string_view text = value(name);
    std::from_chars(text.data(), text.data() + text.size(), read);
    return read;
  };
  const std::string_view term = value("TERM");
  // A console's screen would show the address as text.
  if (wanted == "never" || !terminal || term.empty() || term == "dumb" || term.starts_with("linux")) return false;
  if (wanted == "always" || !value("TMUX").empty()) return true;
  if (term.starts_with("screen") || term.starts_with("vt")) return false;
  if (!value("VTE_VERSION").empty()) return number("VTE_VERSION") > 5000;  // 0.50.0 crashes
  if (!value("KONSOLE_VERSION").empty()) return number("KONSOLE_VERSION") >= 201200;
  constexpr std::array terms{"alacritty", "contour", "foot", "rio", "tmux", "wezterm", "xterm-ghostty", "xterm-kitty"};
  constexpr std::array programs{"Hyper", "WezTerm", "contour", "ghostty", "iTerm.app", "mintty", "rio", "vscode"};
  const auto is_term = [&](std::string_view name) { return term.starts_with(name); };
  const auto is_program = [&](std::string_view name) { return value("TERM_PROGRAM") == name; };
  const std::string_view colors = value("COLORTERM");  // what has all of them is not old
  return std::any_of(terms.begin(), terms.end(), is_term) ||
         std::any_of(programs.begin(), programs.end(), is_program) || !value("WT_SESSION").empty() ||
         colors == "truecolor" || colors == "24bit";
}

std::span<const int> theme_colors(std::string_view theme) {
  if (theme == "dark") return on_dark;
  if (theme == "light") return on_light;
  if (theme == "mono") return {};
  return on_any;
}

bool mentions(std::string_view text, std::string_view name) {
  if (name.empty()) return false;
  const icu::UnicodeString in = folded(text);
  const icu::UnicodeString what = folded(name);
  for (std::int32_t at = in.indexOf(what); at >= 0; at = in.indexOf(what, at + 1)) {
    const std::int32_t end = at + what.length();
    const bool begins = at == 0 || !is_word(in.char32At(in.moveIndex32(at, -1)));
    if (begins && (end == in.length() || !is_word(in.char32At(end)))) return true;
  }
  return false;
}

std::string Looks::dimmed(const std::string& text) const {
  return config_.color ? std::string(dim) + text + std::string(off) + "\n" : text + "\n";
}

std::string Looks::past_post(const PostArrived& arrived, std::string_view my_name, std::string_view room) {
  Markup markup(config_.color, config_.links);
  const bool color = std::exchange(config_.color, false);
  std::string grey = lines_of(arrived, my_name, room, markup);
  config_.color = color;
  if (!color) return grey;
  std::string lines;
  for (std::size_t at = 0; at < grey.size();) {
    const std::size_t end = std::min(grey.find('\n', at), grey.size());
    lines += dimmed(still_dim(grey.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

std::string Looks::past(const PastArrived& event, std::string_view my_name) {
  if (!event.kept)
    return "* this host keeps no history to page through - clint --backlog 1000 asks for more when you come\n";
  if (event.posts.empty()) return "* there is nothing earlier than what this clint was sent\n";
  std::string lines = "* " + std::to_string(event.posts.size()) + " earlier:\n";
  for (const PostArrived& arrived : event.posts) lines += past_post(arrived, my_name);
  return lines + "* that was earlier\n";
}

std::string Looks::found(const std::string& harmless) const {
  std::string lines;
  Markup markup(config_.color, config_.links);
  for (std::size_t at = 0; at < harmless.size();) {
    const std::size_t end = std::min(harmless.find('\n', at), harmless.size());
    lines += markup.line(harmless.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return lines;
}

std::string Looks::linked(const std::string& harmless) const { return config_.links ? with_links(harmless) : harmless; }

std::string Looks::marker(std::string_view text) const { return dimmed("---- " + std::string(text) + " ----"); }

std::string Looks::presences(const Presences::Folded& folded, std::string_view room) {
  const std::string where = room.empty() ? std::string() : "[#" + printable(room) + "] ";
  const std::string first = config_.terminal ? stamp(static_cast<std::time_t>(folded.time_ms / 1000)) : std::string();
  return first + where + dimmed("* " + folded.text + " (" + std::to_string(folded.members) + " here)");
}

Looks::Looks(Config config, std::time_t now) : config_(std::move(config)) {
  if (config_.local_time) day_ = config_.local_time(now);
}

// The time before a line; before that a line for the day, if it is another one than the last line's.
std::string Looks::stamp(std::time_t time) {
  if (config_.time_format.empty() || !config_.local_time) return {};
  const std::tm now = config_.local_time(time);
  std::string lines;
  if (now.tm_yday != day_.tm_yday || now.tm_year != day_.tm_year) lines = "* " + formatted("%A %Y-%m-%d", now) + "\n";
  day_ = now;
  const std::string text = formatted(config_.time_format, now) + " ";
  return lines + (config_.color ? std::string(dim) + text + std::string(off) : text);
}

std::string Looks::named(const PostArrived& arrived, std::string_view my_name) const {
  std::string shown = printable(arrived.post.sender);
  if (!config_.color) return shown;
  const auto colors = theme_colors(config_.theme);
  std::string style(bold);
  if (!arrived.own && !colors.empty())
    style = "\x1b[38;5;" + std::to_string(colors[number_of_name(arrived.post.sender) % colors.size()]) + "m";
  if (!arrived.own && is_legible(arrived.seal) && mentions(arrived.post.body, my_name)) style = marked;
  return style + shown + std::string(off);
}

std::string Looks::letter(const LetterArrived& event) {
  const std::string other = printable(event.own ? event.to : event.from);
  std::string first = event.own ? "[you -> " + other + "] " : "[" + other + " -> you] ";
  if (config_.color) first = std::string(event.own ? bold : marked) + first + std::string(off);
  if (config_.terminal) first = stamp(static_cast<std::time_t>(event.time_ms / 1000)) + first;
  Markup markup(config_.color, config_.links);
  if (event.seal == Seal::late) first += said_mark(event.time_ms) + " ";
  if (is_legible(event.seal)) return text_lines(first, event.text, &markup);
  return "! a private message of " + other + " was damaged or forged on its way - not shown\n";
}

std::string Looks::post(const PostArrived& arrived, std::string_view my_name, std::string_view room) {
  Markup markup(config_.color, config_.links);
  return lines_of(arrived, my_name, room, markup);
}

std::string Looks::lines_of(const PostArrived& arrived, std::string_view my_name, std::string_view room,
                            Markup& markup) {
  const Post& post = arrived.post;
  const std::string where = room.empty() ? std::string() : "[#" + printable(room) + "] ";
  const bool message = post.kind == PostKind::message;
  const bool presence = post.kind == PostKind::join || post.kind == PostKind::leave || post.kind == PostKind::crowd;
  if (!config_.terminal && !message && !(presence && !room.empty())) return where + post_lines(arrived);
  const std::string first = (config_.terminal ? stamp(static_cast<std::time_t>(post.time_ms / 1000)) : "") + where;
  const std::string here = " (" + std::to_string(arrived.presence.members) + " here)\n";
  const auto event = [&](std::string lines) {
    lines.pop_back();
    return first + dimmed(lines);
  };
  switch (post.kind) {
    case PostKind::message: return first + message_lines(arrived, named(arrived, my_name), &markup);
    case PostKind::action: return first + action_lines(arrived, named(arrived, my_name), &markup);
    case PostKind::topic: return event(linked(topic_line(arrived, printable(post.sender))));
    case PostKind::sealed: break;  // arrives opened
    case PostKind::rename: return event(post_lines(arrived));
    case PostKind::notice: return first + notice_lines(arrived);
    case PostKind::join: return event("* " + printable(post.sender) + " joined" + here);
    case PostKind::leave: {
      const Goodbye why = arrived.presence.why;
      const std::string because = why == Goodbye::left ? "" : " (" + std::string(goodbye_text(why)) + ")";
      return event("* " + printable(post.sender) + " left" + because + here);
    }
    case PostKind::crowd:
      return event("* " + std::to_string(arrived.presence.joined) + " joined, " +
                   std::to_string(arrived.presence.left) + " left" + here);
  }
  return {};
}

}  // namespace chat
