// Things that belong to names: found by any name that is the same or looks alike.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "net_utils.hpp"

namespace chat {

// Names must have passed check_name. Not thread-safe.
template <class Value>
class ByName {
 public:
  // In the place of what belonged to this very name.
  void put(const std::string& name, Value value) {
    erase(name);
    for (std::string& skeleton : name_skeletons(name)) names_.insert_or_assign(std::move(skeleton), name);
    values_.insert_or_assign(name, std::move(value));
  }
  bool erase(const std::string& name) {
    for (const std::string& skeleton : name_skeletons(name))
      if (const auto at = names_.find(skeleton); at != names_.end() && at->second == name) names_.erase(at);
    return values_.erase(name) > 0;
  }
  // The name it was put under, and the value; null: there is none.
  const std::pair<const std::string, Value>* find(const std::string& name) const {
    for (const std::string& skeleton : name_skeletons(name))
      if (const auto at = names_.find(skeleton); at != names_.end()) return &*values_.find(at->second);
    return nullptr;
  }
  const std::map<std::string, Value>& all() const { return values_; }

 private:
  std::map<std::string, Value> values_;                 // by name
  std::unordered_map<std::string, std::string> names_;  // by skeleton
};

}  // namespace chat
