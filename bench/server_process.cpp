#include "server_process.hpp"

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <string>

#include "connection.hpp"

namespace bench {

double cpu_seconds(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) fail("the server is gone");
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

double resident_kib(pid_t pid) {
  // smaps_rollup walks the page tables; the counters in statm lag behind by up to 64 pages a thread.
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  std::string word;
  double kib = 0;
  while (file >> word)
    if (word == "Rss:" && file >> kib) return kib;
  std::ifstream pages("/proc/" + std::to_string(pid) + "/statm");
  double size = 0;
  double resident = 0;
  pages >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1024;
}

}  // namespace bench
