#include "host/store_tools.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "host/data_folder.hpp"
#include "host/store.hpp"
#include "host/store_reader.hpp"

namespace chat {

namespace {

constexpr std::size_t most_faults = 20;

std::vector<std::string> faults_in(Database& database, const char* pragma) {
  std::vector<std::string> faults;
  Statement check(database, pragma);
  while (faults.size() < most_faults && check.step()) {
    std::string line(check.octets(0));
    if (line != "ok") faults.push_back(printable(line));
  }
  return faults;
}

// What SQLite cannot know: seqs up to the number that the room says, without holes but those that the store knows of.
std::vector<std::string> holes_in(Database& database) {
  std::vector<std::string> faults;
  Statement rooms(database,
                  "SELECT name, last, count(seq), ifnull(min(seq), 0), ifnull(max(seq), 0), "
                  "(SELECT ifnull(sum(holes.last - first + 1), 0) FROM holes WHERE holes.room=id AND "
                  "first > (SELECT seq FROM posts WHERE room=id ORDER BY seq LIMIT 1)) "
                  "FROM rooms LEFT JOIN posts ON room=id GROUP BY id");
  while (faults.size() < most_faults && rooms.step()) {
    const std::uint64_t count = rooms.number(2);
    const bool whole = count == 0 || (rooms.number(4) <= rooms.number(1) &&
                                      rooms.number(1) - rooms.number(3) + 1 == count + rooms.number(5));
    if (!whole) faults.push_back("posts of " + printable(rooms.octets(0)) + " are missing");
  }
  return faults;
}

int fail(std::ostream& err, const StoreError& error) {
  err << "host: error: " << error.what() << "\n";
  if (!error.hint.empty()) err << "host: hint: " << error.hint << "\n";
  return 1;
}

Database open_for_reading(const std::string& folder) {
  Database database(database_in(folder), Database::Access::read);
  const std::uint64_t version = database.number("PRAGMA user_version");
  if (version != Store::schema_version)
    throw StoreError(StoreError::Kind::refused, database_in(folder) + " has version " + std::to_string(version) +
                                                    ", not " + std::to_string(Store::schema_version));
  return database;
}

// Names come as they are in the database, which somebody may have written into: what acts on a terminal is escaped.
std::string json_string(std::string_view text) {
  using Json = nlohmann::json;
  return Json(std::string(text)).dump(-1, ' ', !is_clean_text(text), Json::error_handler_t::replace);
}

std::string base64(std::string_view octets) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < octets.size() ? static_cast<unsigned char>(octets[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += at + i > octets.size() ? '=' : digits[group >> (18 - 6 * i) & 63];
  }
  return text;
}

// The body as people would want it: text where it is text (RFC 8259), else its octets.
std::string json_body(PostKind kind, const Bytes& body) {
  const auto number = [](const char* name, std::uint64_t value) { return std::string(name) + std::to_string(value); };
  switch (kind) {
    case PostKind::message:
    case PostKind::notice:
    case PostKind::action:
    case PostKind::topic:
    case PostKind::rename:
    case PostKind::sealed: break;
    case PostKind::join:
    case PostKind::leave:
    case PostKind::crowd: {
      const Presence presence = Presence::decode(kind, body);
      std::string json = number(",\"members\":", presence.members);
      if (kind == PostKind::leave) json += ",\"why\":" + json_string(goodbye_name(presence.why));
      if (kind == PostKind::crowd)
        json += number(",\"joined\":", presence.joined) + number(",\"left\":", presence.left);
      return json;
    }
  }
  if (kind != PostKind::sealed && is_clean_text(body)) return ",\"text\":" + json_string(body);
  return ",\"octets\":" + json_string(base64(body));
}

const char* kind_name(PostKind kind) {
  switch (kind) {
    case PostKind::message: return "message";
    case PostKind::join: return "join";
    case PostKind::leave: return "leave";
    case PostKind::crowd: return "crowd";
    case PostKind::notice: return "notice";
    case PostKind::action: return "action";
    case PostKind::sealed: return "sealed";
    case PostKind::topic: return "topic";
    case PostKind::rename: return "rename";
  }
  return "unknown";
}

}  // namespace

int check_data(const std::string& folder, std::ostream& out, std::ostream& err) {
  try {
    Database database = open_for_reading(folder);
    std::vector<std::string> faults = faults_in(database, "PRAGMA integrity_check(20)");
    if (faults.empty()) faults = holes_in(database);
    for (const std::string& fault : faults) err << "host: error: " << database_in(folder) << ": " << fault << "\n";
    if (!faults.empty()) {
      err << "host: hint: nothing was changed; SQLite's own program may save most of it from a copy: "
             "sqlite3 chat.db .recover\n";
      return 1;
    }
    out << database_in(folder) << " is whole: " << database.number("SELECT count(*) FROM posts") << " posts in "
        << database.number("SELECT count(*) FROM rooms") << " rooms\n";
    // Looked at last: a host that runs, or began to just now, has its log before the file says so.
    if (database.number("SELECT CAST(value AS TEXT)='0' FROM meta WHERE name='stopped_cleanly'") == 1 &&
        !has_log(database_in(folder)))
      err << "host: warning: its write-ahead log is gone or damaged: if this is no copy that was made while a host used"
             " it, the last posts are missing\n";
    return 0;
  } catch (const StoreError& error) {
    return fail(err, error);
  }
}

int export_data(const std::string& folder, const HostKeys* reader, std::ostream& out, std::ostream& err) {
  try {
    Database database = open_for_reading(folder);
    Statement posts(database,
                    "SELECT seq, sender, session, message, time, kind, body, name FROM posts JOIN rooms ON room=id "
                    "ORDER BY room, seq");
    while (posts.step() && out) {
      Post post = post_in(posts, Bytes(posts.octets(7)));
      const bool opened = reader && reader->open_if_possible(post);
      out << "{\"room\":" << json_string(post.room) << ",\"seq\":" << post.seq
          << ",\"sender\":" << json_string(post.sender) << ",\"session\":" << post.session
          << ",\"message\":" << post.message << ",\"time_ms\":" << post.time_ms
          << ",\"kind\":" << json_string(kind_name(post.kind)) << json_body(post.kind, post.body)
          << (opened ? ",\"opened\":true" : "") << "}\n";
    }
    out.flush();
    if (out) return 0;
    err << "host: error: the output could not be written\n";
    return 1;
  } catch (const StoreError& error) {
    return fail(err, error);
  } catch (const PeerFault&) {
    return fail(err, {StoreError::Kind::damaged, database_in(folder) + " is damaged: a post does not read as one"});
  }
}

void Inspector::start(const std::string& folder, std::function<void(const std::string&)> report) {
  database_ = std::make_unique<Database>(database_in(folder), Database::Access::read);
  thread_ = Thread::start([this, report = std::move(report)] {
    try {
      for (const std::string& fault : faults_in(*database_, "PRAGMA quick_check(20)"))
        report("the store is damaged: " + fault);
    } catch (const StoreError& error) {
      if (error.kind != StoreError::Kind::passing) report(error.what());  // else stop() ended it
    }
  });
}

void Inspector::stop() {
  if (database_) database_->interrupt();
  if (thread_.joinable()) thread_.join();
  database_.reset();
}

}  // namespace chat
