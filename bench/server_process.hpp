// What the measured server costs, as the kernel counts it.
#pragma once

#include <sys/types.h>

namespace bench {

// CPU time of all threads that the process has or had, in seconds, to the nanosecond.
double cpu_seconds(pid_t pid);
// Resident memory in KiB. Kernel memory (socket buffers, the kernel's stack of a thread) is not part of it.
double resident_kib(pid_t pid);

}  // namespace bench
