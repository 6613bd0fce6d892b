#include <windows.h>

#include <io.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <thread>

#include "terminal/console.hpp"

namespace chat {

namespace {

std::atomic<int> caught_signal = 0;
std::atomic<HANDLE> signal_event = nullptr;

// The first time the program leaves by itself, the second time Windows ends it.
BOOL WINAPI on_control(DWORD kind) {
  const int number = kind == CTRL_C_EVENT || kind == CTRL_BREAK_EVENT ? SIGINT : SIGTERM;
  const HANDLE event = signal_event.exchange(nullptr);
  if (!event) return FALSE;
  caught_signal = number;
  ::SetEvent(event);
  return TRUE;
}

HANDLE make_event() {
  const HANDLE event = ::CreateEventW(nullptr, FALSE, FALSE, nullptr);
  if (!event)
    throw std::system_error(static_cast<int>(::GetLastError()), std::system_category(), "cannot make an event");
  return event;
}

}  // namespace

// Nothing on Windows waits for a console, a pipe and a file alike. So a thread reads, one piece at a time and only when
// it is asked to.
struct Console::Impl {
  const HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
  const HANDLE woken = make_event();
  const HANDLE wanted = make_event();
  const HANDLE arrived = make_event();
  std::array<char, 64 * 1024> piece{};
  DWORD bytes = 0;  // the reader's before `arrived`, the owner's after it
  bool asked = false;
  bool here = false;
  std::atomic<bool> stopping = false;
  std::thread reader;

  void read_pieces() {
    while (true) {
      ::WaitForSingleObject(wanted, INFINITE);
      if (stopping) return;
      bytes = 0;
      if (!::ReadFile(input, piece.data(), static_cast<DWORD>(piece.size()), &bytes, nullptr)) bytes = 0;
      ::SetEvent(arrived);
    }
  }
};

Console::Console() : impl_(std::make_unique<Impl>()) {
  ::SetConsoleCP(CP_UTF8);
  ::SetConsoleOutputCP(CP_UTF8);
  signal_event = impl_->woken;
  ::SetConsoleCtrlHandler(on_control, TRUE);
  impl_->reader = std::thread([impl = impl_.get()] { impl->read_pieces(); });
}

Console::~Console() {
  ::SetConsoleCtrlHandler(on_control, FALSE);
  signal_event = nullptr;
  impl_->stopping = true;
  ::SetEvent(impl_->wanted);
  ::CancelSynchronousIo(impl_->reader.native_handle());
  impl_->reader.join();
  for (const HANDLE event : {impl_->woken, impl_->wanted, impl_->arrived}) ::CloseHandle(event);
}

bool Console::input_is_terminal() const { return _isatty(_fileno(stdin)) != 0; }
bool Console::output_is_terminal() const { return _isatty(_fileno(stdout)) != 0; }

Console::Woke Console::wait(bool want_input, Clock::time_point until) {
  if (want_input && !impl_->here && !impl_->asked) {
    impl_->asked = true;
    ::SetEvent(impl_->wanted);
  }
  if (!(want_input && impl_->here)) {
    const std::array<HANDLE, 2> events{impl_->woken, impl_->arrived};
    DWORD time = INFINITE;
    if (until != Clock::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      time = static_cast<DWORD>(left < 0 ? 0 : left > 3'600'000 ? 3'600'000 : left);
    }
    const DWORD count = impl_->here ? 1 : 2;
    if (::WaitForMultipleObjects(count, events.data(), FALSE, time) == WAIT_OBJECT_0 + 1) impl_->here = true;
  }
  return {want_input && impl_->here, caught_signal.exchange(0)};
}

void Console::wake() const noexcept { ::SetEvent(impl_->woken); }

Console::Got Console::read(std::span<char> into) {
  if (!impl_->here) return {};
  const std::size_t taken = std::min<std::size_t>(into.size(), impl_->bytes);
  std::copy_n(impl_->piece.begin(), taken, into.begin());
  std::copy(impl_->piece.begin() + static_cast<std::ptrdiff_t>(taken), impl_->piece.begin() + impl_->bytes,
            impl_->piece.begin());
  const bool end = impl_->bytes == 0;
  impl_->bytes -= static_cast<DWORD>(taken);
  if (impl_->bytes == 0) impl_->here = impl_->asked = false;
  return {taken, end};
}

bool Console::write(Stream stream, std::string_view text) {
  const HANDLE handle = ::GetStdHandle(stream == Stream::out ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
  while (!text.empty()) {
    DWORD written = 0;
    if (!::WriteFile(handle, text.data(), static_cast<DWORD>(text.size()), &written, nullptr)) return false;
    text.remove_prefix(written);
  }
  return true;
}

}  // namespace chat
