#include "host/console.hpp"

#include <algorithm>
#include <utility>

#include "net/stdio.hpp"

namespace chat {

namespace {
constexpr std::size_t most_notes = 1000;
constexpr std::size_t most_passed_over = 100;  // a quiet console looks for none
constexpr std::size_t read_at_once = 64 * 1024;
}  // namespace

std::string console_lines(const Post& post, const std::string& address) {
  const std::string name = printable(post.sender);
  switch (post.kind) {
    case PostKind::topic:
      return "* " + name + (post.body.empty() ? " took the topic away" : " set the topic: " + printable(post.body)) +
             "\n";
    case PostKind::action:
    case PostKind::sealed:
    case PostKind::message: {
      std::string lines = post.kind == PostKind::action ? "* " + name + " " : name + ": ";
      for (const char c : post.body) lines += c == '\n' ? std::string("\n    ") : std::string(1, c);
      std::string shown;  // each line made harmless for itself
      for (std::size_t at = 0; at <= lines.size();) {
        const std::size_t end = std::min(lines.find('\n', at), lines.size());
        shown += printable(std::string_view(lines).substr(at, end - at)) + "\n";
        at = end + 1;
      }
      return shown;
    }
    case PostKind::rename: return "* " + name + " is now " + printable(post.body) + "\n";
    case PostKind::notice: return "* " + printable(post.body) + "\n";
    case PostKind::join:
    case PostKind::leave:
    case PostKind::crowd: break;
  }
  const Presence presence = Presence::decode(post.kind, post.body);
  const std::string total = "+ Total connected clints: [" + std::to_string(presence.members) + "]";
  if (post.kind == PostKind::crowd)
    return total + " (" + std::to_string(presence.joined) + " joined, " + std::to_string(presence.left) + " left)\n";
  if (post.kind == PostKind::join)
    return name + " joined" + (address.empty() ? "" : " from " + address) + "\n" + total + "\n";
  const bool said_so = presence.why == Goodbye::left;
  return name + " left" + (said_so ? "" : " (" + std::string(goodbye_text(presence.why)) + ")") + "\n" + total + "\n";
}

bool Console::start(Room& room) {
  room_ = &room;
  next_ = room.log().last() + 1;
  thread_ = Thread::start([this] { run(); });
  return thread_.joinable();
}

void Console::stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    bell_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Console::note(std::string line) {
  MutexLock lock(mu_);
  if (notes_.size() < most_notes) notes_.push_back(std::move(line));
  bell_.notify_one();
}

void Console::pass_over(std::string notice) {
  MutexLock lock(mu_);
  if (passed_over_.size() == most_passed_over) passed_over_.pop_front();
  passed_over_.push_back(std::move(notice));
}

void Console::ring(Room&) {
  if (quiet_) return;
  MutexLock lock(mu_);
  rung_ = true;
  bell_.notify_one();
}

void Console::run() {
  auto give_up_at = Clock::time_point::max();
  bool gone = false;  // nobody reads standard output any more
  const auto show = [&](std::string_view text) {
    while (!gone && !text.empty() && Clock::now() < give_up_at) {
      gone = write_output(text, std::min(give_up_at, Clock::now() + 200ms)) == Written::failed;
      MutexLock lock(mu_);
      if (stopping_) give_up_at = std::min(give_up_at, Clock::now() + 500ms);
    }
  };
  while (true) {
    std::deque<std::string> notes;
    {
      MutexLock lock(mu_);
      while (notes_.empty() && !rung_ && !stopping_) bell_.wait(mu_);
      if (stopping_ && notes_.empty() && !rung_) return;
      notes.swap(notes_);
      rung_ = false;
    }
    std::string text;
    for (const std::string& note : notes) text += note + "\n";
    if (!quiet_) {
      room_->looking(*this);
      while (auto found = room_->log().read(next_, read_at_once)) {
        if (found->first > next_)
          text += "! " + std::to_string(found->first - next_) + " lines came too fast to be shown here\n";
        text += lines_of(found->run.octets);
        next_ = found->run.next;
        if (text.size() >= read_at_once) {
          show(text);
          text.clear();
        }
      }
    }
    show(text);
  }
}

std::string Console::lines_of(std::string_view frames) {
  FrameReader reader(limits::frame_bytes);
  reader.feed(frames);
  std::string text;
  while (const auto frame = reader.next()) {
    Post post = Post::decode(frame->body);
    if (keys_) keys_->open(post);
    if (post.kind == PostKind::notice) {
      MutexLock lock(mu_);
      const auto known = std::find(passed_over_.begin(), passed_over_.end(), post.body);
      if (known != passed_over_.end()) {
        passed_over_.erase(known);
        continue;
      }
    }
    text += console_lines(post, post.kind == PostKind::join ? roster_.address_of(post.session) : std::string());
  }
  return text;
}

}  // namespace chat
