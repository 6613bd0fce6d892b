#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "net/stdio.hpp"
#include "net/system.hpp"
#include "net/thread.hpp"

namespace chat {

namespace {

HANDLE standard_input() { return ::GetStdHandle(STD_INPUT_HANDLE); }
HANDLE standard_output() { return ::GetStdHandle(STD_OUTPUT_HANDLE); }
HANDLE standard_error() { return ::GetStdHandle(STD_ERROR_HANDLE); }

bool is_console(HANDLE handle) {
  DWORD mode = 0;
  return ::GetConsoleMode(handle, &mode) != 0;
}

std::string utf8(std::wstring_view text) {
  const int size = static_cast<int>(text.size());
  std::string made(3 * text.size(), '\0');  // at most 3 octets for each unit of UTF-16
  const int octets = ::WideCharToMultiByte(CP_UTF8, 0, text.data(), size, made.data(), static_cast<int>(made.size()),
                                           nullptr, nullptr);
  made.resize(static_cast<std::size_t>(octets));
  return made;
}

// ---- Input ---------------------------------------------------------------------------------------------------------

// Reads standard input in a thread of its own, since no other way of waiting serves consoles, pipes and files alike.
// One in a process, never destroyed: nothing interrupts a read from a console for sure, so that its thread ends with
// the process, as the one exception to the rule that every thread is joined.
class InputReader {
 public:
  InputReader() : thread_(Thread::start([this] { run(); })) {}

  Input read(std::string& text, Clock::time_point until, const Waker* waker) {
    if (!thread_.joinable() || wanted_ == nullptr || full_ == nullptr) return Input::end;
    // Not earlier: what nobody asks for is left to who reads after us.
    if (!std::exchange(reading_, true)) ::SetEvent(wanted_);
    const std::array<HANDLE, 2> handles{full_, waker ? reinterpret_cast<HANDLE>(waker->descriptor()) : nullptr};
    while (true) {
      const auto time = static_cast<DWORD>(timeout_ms(until));
      const DWORD which = ::WaitForMultipleObjects(waker ? 2 : 1, handles.data(), FALSE, time);
      if (waker && ::WaitForSingleObject(handles[1], 0) == WAIT_OBJECT_0) return Input::woken;
      if (which == WAIT_OBJECT_0) break;
      if (Clock::now() >= until) return Input::timeout;
    }
    if (octets_.empty()) return Input::end;  // and full_ stays as it is
    text += octets_;
    ::ResetEvent(full_);
    reading_ = false;
    return Input::octets;
  }

 private:
  void run() {
    do {
      if (::WaitForSingleObject(wanted_, INFINITE) != WAIT_OBJECT_0) return;
      octets_ = is_console(standard_input()) ? from_console() : from_file();
      ::SetEvent(full_);
    } while (!octets_.empty());
  }

  // A console shows what is typed, and edits it, from where its cursor was when the read began: behind the question,
  // and behind what others have said until the first key.
  static void await_key() {
    INPUT_RECORD event{};
    DWORD count = 0;
    while (::WaitForSingleObject(standard_input(), INFINITE) == WAIT_OBJECT_0 &&
           ::PeekConsoleInputW(standard_input(), &event, 1, &count) != 0) {
      const auto& key = event.Event.KeyEvent;
      const bool by_digits = key.wVirtualKeyCode == VK_MENU && key.uChar.UnicodeChar != 0;  // Alt goes up after them
      if (count == 1 && event.EventType == KEY_EVENT && (key.bKeyDown || by_digits)) return;
      if (count == 1) ::ReadConsoleInputW(standard_input(), &event, 1, &count);
    }
  }

  // A piece of a line; nothing at the end, which is Ctrl-Z at the beginning of a line.
  std::string from_console() {
    std::array<wchar_t, 2048> units;
    DWORD size = 0;
    while (size == 0) {
      if (line_ended_) await_key();
      ::SetLastError(ERROR_SUCCESS);
      if (::ReadConsoleW(standard_input(), units.data(), static_cast<DWORD>(units.size()), &size, nullptr) == 0)
        return {};
      if (size == 0 && ::GetLastError() != ERROR_OPERATION_ABORTED) return {};  // that one is Ctrl-C
    }
    const bool line_begins = line_ended_;
    line_ended_ = units[size - 1] == L'\n';
    if (line_begins && units[0] == L'\x1a') return {};
    std::wstring text = std::exchange(half_, {});
    text.append(units.data(), size);
    if (IS_HIGH_SURROGATE(text.back()) && text.size() > 1) {  // its other half is in the next piece
      half_ = text.back();
      text.pop_back();
    }
    return utf8(text);
  }

  static std::string from_file() {
    std::array<char, 4096> octets;
    DWORD size = 0;
    if (::ReadFile(standard_input(), octets.data(), static_cast<DWORD>(octets.size()), &size, nullptr) == 0) return {};
    return {octets.data(), size};
  }

  const HANDLE wanted_ = ::CreateEventW(nullptr, FALSE, FALSE, nullptr);
  const HANDLE full_ = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  std::string octets_;    // the thread's from wanted_ to full_, else of the one that reads
  bool reading_ = false;  // of the one that reads: wanted_ was set, what came was not taken yet

  // The thread alone.
  std::wstring half_;
  bool line_ended_ = true;

  const Thread thread_;  // last: it uses all the others
};

// ---- Output --------------------------------------------------------------------------------------------------------

// How much of the text goes at once: whole characters, since a console shows each piece for itself.
std::size_t piece_of(std::string_view text) {
  constexpr std::size_t at_once = 4096;
  if (text.size() <= at_once) return text.size();
  std::size_t size = at_once;
  while (size > at_once - 4 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return size;
}

// Writes a standard stream in a thread of its own: a pipe that is full, or a console in which somebody selects text,
// holds it up, and nobody else. One for each stream, never destroyed, for the reason above.
class OutputWriter {
 public:
  explicit OutputWriter(HANDLE stream) : stream_(stream), thread_(Thread::start([this] { run(); })) {}

  Written write(std::string_view& text, Clock::time_point until) {
    constexpr auto in_time = std::chrono::milliseconds(20);  // for a piece, where nobody holds it up
    if (!thread_.joinable()) return Written::failed;
    MutexLock lock(mu_);
    while (true) {
      const auto patience = std::max(until, Clock::now() + in_time);
      while (busy_) {
        if (Clock::now() >= patience) return Written::late;
        if (until == Clock::time_point::max())
          done_.wait(mu_);
        else
          done_.wait_until(mu_, patience);
      }
      if (failed_) return Written::failed;
      if (text.empty()) return Written::all;
      piece_ = text.substr(0, piece_of(text));
      text.remove_prefix(piece_.size());
      busy_ = true;
      work_.notify_one();
    }
  }

 private:
  void run() {
    while (true) {
      std::string piece;
      {
        MutexLock lock(mu_);
        while (!busy_) work_.wait(mu_);
        piece = std::move(piece_);
      }
      std::string_view left = piece;
      DWORD size = 0;
      while (!left.empty() && ::WriteFile(stream_, left.data(), static_cast<DWORD>(left.size()), &size, nullptr) != 0)
        left.remove_prefix(size);
      MutexLock lock(mu_);
      failed_ = !left.empty();
      busy_ = false;
      done_.notify_all();
      if (failed_) return;
    }
  }

  const HANDLE stream_;

  Mutex mu_;  // a leaf
  Condition work_;
  Condition done_;
  std::string piece_ GUARDED_BY(mu_);
  bool busy_ GUARDED_BY(mu_) = false;  // a piece is on its way
  bool failed_ GUARDED_BY(mu_) = false;

  const Thread thread_;  // last: it uses all the others
};

}  // namespace

Input read_input(std::string& text, Clock::time_point until, const Waker* waker) {
  static InputReader& reader = *new InputReader;
  return reader.read(text, until, waker);
}

bool input_is_terminal() { return is_console(standard_input()); }

namespace {

DWORD mode_with_echo = 0;
bool echo_is_off = false;

}  // namespace

EchoOff::EchoOff(std::string_view) {
  const HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
  if (!::GetConsoleMode(input, &mode_with_echo)) return;
  echo_is_off = ::SetConsoleMode(input, mode_with_echo & ~static_cast<DWORD>(ENABLE_ECHO_INPUT)) != 0;
}

EchoOff::~EchoOff() {
  if (std::exchange(echo_is_off, false)) ::SetConsoleMode(::GetStdHandle(STD_INPUT_HANDLE), mode_with_echo);
}

Written write_output(std::string_view& text, Clock::time_point until) {
  static OutputWriter& writer = *new OutputWriter(standard_output());
  return writer.write(text, until);
}

Written write_errors(std::string_view& text, Clock::time_point until) {
  static OutputWriter& writer = *new OutputWriter(standard_error());
  return writer.write(text, until);
}

// ---- What ends a program -------------------------------------------------------------------------------------------

namespace {

std::atomic<const Waker*> woken_by_events{nullptr};
std::atomic<int> events_caught{0};
std::atomic<bool> interrupted_first{false};
std::atomic<UINT> code_page_before{0};

void restore_code_page() {
  if (const UINT before = code_page_before.exchange(0)) ::SetConsoleOutputCP(before);
}

// In a thread that the system starts for each event.
BOOL WINAPI on_event(DWORD event) {
  const bool from_keyboard = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
  if (events_caught.fetch_add(1) > 0) {
    restore_code_page();
    ::TerminateProcess(::GetCurrentProcess(), 130);
  }
  interrupted_first = from_keyboard;
  if (const Waker* waker = woken_by_events) waker->wake();
  if (!from_keyboard) ::Sleep(INFINITE);  // closed window, end of session: the process ends when this returns
  return TRUE;
}

}  // namespace

// Handles are never taken for standard ones here. The chat is UTF-8 with plain line ends, and the console, which
// outlives the program, gets its code page back.
StopSignals::Streams::Streams() {
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
  const UINT before = ::GetConsoleOutputCP();
  if (before == 0 || before == CP_UTF8 || ::SetConsoleOutputCP(CP_UTF8) == 0) return;
  code_page_before = before;
  std::atexit(restore_code_page);
}

StopSignals::StopSignals(HangUp) {
  woken_by_events = &waker_;
  ::SetConsoleCtrlHandler(on_event, TRUE);
}
bool StopSignals::caught() const { return events_caught > 0; }
bool StopSignals::reread() const { return false; }  // there is no such signal; the console has /reload
bool StopSignals::interrupted() const { return interrupted_first; }

}  // namespace chat
