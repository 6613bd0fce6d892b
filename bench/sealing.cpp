// How many short messages a member opens (verifies and decrypts) and seals in a second, on one core. Prints JSON.
#include <chrono>
#include <cstdio>
#include <ctime>

#include "net_utils.hpp"

namespace {

// Calls in a second of this process's CPU time.
template <class Call>
double per_second(Call call) {
  const std::clock_t began = std::clock();
  long done = 0;
  while (std::clock() - began < CLOCKS_PER_SEC / 2) {
    for (int i = 0; i < 1000; ++i) call();
    done += 1000;
  }
  return static_cast<double>(done) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - began);
}

}  // namespace

int main() {
  const chat::RoomKey key{chat::Secret(std::string(32, 'k'))};
  const chat::SealContext context{"lobby", "alice", 3, 7, 7};
  const chat::SealedText text{1'700'000'000'000, 1, std::string(100, 'x')};
  const chat::Bytes body = chat::seal(key, context, text);
  chat::SealedText opened;
  const double opens = per_second([&] {
    chat::ensure(chat::open(key, context, body, opened) == chat::Opening::opened, "what was sealed does not open");
  });
  const double seals = per_second([&] { chat::seal(key, context, text); });
  std::printf("{\"opens_per_s\": %.0f, \"seals_per_s\": %.0f}\n", opens, seals);
}
