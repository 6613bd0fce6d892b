// The commands that concern this clint alone; what the host is asked is in requests.cpp.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "net/private_file.hpp"
#include "settings/settings.hpp"
#include "terminal/app.hpp"
#include "terminal/format.hpp"
#include "terminal/preferences.hpp"
#include "terminal/search.hpp"
#include "terminal/tty.hpp"

namespace chat {

void App::run_command(const Command& command, const std::string& arguments) {
  switch (command.id) {
    case CommandId::clear: return view_->clear();
    case CommandId::help: {
      std::string lines;
      for (const std::string& line : help_lines(arguments, view_->width())) lines += line + "\n";
      return view_->say(lines);
    }
    case CommandId::history: {
      if (arguments == "off" || arguments == "on") return requests_->order("history", arguments);
      const auto wanted = understand_history(arguments, unix_ms());
      if (!wanted) return view_->refuse("! " + wanted.error + "\n");
      return requests_->history(*wanted);
    }
    case CommandId::log: {
      const std::string file = arguments == "off" ? "" : arguments;
      if (const auto error = view_->log_to(file)) return view_->refuse("! " + *error + "\n");
      return view_->say(file.empty() ? "* nothing is written any more\n"
                                     : "* what is said goes to " + printable(file) + ", too\n");
    }
    case CommandId::search: return search(arguments);
    case CommandId::raw: return requests_->say_here(arguments);
    case CommandId::notify: return notify(arguments);
    case CommandId::set: return set(arguments);
    case CommandId::theme: return set(arguments.empty() ? "theme" : "theme " + arguments);
    case CommandId::timestamp: {
      const bool known = arguments == "off" || arguments == "time" || arguments == "datetime";
      if (!known) return view_->refuse("! /timestamp off, time or datetime\n");
      return prefer("time-format", arguments == "off" ? "" : arguments == "time" ? "%H:%M" : "%Y-%m-%d %H:%M");
    }
    case CommandId::quiet: {
      const bool shows = options_.joins == "off";
      if (change("joins", shows ? "folded" : "off"))
        view_->say(shows ? "* who comes and goes is shown again\n"
                         : "* who comes and goes is not shown; /quiet shows it again\n");
      return;
    }
    case CommandId::save: return save_preferences();
    case CommandId::fingerprint: return view_->say(view_->fingerprint());
    case CommandId::uptime: return view_->say("* connected for " + duration_text(view_->connected_for()) + "\n");
    case CommandId::motd: {
      std::string motd;
      {
        MutexLock lock(mu_);
        motd = motd_;
      }
      return view_->say_linked(motd.empty() ? "* this host has no message of the day\n" : motd_lines(motd));
    }
    case CommandId::quit:
      // Said like anything else, and so sealed like it: the host could read what a goodbye carries.
      if (!arguments.empty()) requests_->say_here(arguments);
      draining_ = quitting_ = true;
      return;
    case CommandId::version:
      return view_->say("* clint " CLINT_VERSION ", protocol " + std::to_string(protocol_version) + "\n");
    default: requests_->run(command.id, arguments, command.names[0]);
  }
}

void App::search(const std::string& arguments) {
  const auto wanted = understand_search(arguments, unix_ms());
  if (!wanted) return view_->refuse("! " + wanted.error + "\n");
  const std::string focus = view_->focus();
  const std::string& room = wanted.value->room.empty() ? focus : wanted.value->room;
  const bool kept = !room.starts_with('@') && view_->is_in(room);
  view_->search(*wanted);
  if (kept) requests_->look_through(room, wanted.value->since_ms, view_->search_on(*wanted));
}

// ---- What our user prefers -----------------------------------------------------------------------------------------

void App::apply_preferences() {
  view_->set_looks(terminal_looks(options_));
  view_->set_calling(calling_from(options_));
  view_->show_presences(presences_from(options_.joins));
}

// Says why when it cannot be that.
bool App::change(std::string_view key, const std::string& value) {
  if (const auto error = set_preference(options_, key, value)) {
    view_->refuse("! " + *error + " - /set shows what there is\n");
    return false;
  }
  changed_.insert(std::string(key));
  apply_preferences();
  return true;
}

void App::prefer(std::string_view key, const std::string& value) {
  if (change(key, value)) view_->say("* " + preference_line(*find_preference(key), options_) + "\n");
}

void App::set(const std::string& arguments) {
  std::string value = arguments;
  const std::string key = take_word(value);
  if (!value.empty()) return prefer(key, value == "\"\"" ? "" : value);
  std::string lines;
  for (const Preference& each : preferences())
    if (key.empty() || each.key == key) lines += "* " + preference_line(each, options_) + "\n";
  if (lines.empty()) return view_->refuse("! " + no_preference(key) + " - /set lists them\n");
  view_->say(lines);
}

void App::notify(const std::string& arguments) {
  std::string rest = arguments;
  const std::string what = take_word(rest);
  const auto is_of = [&](std::string_view key, const std::string& value) {
    const auto& values = values_of(key);
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  const std::string how = take_word(rest);
  const std::string room = view_->focus();
  if (what == "all-rooms" && rest.empty() && is_of("notify-on", how)) {
    if (change("notify-on", how)) view_->say("* " + calling_line(options_, room) + "\n");
    return;
  }
  if (how.empty() && (is_of("notify-on", what) || what == "default")) {
    if (change("notify-rooms", with_level(options_.notify_rooms, room, what)))
      view_->say("* " + calling_line(options_, room) + "\n");
    return;
  }
  if (how.empty() && is_of("notify", what)) return prefer("notify", what);
  if (what == "word" && (how == "add" || how == "remove") && !rest.empty()) {
    std::vector<std::string> words = words_in(options_.notify_words);
    std::erase(words, rest);
    if (how == "add") words.push_back(rest);
    std::string joined;
    for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
    return prefer("notify-words", joined);
  }
  if (!what.empty())
    return view_->refuse(
        "! /notify off, pm, mention, all or default is for this room; all-rooms LEVEL for the others; bell "
        "or desktop; word add WORD\n");
  view_->say("* " + preference_line(*find_preference("notify"), options_) + "\n* " + calling_line(options_, room) +
             "\n* " + preference_line(*find_preference("notify-words"), options_) + "\n");
}

void App::save_preferences() {
  if (changed_.empty()) return view_->say("* nothing was changed since the start\n");
  if (options_.settings_file.empty())
    return view_->refuse("! there is no place for a settings file - set CLINT_HOME\n");
  const std::filesystem::path file = options_.settings_file;
  const auto failed = [&](const std::string& why) { view_->refuse("! not saved: " + printable(why) + "\n"); };
  std::error_code error;
  std::string text;
  if (std::filesystem::exists(file, error) || error) {
    std::ifstream in(file, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(in), {});
    if (!in.is_open() || in.bad()) return failed(file.string() + " cannot be read");
  }
  for (const std::string& key : changed_) {
    const std::string value = find_preference(key)->text(options_);
    if (!fits_in_settings(value)) return failed(key + ": a value with # or both kinds of quotes fits in no file");
    text = with_setting(text, key, value);
  }
  // A link stays one.
  const auto target = std::filesystem::weakly_canonical(file, error);
  if (const auto why = write_private_file(error ? file : target, text)) return failed(*why);
  view_->say("* saved in " + printable(file.string()) + "\n");
  changed_.clear();
}

}  // namespace chat
