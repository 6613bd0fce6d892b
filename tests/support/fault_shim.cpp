// Faults of the operating system on order, preloaded into a program (LD_PRELOAD=libclint_fault.so). Settings:
//
//   CLINT_FAULT_ACCEPT=EMFILE,EPROTO   the first accepts fail so, one after the other
//   CLINT_FAULT_ACCEPT_REPEAT=n        each of them n times; without it once
//   CLINT_FAULT_THREAD=3               every third pthread_create says EAGAIN
//   CLINT_FAULT_SHORT=1                one octet per read from and write to a socket
//   CLINT_FAULT_SIGNALS=1              every thread gets a SIGUSR1 each millisecond
//   CLINT_FAULT_RESOLVE=ms:ip,ip,...   getaddrinfo takes that long and gives these addresses, whatever the name
//   CLINT_FAULT_RESOLVE_AGAIN=ms       from the second time on it takes that long, and says so on stderr
//   CLINT_FAULT_CLOCK=path             the day's clock is off by as many seconds as the file's first 8 octets say
//   CLINT_FAULT_FILE=part              of files in whose path this occurs:
//   CLINT_FAULT_DISK=what:n            the nth write, fsync (or fdatasync) or ftruncate fails with EIO; as "short" the
//                                      nth write takes half; then stderr gets the line "fault: what:n"
//   CLINT_FAULT_KILL=n                 the nth write, fsync or rename is the process's end (SIGKILL), a write halfway
//                                      through it
//   CLINT_FAULT_WHILE=path             accept and thread faults act only while this file exists
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? value : nullptr;
}

bool acting() {
  static const char* const path = setting("CLINT_FAULT_WHILE");
  return !path || access(path, F_OK) == 0;
}

bool short_io(int fd) {
  static const bool wanted = setting("CLINT_FAULT_SHORT");
  if (!wanted) return false;
  const int kept = errno;
  struct stat status {};
  const bool is_socket = fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
  errno = kept;
  return is_socket;
}

size_t cut(int fd, size_t size) { return size > 1 && short_io(fd) ? 1 : size; }

int number_of(const std::string& name) {
  static constexpr struct {
    const char* name;
    int number;
  } known[] = {{"EMFILE", EMFILE},
               {"ENFILE", ENFILE},
               {"ENOMEM", ENOMEM},
               {"ENOBUFS", ENOBUFS},
               {"EINTR", EINTR},
               {"ECONNABORTED", ECONNABORTED},
               {"EPROTO", EPROTO},
               {"EPERM", EPERM},
               {"EAGAIN", EAGAIN},
               {"ENETDOWN", ENETDOWN},
               {"ENOPROTOOPT", ENOPROTOOPT},
               {"EHOSTDOWN", EHOSTDOWN},
               {"ENONET", ENONET},
               {"EHOSTUNREACH", EHOSTUNREACH},
               {"EOPNOTSUPP", EOPNOTSUPP},
               {"ENETUNREACH", ENETUNREACH},
               {"EINVAL", EINVAL},
               {"EIO", EIO}};
  for (const auto& entry : known)
    if (name == entry.name) return entry.number;
  return EIO;
}

// The errno for this call of accept, or 0.
int accept_fault() {
  static const char* const list = setting("CLINT_FAULT_ACCEPT");
  if (!list || !acting()) return 0;
  static const char* const repeat = setting("CLINT_FAULT_ACCEPT_REPEAT");
  static std::atomic<long> calls{0};
  long left = calls++ / (repeat ? std::atol(repeat) : 1);
  const char* at = list;
  for (; left > 0 && at; --left) {
    at = std::strchr(at, ',');
    if (at) ++at;
  }
  return at ? number_of(std::string(at, std::strcspn(at, ","))) : 0;
}

enum class Disk { write, fsync, ftruncate, cut_short };

std::atomic<long> steps{0};  // towards CLINT_FAULT_KILL

bool is_watched(const char* path) {
  static const char* const file = setting("CLINT_FAULT_FILE");
  return file && std::strstr(path, file);
}

bool is_watched(int fd) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = 0;
  return is_watched(path);
}

// Whether this call, with a descriptor or a path, is the last one.
bool is_the_end(const auto& file) {
  static const char* const wanted = setting("CLINT_FAULT_KILL");
  return wanted && is_watched(file) && ++steps == std::atol(wanted);
}

[[noreturn]] void die() {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// Whether this call is the one that goes wrong.
bool disk_fault(Disk what, int fd) {
  static const char* const wanted = setting("CLINT_FAULT_DISK");
  if (!wanted) return false;
  static constexpr const char* names[] = {"write:", "fsync:", "ftruncate:", "short:"};
  const char* const name = names[static_cast<int>(what)];
  if (std::strncmp(wanted, name, std::strlen(name)) != 0) return false;
  static std::atomic<long> calls{0};
  if (!is_watched(fd) || ++calls != std::atol(wanted + std::strlen(name))) return false;
  const std::string struck = std::string("fault: ") + wanted + "\n";
  syscall(SYS_write, STDERR_FILENO, struck.data(), struck.size());
  return true;
}

template <class Function>
ssize_t write_at(Function next, int fd, const void* from, size_t size, off_t at) {
  if (disk_fault(Disk::write, fd)) {
    errno = EIO;
    return -1;
  }
  return next(fd, from, size > 1 && disk_fault(Disk::cut_short, fd) ? size / 2 : size, at);
}

template <class Function, class... Arguments>
int unless_disk_fault(Disk what, Function next, int fd, Arguments... arguments) {
  if (!disk_fault(what, fd)) return next(fd, arguments...);
  errno = EIO;
  return -1;
}

void* pester(void*) {
  for (;;) {
    if (DIR* tasks = opendir("/proc/self/task")) {
      while (const dirent* entry = readdir(tasks)) {
        const int task = std::atoi(entry->d_name);
        if (task > 0 && task != gettid()) syscall(SYS_tgkill, getpid(), task, SIGUSR1);
      }
      closedir(tasks);
    }
    usleep(1000);
  }
}

__attribute__((constructor)) void begin() {
  if (!setting("CLINT_FAULT_SIGNALS")) return;
  struct sigaction action {};
  action.sa_handler = [](int) {};  // without SA_RESTART: system calls say EINTR
  sigaction(SIGUSR1, &action, nullptr);
  pthread_t thread;
  // Everybody's, not the next one: a sanitizer that is part of the program has to know of the thread.
  reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_DEFAULT, "pthread_create"))(&thread, nullptr, pester, nullptr);
}

// Our own list, told from the C library's by freeaddrinfo below.
struct Answer {
  addrinfo info;
  sockaddr_storage address;
};
constexpr int our_flag = 0x40000000;  // in ai_flags

addrinfo* answer_of(const std::string& ip, const char* service, const addrinfo* hints) {
  auto* answer = new Answer{};
  addrinfo& info = answer->info;
  const auto port = htons(static_cast<in_port_t>(service ? std::atoi(service) : 0));
  if (ip.find(':') != std::string::npos) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&answer->address);
    inet_pton(AF_INET6, ip.c_str(), &in6->sin6_addr);
    in6->sin6_port = port;
    info.ai_family = AF_INET6;
    info.ai_addrlen = sizeof *in6;
  } else {
    auto* in4 = reinterpret_cast<sockaddr_in*>(&answer->address);
    inet_pton(AF_INET, ip.c_str(), &in4->sin_addr);
    in4->sin_port = port;
    info.ai_family = AF_INET;
    info.ai_addrlen = sizeof *in4;
  }
  answer->address.ss_family = static_cast<sa_family_t>(info.ai_family);
  info.ai_addr = reinterpret_cast<sockaddr*>(&answer->address);
  info.ai_socktype = hints && hints->ai_socktype ? hints->ai_socktype : SOCK_STREAM;
  info.ai_protocol = IPPROTO_TCP;
  info.ai_flags = our_flag;
  return &info;
}

}  // namespace

// A program asks for the time long before and after its main: nothing here may need a constructor, or a lock.
std::int64_t clock_offset() {
  static std::atomic<const std::atomic<std::int64_t>*> offset{nullptr};
  static std::atomic<bool> looked{false};
  if (!looked.exchange(true)) {
    const char* const path = setting("CLINT_FAULT_CLOCK");
    const int fd = path ? static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY)) : -1;
    if (fd >= 0) {
      void* const mapped = mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
      if (mapped != MAP_FAILED) offset = static_cast<const std::atomic<std::int64_t>*>(mapped);
      syscall(SYS_close, fd);
    }
  }
  const auto* const mapped = offset.load();
  return mapped ? mapped->load() : 0;
}

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  const bool of_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && of_day) now->tv_sec += clock_offset();
  return result;
}

int gettimeofday(timeval* now, void*) {
  timespec precise{};
  const int result = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return result;
}

time_t time(time_t* into) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}

int accept(int fd, sockaddr* address, socklen_t* size) {
  if ((errno = accept_fault())) return -1;
  static const auto next = real<decltype(&accept)>("accept");
  return next(fd, address, size);
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if ((errno = accept_fault())) return -1;
  static const auto next = real<decltype(&accept4)>("accept4");
  return next(fd, address, size, flags);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  static const char* const every = setting("CLINT_FAULT_THREAD");
  static std::atomic<long> calls{0};
  if (every && acting() && ++calls % std::atol(every) == 0) return EAGAIN;
  static const auto next = real<decltype(&pthread_create)>("pthread_create");
  return next(thread, attributes, start, argument);
}

ssize_t read(int fd, void* into, size_t size) {
  static const auto next = real<decltype(&read)>("read");
  return next(fd, into, cut(fd, size));
}

ssize_t recv(int fd, void* into, size_t size, int flags) {
  static const auto next = real<decltype(&recv)>("recv");
  return next(fd, into, cut(fd, size), flags);
}

ssize_t write(int fd, const void* from, size_t size) {
  static const auto next = real<decltype(&write)>("write");
  if (is_the_end(fd)) {
    static_cast<void>(next(fd, from, size / 2));
    die();
  }
  return next(fd, from, cut(fd, size));
}

// A signal handler may write, but may not look for a function the first time.
__attribute__((constructor)) void find_write() {
  const int kept = errno;
  static_cast<void>(write(-1, "", 0));
  errno = kept;
}

ssize_t send(int fd, const void* from, size_t size, int flags) {
  static const auto next = real<decltype(&send)>("send");
  return next(fd, from, cut(fd, size), flags);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto next = real<decltype(&writev)>("writev");
  for (int i = 0; i < count && short_io(fd); ++i) {
    if (parts[i].iov_len == 0) continue;
    const iovec one{parts[i].iov_base, 1};
    return next(fd, &one, 1);
  }
  return next(fd, parts, count);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static const auto next = real<decltype(&sendmsg)>("sendmsg");
  for (size_t i = 0; i < message->msg_iovlen && short_io(fd); ++i) {
    if (message->msg_iov[i].iov_len == 0) continue;
    iovec one{message->msg_iov[i].iov_base, 1};
    msghdr cut_short = *message;
    cut_short.msg_iov = &one;
    cut_short.msg_iovlen = 1;
    return next(fd, &cut_short, flags);
  }
  return next(fd, message, flags);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  static const auto next = real<decltype(&recvmsg)>("recvmsg");
  if (message->msg_iovlen == 0 || message->msg_iov[0].iov_len < 2 || !short_io(fd)) return next(fd, message, flags);
  iovec one{message->msg_iov[0].iov_base, 1};
  msghdr cut_short = *message;
  cut_short.msg_iov = &one;
  cut_short.msg_iovlen = 1;
  const ssize_t got = next(fd, &cut_short, flags);
  message->msg_namelen = cut_short.msg_namelen;
  message->msg_controllen = cut_short.msg_controllen;
  message->msg_flags = cut_short.msg_flags;
  return got;
}

ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  static const auto next = real<decltype(&pwrite)>("pwrite");
  return write_at(next, fd, from, size, at);
}

ssize_t pwrite64(int fd, const void* from, size_t size, off_t at) {
  static const auto next = real<decltype(&pwrite64)>("pwrite64");
  return write_at(next, fd, from, size, at);
}

int fsync(int fd) {
  static const auto next = real<decltype(&fsync)>("fsync");
  if (is_the_end(fd)) die();
  return unless_disk_fault(Disk::fsync, next, fd);
}

int fdatasync(int fd) {
  static const auto next = real<decltype(&fdatasync)>("fdatasync");
  return unless_disk_fault(Disk::fsync, next, fd);
}

int rename(const char* from, const char* to) {
  static const auto next = real<decltype(&rename)>("rename");
  if (is_the_end(to)) die();
  return next(from, to);
}

int ftruncate(int fd, off_t size) {
  static const auto next = real<decltype(&ftruncate)>("ftruncate");
  return unless_disk_fault(Disk::ftruncate, next, fd, size);
}

int ftruncate64(int fd, off_t size) {
  static const auto next = real<decltype(&ftruncate64)>("ftruncate64");
  return unless_disk_fault(Disk::ftruncate, next, fd, size);
}

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  static const char* const wanted = setting("CLINT_FAULT_RESOLVE");
  static const auto next = real<decltype(&getaddrinfo)>("getaddrinfo");
  const bool numeric = hints && (hints->ai_flags & (AI_NUMERICHOST | AI_PASSIVE));
  if (!wanted || !node || numeric) return next(node, service, hints, result);
  char* rest = nullptr;
  auto delay_ms = std::strtoul(wanted, &rest, 10);
  static const char* const again = setting("CLINT_FAULT_RESOLVE_AGAIN");
  static std::atomic<bool> first = true;
  if (!first.exchange(false) && again) {
    delay_ms = std::strtoul(again, nullptr, 10);
    std::fputs("looking up again\n", stderr);
  }
  usleep(static_cast<useconds_t>(delay_ms) * 1000);
  addrinfo** last = result;
  *last = nullptr;
  for (const char* at = rest + 1; *at;) {
    const size_t size = std::strcspn(at, ",");
    *last = answer_of(std::string(at, size), service, hints);
    last = &(*last)->ai_next;
    at += size + (at[size] == ',');
  }
  return *result ? 0 : EAI_NONAME;
}

void freeaddrinfo(addrinfo* list) {
  static const auto next = real<decltype(&freeaddrinfo)>("freeaddrinfo");
  if (!list || !(list->ai_flags & our_flag)) return next(list);
  while (list) {
    addrinfo* const after = list->ai_next;
    delete reinterpret_cast<Answer*>(list);  // the first member of its Answer
    list = after;
  }
}

}  // extern "C"
