#include "terminal/visited.hpp"

#include <filesystem>
#include <fstream>

#include "net/private_file.hpp"
#include "net/user_files.hpp"
#include "net_utils.hpp"

namespace chat {

namespace {

constexpr std::size_t most = 9;
constexpr std::size_t most_octets = 400;  // of a line that is one of ours

std::filesystem::path path() { return user_file("XDG_STATE_HOME", ".local/state", "visited"); }

}  // namespace

std::vector<Visit> visited() {
  std::vector<Visit> visits;
  std::ifstream file(path());
  for (std::string line; visits.size() < most && std::getline(file, line);) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos || line.size() > most_octets) continue;
    Visit visit{line.substr(0, blank), line.substr(blank + 1)};
    if (check_endpoint(visit.place) && check_name(visit.name)) visits.push_back(std::move(visit));
  }
  return visits;
}

void remember_visit(const Visit& visit) {
  if (path().empty()) return;
  std::string text = visit.place + " " + visit.name + "\n";
  std::size_t lines = 1;
  for (const Visit& each : visited())
    if (each.place != visit.place && ++lines <= most) text += each.place + " " + each.name + "\n";
  write_private_file(path(), text);
}

}  // namespace chat
