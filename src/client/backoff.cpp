#include "client/backoff.hpp"

#include <algorithm>

#include "net_utils.hpp"

namespace chat {

std::chrono::milliseconds Backoff::next(std::chrono::milliseconds at_least) {
  const std::chrono::milliseconds first = limits::reconnect_first;
  const std::chrono::milliseconds cap = limits::reconnect_cap;
  const unsigned doublings = std::min(attempts_, 16U);  // the cap has long been reached
  ++attempts_;
  auto most = std::min<std::chrono::milliseconds>(cap, first * (1LL << doublings));
  if (at_least > 0ms) most = first;
  return at_least + std::chrono::milliseconds(static_cast<long long>(random_() * static_cast<double>(most.count())));
}

}  // namespace chat
