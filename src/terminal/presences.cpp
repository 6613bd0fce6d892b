#include "terminal/presences.hpp"

#include <algorithm>

#include "net_utils.hpp"

namespace chat {

namespace {

constexpr auto lately = 10min;
constexpr auto closely = 5s;
constexpr std::size_t most_speakers = 1000;
constexpr std::size_t most_kept = 1000;  // larger crowds the host counts
constexpr std::size_t most_named = 4;    // of those who did the same

std::string list(const std::vector<std::string>& names, const char* did) {
  std::string text;
  const std::size_t named = names.size() > most_named ? most_named - 1 : names.size();
  for (std::size_t i = 0; i < named; ++i) text += (i == 0 ? "" : ", ") + printable(names[i]);
  if (named < names.size()) text += " and " + std::to_string(names.size() - named) + " more";
  return text + " " + did;
}

}  // namespace

bool Presences::alone(const PostArrived& event, Clock::time_point now) {
  if (show_ != Show::folded) return show_ == Show::all;
  const Post& post = event.post;
  const bool came = post.kind == PostKind::join;
  const Goodbye why = event.presence.why;
  const bool ordered = !came && (why == Goodbye::kicked || why == Goodbye::banned);  // everybody may know the reason
  const auto spoke = spoke_.find(post.sender);
  const bool known = spoke != spoke_.end() && now - spoke->second < lately;
  const bool returns = came && now < returning_until_;
  const bool quiet = kept_.empty() && now >= quiet_until_;
  if (ordered || kept_.size() >= most_kept || (!returns && (known || quiet))) {
    quiet_until_ = now + closely;
    return true;
  }
  if (quiet) quiet_until_ = now + closely;
  latest_ = {post.room, {}, post.time_ms, event.presence.members};
  const auto change =
      std::find_if(kept_.begin(), kept_.end(), [&](const Change& each) { return each.name == post.sender; });
  if (change == kept_.end())
    kept_.push_back({post.sender, came, came});
  else
    change->is_here = came;
  return false;
}

void Presences::spoke(const std::string& name, Clock::time_point now) {
  if (spoke_.size() >= most_speakers && !spoke_.contains(name)) {
    std::erase_if(spoke_, [&](const auto& each) { return now - each.second >= lately; });
    if (spoke_.size() >= most_speakers) return;
  }
  spoke_[name] = now;
}

bool Presences::before(const std::string& name, const std::string& room, std::uint64_t time_ms) const {
  if (kept_.empty()) return false;
  const std::uint64_t closely_ms = std::chrono::milliseconds(closely).count();
  return room != latest_.room || time_ms >= latest_.time_ms + closely_ms ||
         std::any_of(kept_.begin(), kept_.end(), [&](const Change& each) { return each.name == name; });
}

Clock::time_point Presences::due() const { return kept_.empty() ? Clock::time_point::max() : quiet_until_; }

std::optional<Presences::Folded> Presences::take(Clock::time_point now) {
  if (kept_.empty()) return std::nullopt;
  Folded folded = latest_;
  const auto add = [&](bool came_first, bool is_here, const char* did) {
    std::vector<std::string> names;
    for (const Change& each : kept_)
      if (each.came_first == came_first && each.is_here == is_here) names.push_back(each.name);
    if (!names.empty()) folded.text += (folded.text.empty() ? "" : "; ") + list(names, did);
  };
  add(true, true, "joined");
  add(false, false, "left");
  add(true, false, "came and went");
  add(false, true, "left and came back");
  kept_.clear();
  quiet_until_ = now + closely;
  return folded;
}

Presences::Show presences_from(std::string_view name) {
  return name == "off" ? Presences::Show::off : name == "all" ? Presences::Show::all : Presences::Show::folded;
}

}  // namespace chat
