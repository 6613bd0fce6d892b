#include "terminal/json.hpp"

#include <nlohmann/json.hpp>

#include "terminal/commands.hpp"

namespace chat {

namespace {

using Json = nlohmann::ordered_json;

// Everything that is not plain ASCII is escaped: what a script passes on cannot act on a terminal.
std::string line_of(const Json& object) { return object.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"; }

const char* seal_name(Seal seal) {
  switch (seal) {
    case Seal::none: return "none";
    case Seal::good: return "good";
    case Seal::late: return "late";
    case Seal::missing: return "missing";
    case Seal::other_key: return "other_password";
    case Seal::damaged: return "damaged";
    case Seal::repeated: return "repeated";
  }
  return "";
}

const char* kind_name(PostKind kind) {
  switch (kind) {
    case PostKind::message:
    case PostKind::sealed: return "message";
    case PostKind::join: return "join";
    case PostKind::leave: return "leave";
    case PostKind::crowd: return "crowd";
    case PostKind::notice: return "notice";
    case PostKind::action: return "action";
    case PostKind::topic: return "topic";
    case PostKind::rename: return "rename";
  }
  return "";
}

Json object_of(const PostArrived& arrived, bool past) {
  const Post& post = arrived.post;
  Json object{{"event", kind_name(post.kind)}, {"room", post.room}, {"seq", post.seq}, {"time_ms", post.time_ms}};
  if (past) object["past"] = true;
  if (post.kind != PostKind::crowd && post.kind != PostKind::notice) object["sender"] = post.sender;
  switch (post.kind) {
    case PostKind::join:
    case PostKind::leave:
    case PostKind::crowd:
      object["members"] = arrived.presence.members;
      if (post.kind == PostKind::leave) object["why"] = goodbye_name(arrived.presence.why);
      if (post.kind == PostKind::crowd) {
        object["joined"] = arrived.presence.joined;
        object["left"] = arrived.presence.left;
      }
      return object;
    case PostKind::rename: object["name"] = post.body; return object;
    default: break;
  }
  object["own"] = arrived.own;
  object["seal"] = seal_name(arrived.seal);
  object["text"] = is_legible(arrived.seal) ? Json(post.body) : Json();
  return object;
}

struct Writer {
  std::string operator()(const PostArrived& arrived) const { return line_of(object_of(arrived, false)); }
  std::string operator()(const PastArrived& past) const {
    std::string lines;
    for (const PostArrived& arrived : past.posts) lines += line_of(object_of(arrived, true));
    return lines;
  }
  std::string operator()(const LoggedIn& in) const {
    return line_of(
        {{"event", "logged_in"}, {"name", in.name}, {"members", in.members}, {"motd", in.motd}, {"again", in.again}});
  }
  std::string operator()(const LetterArrived& letter) const {
    Json object{{"event", "private"},        {"from", letter.from}, {"to", letter.to},
                {"time_ms", letter.time_ms}, {"own", letter.own},   {"seal", seal_name(letter.seal)}};
    object["text"] = is_legible(letter.seal) ? Json(letter.text) : Json();
    if (letter.own) {
      object["status"] = status_names[static_cast<std::size_t>(letter.status)];
      object["status_text"] = letter.status_text;
    }
    return line_of(object);
  }
  std::string operator()(const LetterFailed& failed) const {
    return line_of({{"event", "not_sent"}, {"to", failed.to}, {"text", failed.text}, {"why", failed.why}});
  }
  std::string operator()(const Acknowledged& stored) const {
    return line_of({{"event", "stored"}, {"message", stored.message}});
  }
  std::string operator()(const Refusal& refused) const {
    return line_of({{"event", "not_sent"}, {"message", refused.message}, {"why", refused.text}});
  }
  std::string operator()(const RoomEntered& in) const {
    return line_of({{"event", "room_entered"}, {"room", in.room}, {"members", in.members}, {"locked", in.locked}});
  }
  std::string operator()(const RoomRefused& refused) const {
    return line_of({{"event", "room_refused"}, {"room", refused.room}, {"why", refused.text}});
  }
  std::string operator()(const RoomLeft& left) const {
    return line_of({{"event", "room_left"}, {"room", left.room}, {"why", left.why}});
  }
  std::string operator()(const GapSeen& gap) const {
    return line_of({{"event", "gap"}, {"room", gap.room}, {"missed", gap.missed}});
  }
  std::string operator()(const Lost& lost) const {
    return line_of({{"event", "lost"}, {"why", goodbye_name(lost.why)}});
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

// A text of the object, or why there is none.
std::optional<std::string> take(const Json& object, const char* name, std::string& into) {
  const auto at = object.find(name);
  if (at == object.end()) return std::nullopt;
  if (!at->is_string()) return "\"" + std::string(name) + "\" is no text";
  into = at->get<std::string>();
  return std::nullopt;
}

}  // namespace

std::string json_line(const Event& event) { return std::visit(Writer{}, event); }

std::string json_lines(std::string_view lines) {
  std::string made;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    made += line_of({{"event", "line"}, {"text", lines.substr(0, end)}});
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return made;
}

std::string json_error(std::string_view line) {
  if (line.starts_with("! ")) line.remove_prefix(2);
  return line_of({{"event", "error"}, {"text", line.substr(0, line.find('\n'))}});
}

Checked<Wanted> read_json_line(std::string_view line) {
  constexpr const char* wanted_form =
      R"({"room":"ops","text":"hello"}, {"to":"bob","text":"hello"} or {"command":"/join ops"})";
  const Json object = Json::parse(line, nullptr, false);
  if (!object.is_object()) return refused<Wanted>(quoted(line) + " is not of the form " + wanted_form);
  Wanted wanted;
  for (const auto& [name, into] : {std::pair<const char*, std::string*>{"room", &wanted.room},
                                   {"to", &wanted.to},
                                   {"text", &wanted.text},
                                   {"command", &wanted.command}})
    if (auto error = take(object, name, *into)) return refused<Wanted>(std::move(*error));
  const bool says = !wanted.text.empty() && wanted.command.empty() && (wanted.room.empty() || wanted.to.empty());
  const bool commands = wanted.command.starts_with('/') && wanted.text.empty();
  if (!says && !commands) return refused<Wanted>(quoted(line) + " is not of the form " + wanted_form);
  if (wanted.room.starts_with('#')) wanted.room.erase(0, 1);
  return {std::move(wanted), {}};
}

}  // namespace chat
