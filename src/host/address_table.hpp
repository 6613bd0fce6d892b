// What is remembered of addresses, for a bounded number of them: the one not heard of for longest is forgotten first.
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "net_utils.hpp"

namespace chat {

// Source has in_use(): it must not be forgotten now. Not thread-safe: the owner holds a mutex around every call.
template <class Source>
class AddressTable {
 public:
  // `group` as from Address::group(). The reference is good until the next call.
  Source& at(const std::string& group) {
    const auto [found, made] = sources_.try_emplace(group);
    if (made)
      found->second.place = oldest_first_.insert(oldest_first_.end(), group);
    else
      oldest_first_.splice(oldest_first_.end(), oldest_first_, found->second.place);
    if (sources_.size() > limits::addresses_remembered) {
      const auto oldest = sources_.find(oldest_first_.front());
      if (oldest->second.source.in_use()) {
        oldest_first_.splice(oldest_first_.end(), oldest_first_, oldest_first_.begin());  // looked at again later
      } else {
        oldest_first_.pop_front();
        sources_.erase(oldest);
      }
    }
    return found->second.source;
  }
  // Null: nothing is remembered of it. Does not count as having heard of it.
  const Source* find(const std::string& group) const {
    const auto found = sources_.find(group);
    return found == sources_.end() ? nullptr : &found->second.source;
  }
  std::size_t size() const { return sources_.size(); }

 private:
  struct Remembered {
    Source source;
    std::list<std::string>::iterator place;  // in oldest_first_
  };
  std::unordered_map<std::string, Remembered> sources_;
  std::list<std::string> oldest_first_;
};

}  // namespace chat
