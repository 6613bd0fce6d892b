// A load generator for group-chat servers: one loop, many clients in one room. Prints one JSON object with the log-in
// rate, the server's memory per client, the latency of messages sent at a fixed rate, and how many deliveries a second
// the server makes at most. Every client has to get every message exactly once, or the exit code is 1.
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <deque>
#include <numeric>
#include <utility>
#include <vector>

#include "marks.hpp"
#include "net/socket.hpp"
#include "server_process.hpp"
#include "wire.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
}
double seconds_since(std::uint64_t began) { return static_cast<double>(now_ns() - began) / 1e9; }

struct Settings {
  std::string protocol;
  std::uint16_t port = 0;
  int pid = 0;
  int clients = 1000;
  bool tls = false;
  std::size_t size = 100;
  double rate = 20;
  double secs = 5;
  std::uint64_t messages = 1'000'000;
  double most_secs = 3;
  std::uint64_t window = 64;  // of each room
  double settle = 1;
  double silence = 0;
  int idle = 0;
  int stalled = 0;
  double handshakes = 0;
  int rooms = 1;
};

class Fanout {
 public:
  explicit Fanout(const Settings& settings)
      : s_(settings), wire_(make_wire(settings.protocol)), rooms_(static_cast<std::size_t>(settings.rooms)) {
    if (!wire_) fail("no such protocol: " + settings.protocol);
    if (s_.tls) context_ = make_context(wire_->alpn());
    if (s_.rooms > 1 && !wire_->use_rooms(s_.rooms)) fail("this server has one room");
    if (s_.rooms < 1 || s_.clients % s_.rooms != 0) fail("so many clients do not fill so many rooms evenly");
    dial_ = {.port = s_.port, .context = context_.get(), .plain_line_first = wire_->plain_line_first()};
    poller_ = epoll_create1(EPOLL_CLOEXEC);
  }

  int run() {
    std::printf("{\"clients\": %d", s_.clients + s_.idle);
    if (s_.handshakes > 0) measure_handshakes();
    if (s_.clients > 0) {
      measure_log_in();
      if (s_.silence > 0) measure_silence();
      stall();
      probe();
      if (s_.secs > 0) measure_latency();
      if (s_.most_secs > 0) measure_saturation();
    }
    std::printf("}\n");
    return wrong_ ? 1 : 0;
  }

 private:
  struct Client {
    std::unique_ptr<Connection> connection;
    MarkFinder finder;
    std::uint64_t received = 0;  // messages, in this phase
  };
  struct Room {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;  // by all its readers together
    bool queued = false;         // to be spoken in
  };
  static constexpr double patience = 10;  // seconds without a delivery, then it is lost

  // Bare TLS handshakes, one after the other as log-ins are; a new source address each, for a host that counts them.
  void measure_handshakes() {
    if (!s_.tls) fail("--handshakes needs --tls");
    const double cpu = cpu_seconds(s_.pid);
    const auto began = now_ns();
    unsigned done = 0;
    Dial dial = dial_;
    for (; seconds_since(began) < s_.handshakes; ++done) {
      dial.source = 0x7f010001 + done;  // 127.1.0.1 and on
      Connection(dial).part();
    }
    std::printf(", \"handshakes_per_s\": %.1f, \"handshake_cpu_us\": %.1f", done / seconds_since(began),
                (cpu_seconds(s_.pid) - cpu) * 1e6 / done);
  }

  void log_in(int count) {
    for (int i = 0; i < count; ++i) {
      const auto number = clients_.size();
      Client& client = clients_.emplace_back();
      client.connection = std::make_unique<Connection>(dial_);
      wire_->log_in(*client.connection, static_cast<int>(number));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u32 = static_cast<std::uint32_t>(number);
      epoll_ctl(poller_, EPOLL_CTL_ADD, client.connection->descriptor(), &event);
      if (number % 64 == 63) drain(0);
    }
  }

  void measure_log_in() {
    {
      Connection first(dial_);
      wire_->prepare(first);
      first.part();
    }
    const double memory = resident_kib(s_.pid);
    const double cpu = cpu_seconds(s_.pid);
    const auto began = now_ns();
    log_in(s_.clients);
    const double seconds = seconds_since(began);
    settle();
    std::printf(", \"logins_per_s\": %.1f, \"login_cpu_us\": %.1f, \"memory_kib\": %.2f", s_.clients / seconds,
                (cpu_seconds(s_.pid) - cpu) * 1e6 / s_.clients, (resident_kib(s_.pid) - memory) / s_.clients);
  }

  // Until joins, names and notices have been said.
  void settle() {
    for (heard_ = now_ns(); seconds_since(heard_) < s_.settle;) drain(20);
  }

  // What the clients cost while nobody speaks, and what --idle more of them add.
  void measure_silence() {
    const auto percent = [this] {
      const double cpu = cpu_seconds(s_.pid);
      const auto began = now_ns();
      while (seconds_since(began) < s_.silence) drain(20);
      return (cpu_seconds(s_.pid) - cpu) / seconds_since(began) * 100;
    };
    std::printf(", \"silent_cpu_percent\": %.3f", percent());
    if (s_.idle == 0) return;
    log_in(s_.idle);
    settle();
    std::printf(", \"idle_clients\": %d, \"idle_cpu_percent\": %.3f", s_.idle, percent());
  }

  // Clients that log in and read no more.
  void stall() {
    Dial dial = dial_;
    dial.small_buffer = true;
    for (int i = 0; i < s_.stalled; ++i) {
      stalled_.push_back(std::make_unique<Connection>(dial));
      wire_->log_in(*stalled_.back(), static_cast<int>(clients_.size()) + i);
      if (i % 64 == 63) drain(0);
    }
    if (s_.stalled > 0) settle();
  }

  // One message that everybody must get before anything is measured: all are in the room.
  void probe() {
    begin();
    for (std::size_t room = 0; room < rooms_.size(); ++room) say(room, 1);
    if (!finish()) fail("not everybody is in the room");
  }

  void begin() {
    for (Client& client : clients_) client.received = 0;
    received_ = 0;
    sent_ = 0;
    rooms_.assign(rooms_.size(), {});
    heard_in_.clear();
  }
  // The room's first client speaks.
  void say(std::size_t room, std::uint64_t count) {
    std::string batch;
    for (std::uint64_t i = 0; i < count; ++i)
      batch += wire_->message(static_cast<int>(room), marked_text(now_ns(), s_.size));
    clients_[room].connection->write(batch);
    sent_ += count;
    rooms_[room].sent += count;
  }
  // Of one message.
  std::uint64_t receivers() const {
    return clients_.size() / static_cast<std::size_t>(s_.rooms) - (wire_->echoes() ? 0 : 1);
  }
  std::uint64_t expected() const { return sent_ * receivers(); }

  // Waits for what is under way. True: everybody got each message once.
  bool finish() {
    auto moved = now_ns();
    while (received_ < expected() && seconds_since(moved) < patience) {
      const auto before = received_;
      drain(10);
      if (received_ != before) moved = now_ns();
    }
    ended_ = moved;
    drain(20);  // one too many
    lost_ = 0;
    surplus_ = 0;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      const std::uint64_t due = i >= rooms_.size() || wire_->echoes() ? rooms_[i % rooms_.size()].sent : 0;
      const std::uint64_t got = clients_[i].received;
      lost_ += due - std::min(due, got);
      surplus_ += got - std::min(due, got);
    }
    const bool right = lost_ == 0 && surplus_ == 0 && closed_ == 0;
    if (!right) wrong_ = true;
    return right;
  }
  double per_delivery_us(double cpu) const {
    return (cpu_seconds(s_.pid) - cpu) * 1e6 / static_cast<double>(std::max<std::uint64_t>(received_, 1));
  }

  void measure_latency() {
    begin();
    timing_ = true;
    latencies_.reserve(static_cast<std::size_t>(s_.rate * s_.secs * static_cast<double>(receivers())) + 1000);
    const double cpu = cpu_seconds(s_.pid);
    const auto began = now_ns();
    while (seconds_since(began) < s_.secs) {
      if (static_cast<double>(sent_) <= seconds_since(began) * s_.rate) say(sent_ % rooms_.size(), 1);
      drain(1);
    }
    finish();
    timing_ = false;
    std::sort(latencies_.begin(), latencies_.end());
    const auto quantile_ms = [&](double p) {
      if (latencies_.empty()) return 0.0;
      return latencies_[static_cast<std::size_t>(p * static_cast<double>(latencies_.size() - 1))] / 1000.0;
    };
    std::printf(", \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f, \"most_ms\": %.3f, \"cpu_us\": %.3f",
                quantile_ms(0.5), quantile_ms(0.99), quantile_ms(0.999), quantile_ms(1), per_delivery_us(cpu));
    std::printf(", \"latency_deliveries\": %llu, \"latency_lost\": %llu, \"latency_surplus\": %llu",
                static_cast<unsigned long long>(received_), static_cast<unsigned long long>(lost_),
                static_cast<unsigned long long>(surplus_));
    if (s_.stalled > 0) std::printf(", \"stalled\": %d, \"stalled_full\": %d", s_.stalled, stalled_full());
  }

  // How many of the stalled have less in their socket than the others have read: the rest waits at the server.
  int stalled_full() const {
    int full = 0;
    for (const auto& connection : stalled_) {
      int unread = 0;
      ioctl(connection->descriptor(), FIONREAD, &unread);
      if (static_cast<std::uint64_t>(unread) < received_ / receivers() * s_.size) ++full;
    }
    return full;
  }

  // Messages that may be said in the room now.
  std::uint64_t credit(const Room& room) const {
    const std::uint64_t due = room.sent * receivers();
    const std::uint64_t under_way = (due - std::min(due, room.received) + receivers() - 1) / receivers();
    return std::min(s_.window - std::min(s_.window, under_way), s_.messages - sent_);
  }

  // Every room is spoken in as if it were alone: its sender waits for its readers and for nobody else.
  void measure_saturation() {
    constexpr std::uint64_t most_at_once = 8;
    begin();
    const double cpu = cpu_seconds(s_.pid);
    const auto began = now_ns();
    std::deque<std::size_t> may_speak(rooms_.size());
    std::iota(may_speak.begin(), may_speak.end(), 0);
    for (Room& room : rooms_) room.queued = true;
    while (sent_ < s_.messages && seconds_since(began) < s_.most_secs && closed_ == 0) {
      for (auto left = may_speak.size(); left > 0; --left) {
        const std::size_t room = may_speak.front();
        may_speak.pop_front();
        if (const std::uint64_t count = std::min(credit(rooms_[room]), most_at_once); count > 0) say(room, count);
        rooms_[room].queued = credit(rooms_[room]) > 0;
        if (rooms_[room].queued) may_speak.push_back(room);
      }
      drain(may_speak.empty() ? 10 : 0);
      for (const std::size_t room : std::exchange(heard_in_, {}))
        if (!std::exchange(rooms_[room].queued, true)) may_speak.push_back(room);
    }
    finish();
    std::printf(", \"deliveries_per_s\": %.0f, \"saturation_cpu_us\": %.4f, \"saturation_deliveries\": %llu",
                static_cast<double>(received_) * 1e9 / static_cast<double>(ended_ - began), per_delivery_us(cpu),
                static_cast<unsigned long long>(received_));
    std::printf(", \"saturation_lost\": %llu, \"saturation_surplus\": %llu, \"closed\": %d",
                static_cast<unsigned long long>(lost_), static_cast<unsigned long long>(surplus_), closed_);
  }

  void drain(int wait_ms) {
    std::array<epoll_event, 512> events;
    const int ready = epoll_wait(poller_, events.data(), static_cast<int>(events.size()), wait_ms);
    for (int i = 0; i < ready; ++i) read(events[static_cast<std::size_t>(i)].data.u32);
    if (ready > 0) heard_ = now_ns();
  }

  void read(std::uint32_t number) {
    static std::array<char, 1 << 18> bytes;
    Client& client = clients_[number];
    while (true) {
      const long size = client.connection->read(bytes.data(), bytes.size());
      if (size < 0) return;
      if (size == 0) {
        ++closed_;
        epoll_ctl(poller_, EPOLL_CTL_DEL, client.connection->descriptor(), nullptr);
        return;
      }
      const std::string_view got(bytes.data(), static_cast<std::size_t>(size));
      const std::uint64_t before = client.received;
      if (timing_) {
        const std::uint64_t now = now_ns();
        client.finder.stamps(got, [&](std::uint64_t stamp) {
          ++client.received;
          latencies_.push_back(static_cast<std::uint32_t>((now - stamp) / 1000));
        });
      } else {
        client.received += client.finder.count(got);
      }
      received_ += client.received - before;
      const std::size_t room = number % rooms_.size();
      rooms_[room].received += client.received - before;
      if (heard_in_.empty() || heard_in_.back() != room) heard_in_.push_back(room);
      wire_->hear(static_cast<int>(number), *client.connection, got);
      if (!s_.tls && got.size() < bytes.size()) return;
    }
  }

  const Settings s_;
  const std::unique_ptr<Wire> wire_;
  SslContext context_;
  Dial dial_;
  int poller_ = -1;
  std::deque<Client> clients_;
  std::vector<std::unique_ptr<Connection>> stalled_;
  std::vector<std::uint32_t> latencies_;  // microseconds
  std::uint64_t sent_ = 0;                // of this phase
  std::vector<Room> rooms_;               // of this phase
  std::vector<std::size_t> heard_in_;     // where something was delivered since it was last looked at
  std::uint64_t received_ = 0;            // deliveries to all
  std::uint64_t heard_ = 0;               // when something came last, ns
  std::uint64_t ended_ = 0;               // when the phase's last delivery came, ns
  std::uint64_t lost_ = 0;
  std::uint64_t surplus_ = 0;
  int closed_ = 0;
  bool timing_ = false;
  bool wrong_ = false;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Settings s;
  CLI::App app{"Loads a group-chat server on 127.0.0.1 and measures it; prints one JSON object."};
  app.add_option("protocol", s.protocol, "clint, echo, line, irc, mqtt or nats")->required();
  app.add_option("port", s.port)->required();
  app.add_option("pid", s.pid, "the server's process, whose CPU and memory count")->required();
  app.add_option("--clients", s.clients, "clients in the room; 0: none, for --handshakes alone");
  app.add_flag("--tls", s.tls);
  app.add_option("--size", s.size, "bytes of text in a message");
  app.add_option("--rate", s.rate, "messages a second while latency is measured");
  app.add_option("--secs", s.secs, "how long latency is measured; 0: not");
  app.add_option("--messages", s.messages, "at saturation: so many at most");
  app.add_option("--most-secs", s.most_secs, "at saturation: for so long at most; 0: not measured");
  app.add_option("--window", s.window, "at saturation: messages under way in each room");
  app.add_option("--settle", s.settle, "seconds of silence before measuring");
  app.add_option("--silence", s.silence, "measure the server's CPU for so many seconds in which nobody speaks");
  app.add_option("--idle", s.idle, "with --silence: then add so many clients and measure again");
  app.add_option("--stalled", s.stalled, "clients more that log in and never read");
  app.add_option("--rooms", s.rooms, "rooms, among which the clients are divided evenly");
  app.add_option("--handshakes", s.handshakes, "measure bare TLS handshakes for so many seconds");
  CLI11_PARSE(app, argc, argv);
  chat::raise_descriptor_limit();
  return bench::Fanout(s).run();
}
