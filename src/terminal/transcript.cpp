#include "terminal/transcript.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "terminal/format.hpp"
#include "terminal/tty.hpp"

namespace chat {

namespace {

constexpr std::size_t time_bytes = 17;  // of time_text()
constexpr std::size_t most_lines = 10'000;
constexpr std::size_t most_bytes = 16 << 20;  // of them together

std::string time_text(std::uint64_t time_ms) {
  std::array<char, 32> text;
  const std::tm local = local_time(static_cast<std::time_t>(time_ms / 1000));
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M ", &local)};
}

std::string without_end(std::string lines) {
  if (!lines.empty()) lines.pop_back();
  return lines;
}

}  // namespace

std::string without_time(const std::string& line) { return line.substr(std::min(line.size(), time_bytes)); }

std::string transcript_line(const PostArrived& arrived) {
  const std::string where = arrived.post.room == lobby ? "" : "[#" + printable(arrived.post.room) + "] ";
  return time_text(arrived.post.time_ms) + where + without_end(post_lines(arrived));
}

void Transcript::add(const PostArrived& arrived) {
  const PostKind kind = arrived.post.kind;
  const bool said =
      kind == PostKind::message || kind == PostKind::action || kind == PostKind::topic || kind == PostKind::notice;
  add_line({transcript_line(arrived), arrived.post.sender, arrived.post.room, arrived.post.time_ms, said});
}

void Transcript::add(const LetterArrived& letter) {
  if (!is_legible(letter.seal)) return;
  const std::string head = letter.own ? "[you -> " + printable(letter.to) : "[" + printable(letter.from) + " -> you";
  add_line(
      {time_text(letter.time_ms) + without_end(text_lines(head + "] ", letter.text)), letter.from, {}, letter.time_ms});
}

void Transcript::add_line(Line line) {
  if (file_.is_open()) {
    file_ << line.text << "\n" << std::flush;
    if (!file_) {
      failed_ = true;
      file_.close();
    }
  }
  bytes_ += line.bytes();
  lines_.push_back(std::move(line));
  while (lines_.size() > most_lines || bytes_ > most_bytes) {
    bytes_ -= lines_.front().bytes();
    lines_.pop_front();
  }
}

Transcript::Found Transcript::find(const Search& search, std::size_t most) const {
  Found found;
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (!line->said || !search.fits(line->from, line->room, line->time_ms, without_time(line->text))) continue;
    ++found.all;
    if (found.lines.size() < most) found.lines.push_back(line->text);
  }
  std::reverse(found.lines.begin(), found.lines.end());
  return found;
}

std::optional<std::string> Transcript::log_to(const std::string& file) {
  if (file.empty() && !file_.is_open()) return "nothing is written to a file - /log FILE begins that";
  std::ofstream opened;
  std::error_code error;
  const bool is_new = !file.empty() && !std::filesystem::exists(file, error);
  if (!file.empty()) opened.open(file, std::ios::app | std::ios::binary);
  if (!opened) return "cannot write to " + printable(file) + " - /log FILE takes another one";
  file_ = std::move(opened);
  failed_ = false;
  if (is_new)
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  return std::nullopt;
}

bool Transcript::failed() { return std::exchange(failed_, false); }

}  // namespace chat
