#include "net/link.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chat {

namespace {

constexpr std::size_t read_bytes = 8192;  // at once, into a buffer that an idle link gives back
constexpr int reads_in_a_row = 8;         // without a byte for the caller, who has deadlines to look after: 64 KiB

// RFC 8446 section 5.1, ContentType: change_cipher_spec to application_data.
bool is_tls_record(char first) { return first >= 0x14 && first <= 0x17; }

std::span<char> buffer_of(std::unique_ptr<char[]>& buffer) {
  if (!buffer) buffer.reset(new char[read_bytes]);
  return {buffer.get(), read_bytes};
}

// A socket that gave less than was asked for has no more for now: that need not be asked of the system a second time.
class Intake {
 public:
  IoResult read(const Socket& socket, std::span<char> into) {
    if (std::exchange(emptied_, false)) return {IoResult::State::would_block, 0, {}};
    IoResult got = socket.read(into);
    emptied_ = got.state == IoResult::State::ok && got.bytes < into.size();
    return got;
  }

 private:
  bool emptied_ = false;  // by the last read
};

class PlainLink final : public Link {
 public:
  explicit PlainLink(Socket socket) : socket_(std::move(socket)) {}
  IoResult read(std::span<char> into) override { return intake_.read(socket_, into); }
  IoResult write(std::string_view bytes) override { return socket_.write(bytes); }
  bool flushed() override { return true; }
  bool stalled() override { return false; }
  bool acknowledged() override { return socket_.acknowledged(); }
  Ready wait(Want want, Clock::time_point until, const Waker* waker) override {
    return wait_for(socket_, want, until, waker);
  }
  void close_write() override { socket_.shutdown_write(); }
  void stop_reading() override { socket_.shutdown_read(); }
  void shutdown() override { socket_.shutdown_both(); }
  bool secure() const override { return false; }

 private:
  const Socket socket_;
  Intake intake_;
};

class TlsLink final : public Link {
 public:
  TlsLink(Socket socket, std::unique_ptr<TlsCodec> codec) : socket_(std::move(socket)), codec_(std::move(codec)) {}

  IoResult read(std::span<char> into) override {
    std::size_t fed = 0;
    // A peer can go on for ever with records that hold nothing for the caller (KeyUpdates, RFC 8446 section 4.6.3).
    for (int reads = 0; reads <= reads_in_a_row; ++reads) {
      // A thread whose link is idle never enters OpenSSL, which would keep memory for it.
      if (!drained_ || fed > 0) {
        MutexLock lock(mu_);
        if (fed > 0) codec_->feed({raw_.get(), fed});
        const TlsCodec::Result result = codec_->read(into);
        send_output();  // what TLS itself answers, such as a KeyUpdate
        drained_ = result.step == TlsCodec::Step::want_input;
        needs_output_ = result.step == TlsCodec::Step::want_output;
        switch (result.step) {
          case TlsCodec::Step::ok: return {IoResult::State::ok, result.bytes, {}};
          case TlsCodec::Step::end: return {IoResult::State::end, 0, {}};
          case TlsCodec::Step::failed: return {IoResult::State::failed, 0, codec_->error()};
          case TlsCodec::Step::want_output: return {IoResult::State::would_block, 0, {}};
          case TlsCodec::Step::want_input: break;
        }
      }
      if (reads == reads_in_a_row) break;
      IoResult got = intake_.read(socket_, buffer_of(raw_));
      if (got.state == IoResult::State::would_block) raw_.reset();
      if (got.state == IoResult::State::end) return {IoResult::State::failed, 0, "cut without close_notify"};
      if (got.state != IoResult::State::ok) return got;
      fed = got.bytes;
    }
    return {IoResult::State::would_block, 0, {}};
  }

  IoResult write(std::string_view bytes) override {
    MutexLock lock(mu_);
    if (!send_output()) return failed_ ? lost() : IoResult{IoResult::State::would_block, 0, {}};
    // One buffer of the writing thread serves all its links: an idle link holds none.
    static thread_local std::string spare;
    codec_->output().swap(spare);
    std::size_t taken = 0;
    while (taken < bytes.size()) {
      const TlsCodec::Result result = codec_->write(bytes.substr(taken));
      if (result.step != TlsCodec::Step::ok) {
        failed_ = failed_ || result.step == TlsCodec::Step::failed;
        break;
      }
      taken += result.bytes;
    }
    const bool all = send_output();
    if (all) {
      codec_->output().swap(spare);
    } else {
      spare.clear();
    }
    if (taken > 0) return {IoResult::State::ok, taken, {}};
    return failed_ ? lost() : IoResult{IoResult::State::would_block, 0, {}};
  }

  bool flushed() override {
    MutexLock lock(mu_);
    return send_output() || failed_;
  }

  bool stalled() override {
    MutexLock lock(mu_);
    return !codec_->output().empty() && Clock::now() - progress_ >= limits::write_deadline;
  }

  bool acknowledged() override { return socket_.acknowledged(); }

  Ready wait(Want want, Clock::time_point until, const Waker* waker) override {
    if (want == Want::input && needs_output_) {
      const Ready ready = wait_for(socket_, Want::output, std::min(until, Clock::now() + 1s), waker);
      return {ready.output, ready.output, ready.woken};
    }
    return wait_for(socket_, want, until, waker);
  }

  void close_write() override {
    MutexLock lock(mu_);
    codec_->close();
    send_output();
    socket_.shutdown_write();
  }
  void stop_reading() override { socket_.shutdown_read(); }
  void shutdown() override { socket_.shutdown_both(); }
  bool secure() const override { return true; }

 private:
  static IoResult lost() { return {IoResult::State::failed, 0, "the connection is gone"}; }

  // Sends ciphertext that waits; true when none is left.
  bool send_output() REQUIRES(mu_) {
    std::string& output = codec_->output();
    std::size_t sent = 0;
    while (sent < output.size() && !failed_) {
      const IoResult result = socket_.write(std::string_view(output).substr(sent));
      if (result.state == IoResult::State::would_block) break;
      if (result.state == IoResult::State::ok)
        sent += result.bytes;
      else
        failed_ = true;
    }
    if (sent > 0 || output.empty()) progress_ = Clock::now();
    if (sent == output.size()) {
      output.clear();
    } else if (sent > 0) {
      output = output.substr(sent);
    }
    return output.empty();
  }

  const Socket socket_;

  // The reader's thread alone.
  std::unique_ptr<char[]> raw_;  // while there is something to read
  Intake intake_;
  bool drained_ = false;       // OpenSSL has given all it has
  bool needs_output_ = false;  // it goes on when the output is taken

  Mutex mu_;  // rank 3 (docs/ARCHITECTURE.md, "Locks"); never held across a wait
  const std::unique_ptr<TlsCodec> codec_;
  Clock::time_point progress_ GUARDED_BY(mu_) = Clock::now();  // when the socket last took a byte, or none waited
  bool failed_ GUARDED_BY(mu_) = false;
};

}  // namespace

std::unique_ptr<Link> make_plain_link(Socket socket) { return std::make_unique<PlainLink>(std::move(socket)); }

TlsStart start_tls(Socket& socket, const TlsContext& context, const std::string& server_name, Clock::time_point until,
                   const Waker* waker) {
  TlsStart start;
  const auto give_up = [&](std::string error) {
    start.error = std::move(error);
    return std::move(start);
  };
  auto codec = std::make_unique<TlsCodec>(context, server_name);
  bool answered = false;
  const bool client = !server_name.empty();
  const auto gone = [&](std::string error) {
    start.turned_away = !answered;
    return give_up(std::move(error));
  };
  bool heard = !client;  // what a host answers in plaintext begins with a zero octet: a length below 16 MiB
  std::array<char, read_bytes> raw;
  while (true) {
    const TlsCodec::Step step = codec->handshake();
    std::string& output = codec->output();
    while (!output.empty()) {
      const IoResult sent = socket.write(output);
      if (sent.state == IoResult::State::ok)
        output.erase(0, sent.bytes);
      else if (sent.state == IoResult::State::failed)
        return gone(codec->error().empty() ? "connection lost" : codec->error());
      else if (Clock::now() >= until)
        return give_up(codec->error().empty() ? "no answer in time" : codec->error());
      else if (wait_for(socket, Want::output, until, waker).woken)
        return give_up("stopped");
    }
    if (step == TlsCodec::Step::ok) break;
    if (step == TlsCodec::Step::failed) return give_up(codec->error());
    if (!heard && socket.peek()) {
      heard = true;
      if (*socket.peek() == 0) {
        start.plain_peer = true;
        return give_up("the host answered in plaintext");
      }
      start.not_clint = !is_tls_record(*socket.peek());
      if (start.not_clint) return give_up("the peer speaks another protocol");
    }
    const IoResult got = heard ? socket.read(raw) : IoResult{IoResult::State::would_block, 0, {}};
    if (got.state == IoResult::State::ok) {
      answered = true;
      codec->feed({raw.data(), got.bytes});
      continue;
    }
    if (got.state == IoResult::State::end) return gone("the connection was closed during the TLS handshake");
    if (got.state == IoResult::State::failed) return gone("the connection was cut during the TLS handshake");
    const Ready ready = wait_for(socket, Want::input, until, waker);
    if (ready.woken) return give_up("stopped");
    if (!ready.input && Clock::now() >= until) return give_up("no answer in time");
    if (ready.input && !heard && !socket.peek()) heard = true;  // ended: let read() say so
  }
  if (client) start.certificate = codec->host_certificate();
  start.binding = codec->binding();
  std::string().swap(codec->output());  // the certificate's flight was the largest thing ever to wait there
  start.link = std::make_unique<TlsLink>(std::move(socket), std::move(codec));
  return start;
}

void write_all(Link& link, std::string_view bytes, Clock::time_point until) {
  while (!bytes.empty() || !link.flushed()) {
    if (!bytes.empty()) {
      const IoResult result = link.write(bytes);
      require(result.state != IoResult::State::failed, Goodbye::connection_lost);
      if (result.state == IoResult::State::ok) {
        bytes.remove_prefix(result.bytes);
        continue;
      }
    }
    require(Clock::now() < until, Goodbye::stalled);
    link.wait(Want::output, until);
  }
}

FrameStream::Outcome FrameStream::next(Frame& frame, Clock::time_point until, const Waker* waker) {
  while (true) {
    if (auto found = frames_.next()) {
      frame = std::move(*found);
      if (frames_.partial() && !frames_.ready()) frame_since_ = Clock::now();  // part of the next one is here already
      return Outcome::frame;
    }
    IoResult got = link_.read(buffer_of(buffer_));
    const auto now = Clock::now();
    // The link may have known that from the read before: whoever does not wait asks once more.
    if (got.state == IoResult::State::would_block && now >= until) got = link_.read(buffer_of(buffer_));
    if (got.state == IoResult::State::ok) {
      if (!frames_.partial()) frame_since_ = now;
      heard_ = now;
      frames_.feed({buffer_.get(), got.bytes});
      require(now - frame_since_ < limits::frame_deadline, Goodbye::frame_deadline);
      continue;
    }
    require(got.state == IoResult::State::would_block, Goodbye::connection_lost);
    require(!link_.stalled(), Goodbye::stalled);
    auto wake_at = until;
    if (frames_.partial()) {
      require(now - frame_since_ < limits::frame_deadline, Goodbye::frame_deadline);
      wake_at = std::min(wake_at, frame_since_ + limits::frame_deadline);
    }
    if (now >= until) return Outcome::timeout;
    frames_.release();  // an idle link holds no memory for what may come
    buffer_.reset();
    if (link_.wait(Want::input, wake_at, waker).woken) return Outcome::woken;
  }
}

}  // namespace chat
