#include "unit/test_vfs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "unit/temp_folder.hpp"

namespace chat {

namespace {

TestVfs* current = nullptr;

// SQLite's own file follows in memory.
struct File {
  sqlite3_file base;
  TestVfs::FileState* state;  // null: not one whose content counts
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

int close_file(sqlite3_file* file) { return of(file).real()->pMethods->xClose(of(file).real()); }
int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  return of(file).real()->pMethods->xRead(of(file).real(), into, size, at);
}
int write_file(sqlite3_file* file, const void* octets, int size, sqlite3_int64 at) {
  File& f = of(file);
  const int fault = current->before(TestVfs::Fault::write_error);
  const int written = fault == SQLITE_OK ? size : fault == SQLITE_FULL ? 0 : size / 2;
  if (written > 0 && !current->is_cut()) {
    const int code = f.real()->pMethods->xWrite(f.real(), octets, written, at);
    if (code != SQLITE_OK) return code;
    if (f.state)
      f.state->pending.push_back(
          {static_cast<std::size_t>(at), {static_cast<const char*>(octets), static_cast<std::size_t>(written)}, false});
  }
  return fault;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  File& f = of(file);
  if (const int fault = current->before(TestVfs::Fault::truncate_error); fault != SQLITE_OK) return fault;
  if (f.state) f.state->pending.push_back({static_cast<std::size_t>(size), {}, true});
  return f.real()->pMethods->xTruncate(f.real(), size);
}
int sync_file(sqlite3_file* file, int flags) {
  File& f = of(file);
  if (const int fault = current->before(TestVfs::Fault::sync_error); fault != SQLITE_OK) return fault;
  if (f.state) {
    for (const TestVfs::Write& write : f.state->pending) TestVfs::apply(f.state->durable, write);
    f.state->pending.clear();
    f.state->has_entry = true;
  }
  (void)flags;  // a real sync would only make the tests slower
  return SQLITE_OK;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return of(file).real()->pMethods->xFileSize(of(file).real(), size);
}
int lock_file(sqlite3_file* file, int level) { return of(file).real()->pMethods->xLock(of(file).real(), level); }
int unlock_file(sqlite3_file* file, int level) { return of(file).real()->pMethods->xUnlock(of(file).real(), level); }
int check_lock(sqlite3_file* file, int* held) {
  return of(file).real()->pMethods->xCheckReservedLock(of(file).real(), held);
}
int control_file(sqlite3_file* file, int what, void* argument) {
  return of(file).real()->pMethods->xFileControl(of(file).real(), what, argument);
}
int sector_size(sqlite3_file* file) { return of(file).real()->pMethods->xSectorSize(of(file).real()); }
int device(sqlite3_file*) { return 0; }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return of(file).real()->pMethods->xShmMap(of(file).real(), page, size, extend, memory);
}
int shm_lock(sqlite3_file* file, int at, int count, int flags) {
  return of(file).real()->pMethods->xShmLock(of(file).real(), at, count, flags);
}
void shm_barrier(sqlite3_file* file) { of(file).real()->pMethods->xShmBarrier(of(file).real()); }
int shm_unmap(sqlite3_file* file, int remove) { return of(file).real()->pMethods->xShmUnmap(of(file).real(), remove); }

constexpr sqlite3_io_methods methods{2,         close_file, read_file,   write_file,  truncate_file, sync_file,
                                     file_size, lock_file,  unlock_file, check_lock,  control_file,  sector_size,
                                     device,    shm_map,    shm_lock,    shm_barrier, shm_unmap,     nullptr,
                                     nullptr};

sqlite3_vfs& real_vfs(sqlite3_vfs* vfs) { return *static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  File& f = of(file);
  f.base.pMethods = nullptr;
  f.state = nullptr;
  const int code = real_vfs(vfs).xOpen(&real_vfs(vfs), path, f.real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  if (path && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) f.state = current->track(path);
  f.base.pMethods = &methods;
  return SQLITE_OK;
}

sqlite3_vfs our_vfs{};

}  // namespace

TestVfs::TestVfs() {
  current = this;
  sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
  our_vfs = *real;
  our_vfs.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
  our_vfs.zName = name;
  our_vfs.pNext = nullptr;
  our_vfs.pAppData = real;
  our_vfs.xOpen = open_file;
  // These find their VFS's data themselves, so they must get the real one.
  our_vfs.xDelete = [](sqlite3_vfs* v, const char* path, int sync) {
    return real_vfs(v).xDelete(&real_vfs(v), path, sync);
  };
  our_vfs.xAccess = [](sqlite3_vfs* v, const char* path, int how, int* result) {
    return real_vfs(v).xAccess(&real_vfs(v), path, how, result);
  };
  our_vfs.xFullPathname = [](sqlite3_vfs* v, const char* path, int size, char* out) {
    return real_vfs(v).xFullPathname(&real_vfs(v), path, size, out);
  };
  our_vfs.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
  sqlite3_vfs_register(&our_vfs, 0);
}

TestVfs::~TestVfs() {
  sqlite3_vfs_unregister(&our_vfs);
  current = nullptr;
}

void TestVfs::fail(Fault fault, int nth, int times) {
  fault_ = fault;
  nth_ = nth;
  times_ = times;
  failures_ = 0;
}

void TestVfs::cut_after(int operations) { left_ = operations; }

int TestVfs::before(Fault kind) {
  if (left_ == 0) return SQLITE_IOERR;
  if (left_ > 0) --left_;
  const bool of_writing = fault_ == Fault::write_error || fault_ == Fault::disk_full || fault_ == Fault::short_write;
  const bool concerned = kind == Fault::write_error ? of_writing : kind == fault_;
  if (!concerned || times_ == 0 || --nth_ > 0) return SQLITE_OK;
  --times_;
  ++failures_;
  switch (fault_) {
    case Fault::disk_full: return SQLITE_FULL;
    case Fault::sync_error: return SQLITE_IOERR_FSYNC;
    case Fault::truncate_error: return SQLITE_IOERR_TRUNCATE;
    default: return SQLITE_IOERR_WRITE;
  }
}

TestVfs::FileState* TestVfs::track(const std::string& path) {
  const auto [found, is_new] = files_.try_emplace(path);
  if (is_new) {
    found->second.durable = content_of(path);
    found->second.has_entry = !found->second.durable.empty();
  }
  return &found->second;
}

void TestVfs::apply(std::string& content, const Write& write) {
  if (write.truncates) {
    content.resize(write.at);
    return;
  }
  if (content.size() < write.at + write.octets.size()) content.resize(write.at + write.octets.size());
  content.replace(write.at, write.octets.size(), write.octets);
}

void TestVfs::leave_what_survived(std::size_t sector_bytes, std::mt19937& random) {
  std::bernoulli_distribution coin(0.5);
  for (auto& [path, state] : files_) {
    std::filesystem::remove(path + "-shm");
    if (!state.has_entry && coin(random)) {
      std::filesystem::remove(path);
      continue;
    }
    std::string content = state.durable;
    for (const Write& write : state.pending) {
      if (write.truncates) {
        if (coin(random)) apply(content, write);
        continue;
      }
      for (std::size_t at = 0; at < write.octets.size();) {
        const std::size_t end = std::min(write.octets.size(), at + sector_bytes - (write.at + at) % sector_bytes);
        if (coin(random)) apply(content, {write.at + at, write.octets.substr(at, end - at), false});
        at = end;
      }
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  files_.clear();
  left_ = -1;
}

}  // namespace chat
