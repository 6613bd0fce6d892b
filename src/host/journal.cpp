#include "host/journal.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>

#include "net/stdio.hpp"

namespace chat {

namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: return spdlog::level::off;
  }
  die("a log level without a number");
}

// Standard error takes what it can take at once. Every thread writes here, the acceptor's and the sessions' too: none
// may wait for a terminal or a pipe that nobody reads.
class ErrorSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view left(line.data(), line.size());
    write_errors(left, Clock::now());
  }
  void flush_() override {}
};

// A new file is for its owner alone, after a rotation, too: it has names and addresses. One that is there stays as it
// is.
void make_private(const spdlog::filename_t& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error)) return;
  const std::ofstream made(file, std::ios::app);
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
}

// A file, or standard error.
spdlog::sink_ptr opened(const std::string& file) {
  constexpr std::size_t file_bytes = 10 * 1024 * 1024;
  constexpr std::size_t old_files = 3;
  if (file.empty()) return std::make_shared<ErrorSink>();
  try {
    spdlog::file_event_handlers handlers;
    handlers.before_open = make_private;
    return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, file_bytes, old_files, false, handlers);
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error("cannot write the log file " + file + ": " + error.what());
  }
}

}  // namespace

// Writes to another one, which can be replaced while others write.
class Journal::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(spdlog::sink_ptr to) : to_(std::move(to)) {}
  void write_to(spdlog::sink_ptr to) {
    const std::lock_guard lock(mutex_);
    to->set_formatter(formatter_->clone());
    to_ = std::move(to);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override { to_->log(message); }
  void flush_() override { to_->flush(); }
  void set_pattern_(const std::string& pattern) override {
    set_formatter_(std::make_unique<spdlog::pattern_formatter>(pattern));
  }
  void set_formatter_(std::unique_ptr<spdlog::formatter> formatter) override {
    to_->set_formatter(formatter->clone());
    formatter_ = std::move(formatter);
  }

 private:
  spdlog::sink_ptr to_;
};

Journal::Journal(const std::string& file, LogLevel level)
    : sink_(std::make_shared<Sink>(opened(file))), logger_(std::make_shared<spdlog::logger>("host", sink_)) {
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger_->set_level(spdlog_level(level));
  logger_->flush_on(spdlog::level::info);
  logger_->set_error_handler([](const std::string&) {});  // a full disk must not speak on everybody's terminal
}

void Journal::open_again(const std::string& file, LogLevel level) {
  auto log = opened(file);
  if (audit_sink_) audit_sink_->write_to(opened(audit_file_));
  sink_->write_to(std::move(log));
  logger_->set_level(spdlog_level(level));
}

Journal::~Journal() = default;

void Journal::write(LogLevel level, const std::string& line) { logger_->log(spdlog_level(level), printable(line)); }

void Journal::keep_audit_in(const std::string& file) {
  audit_file_ = file;
  audit_sink_ = std::make_shared<Sink>(opened(file));
  audit_ = std::make_shared<spdlog::logger>("audit", audit_sink_);
  audit_->set_pattern("%Y-%m-%dT%H:%M:%S%z %v");
  audit_->flush_on(spdlog::level::info);
  audit_->set_error_handler([](const std::string&) {});
}

void Journal::audit(const std::string& line) {
  write_not_audited();
  write_audit(line);
}

void Journal::write_not_audited() {
  std::uint64_t missing = 0;
  {
    MutexLock lock(mu_);
    missing = std::exchange(not_audited_, 0);
  }
  if (missing > 0) write_audit("orders of people who may give none: " + std::to_string(missing) + " more, refused");
}

void Journal::audit_not_allowed(const std::string& line, const Address& from) {
  {
    MutexLock lock(mu_);
    const auto now = Clock::now();
    Pacer& own = not_allowed_.at(from.group()).lines;
    const bool too_many = own.count(now) > Clock::duration{};
    if (too_many || all_not_allowed_.count(now) > Clock::duration{}) {
      own.refund();
      if (!too_many) all_not_allowed_.refund();
      ++not_audited_;
      return;
    }
  }
  audit(line);
}

void Journal::stopped() {
  write_not_audited();
  write(LogLevel::info, "stopped; goodbyes: " + counts());
}

void Journal::write_audit(const std::string& line) {
  if (audit_)
    audit_->info(printable(line));
  else
    write(LogLevel::info, "audit: " + line);
}

void Journal::goodbye(Goodbye why, const std::string& address, const std::string& name, const std::string& detail) {
  ++counts_[static_cast<std::size_t>(why)];
  std::uint64_t left_out = 0;
  {
    MutexLock lock(mu_);
    // Waiting would be a service to the flooder: what comes too fast is counted only.
    if (lines_.count(Clock::now()) > Clock::duration{}) {
      lines_.refund();
      ++left_out_;
      return;
    }
    left_out = std::exchange(left_out_, 0);
  }
  if (left_out > 0) write(LogLevel::info, std::to_string(left_out) + " goodbyes were only counted: too many at once");
  write(LogLevel::info, "goodbye " + std::string(goodbye_name(why)) + " " + address + (name.empty() ? "" : " " + name) +
                            (detail.empty() ? "" : " (" + detail + ")"));
}

std::string Journal::counts() const {
  std::string text;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto why = goodbye_from(static_cast<std::uint8_t>(i));
    if (!why || counts_[i] == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(goodbye_name(*why)) + " " + std::to_string(counts_[i].load());
  }
  return text.empty() ? "none" : text;
}

}  // namespace chat
