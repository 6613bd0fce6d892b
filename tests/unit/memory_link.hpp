// A link without a socket: tests say how much it takes, and see what was written.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <new>
#include <string>

#include "net/link.hpp"

namespace chat {

class MemoryLink final : public Link {
 public:
  IoResult read(std::span<char>) override { return {IoResult::State::would_block, 0, {}}; }
  IoResult write(std::string_view bytes) override {
    if (broken) return {IoResult::State::failed, 0, "broken"};
    const std::size_t size = std::min(takes, bytes.size());
    if (size == 0) return {IoResult::State::would_block, 0, {}};
    takes -= size;
    written.append(bytes.substr(0, size));
    return {IoResult::State::ok, size, {}};
  }
  bool flushed() override { return true; }
  bool stalled() override { return false; }
  bool acknowledged() override { return taken_by_peer; }
  Ready wait(Want, Clock::time_point, const Waker*) override { return {}; }
  void close_write() override { closed = true; }
  void stop_reading() override {
    if (no_memory) throw std::bad_alloc();
    reading_stopped = true;
    on_stop_reading();
  }
  void shutdown() override { cut = true; }
  bool secure() const override { return false; }

  std::size_t takes = SIZE_MAX;  // bytes before it would block
  bool broken = false;
  bool no_memory = false;
  std::function<void()> on_stop_reading = [] {};
  bool taken_by_peer = true;
  std::string written;
  bool closed = false;
  bool reading_stopped = false;
  bool cut = false;
};

}  // namespace chat
