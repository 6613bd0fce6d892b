// Many raw clients in one process and one thread, for the scripts in tests/e2e and tests/faults.
//
//   clint_swarm bystanders --port N [--idle 16] [--chatting 16] [--rate 20]   chats until its stdin ends
//   clint_swarm flood --port N --clients N --senders K --rate R --size S --seconds T [--expect-stop]
//   clint_swarm watch --port N --clients N           reads until its stdin ends; being cut off is no failure
//   clint_swarm connect --port N --rate R --seconds T --addresses N           connects and closes at once
//   all: [--tls] [--from 127.64.0.1] [--per-address 8] [--name-prefix NAME]
//
// Prints "ready" once everyone is in and, at the end, one line of JSON. Every reader has to see each room number in
// turn, every message of each sender once and in order, and every packet has to be valid: exit code 1 if not.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include "net/link.hpp"
#include "protocol/packets.hpp"

namespace {

using namespace chat;

struct Options {
  std::string mode;
  std::uint16_t port = 0;
  std::size_t idle = 16, chatting = 16, clients = 64, senders = 63, size = 200, per_address = 8, addresses = 20;
  double rate = 20, seconds = 5, drain = 30;
  bool tls = false, expect_stop = false;
  std::string from = "127.64.0.1", prefix = "sw";
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "swarm: %s\n", what.c_str());
  std::exit(2);
}

Options parse(int argc, char** argv) {
  Options o;
  CLI::App app;
  app.add_option("mode", o.mode)->required();
  app.add_option("--port", o.port)->required();
  app.add_option("--idle", o.idle);
  app.add_option("--chatting", o.chatting);
  app.add_option("--clients", o.clients);
  app.add_option("--senders", o.senders);
  app.add_option("--size", o.size);
  app.add_option("--per-address", o.per_address);
  app.add_option("--addresses", o.addresses);
  app.add_option("--rate", o.rate);
  app.add_option("--seconds", o.seconds);
  app.add_option("--drain", o.drain);
  app.add_option("--from", o.from);
  app.add_option("--name-prefix", o.prefix);
  app.add_flag("--tls", o.tls);
  app.add_flag("--expect-stop", o.expect_stop);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return o;
}

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count());
}

// Counts durations in steps of 0.1 ms, up to 100 s.
class Histogram {
 public:
  void add(std::uint64_t ns) {
    ++counts_[std::min<std::size_t>(ns / 100'000, counts_.size() - 1)];
    ++total_;
    longest_ = std::max(longest_, ns);
  }
  double percentile_ms(double share) const {
    std::uint64_t wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (wanted < counts_[i]) return static_cast<double>(i + 1) / 10;
      wanted -= counts_[i];
    }
    return max_ms();
  }
  double max_ms() const { return static_cast<double>(longest_) / 1e6; }

 private:
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(1'000'000);
  std::uint64_t total_ = 0, longest_ = 0;
};

int connected_socket(const Options& o, std::size_t address, bool wait) {
  sockaddr_in from{}, to{};
  from.sin_family = to.sin_family = AF_INET;
  if (inet_pton(AF_INET, o.from.c_str(), &from.sin_addr) != 1) fail("--from is no IPv4 address");
  from.sin_addr.s_addr = htonl(ntohl(from.sin_addr.s_addr) + static_cast<std::uint32_t>(address));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(o.port);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK), 0);
  if (fd < 0) fail("socket: " + std::string(std::strerror(errno)));
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0)
    fail("bind: " + std::string(std::strerror(errno)));
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) {
    if (wait) fail("connect: " + std::string(std::strerror(errno)));
    close(fd);
    return -1;
  }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

struct Client {
  int fd = -1;
  std::unique_ptr<Link> link;
  FrameReader frames{limits::frame_bytes};
  Bytes out;
  bool waits_for_output = false;
  bool in = false, ended = false;
  Goodbye why = Goodbye::connection_lost;
  std::uint64_t session = 0, sent = 0, acked = 0;
  Seq seq = 0;                      // of the last post
  std::vector<std::uint64_t> seen;  // by sender: the last message id
};

class Swarm {
 public:
  explicit Swarm(Options o) : o_(std::move(o)) {
    if (o_.tls) tls_ = TlsContext::client();
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
  }

  void log_in(std::size_t clients) {
    senders_ = o_.mode == "bystanders" ? o_.chatting : o_.mode == "flood" ? o_.senders : 0;
    clients_.resize(clients);
    for (std::size_t i = 0; i < clients; ++i) enter(i);
    for (std::size_t i = 0; i < senders_; ++i) sender_of_[clients_[i].session] = i;
    for (Client& client : clients_) client.seen.resize(senders_);
    std::puts("ready");
    std::fflush(stdout);
  }

  // Sends at the wanted rate until `stop()` says so, then waits until everyone has seen everything.
  template <class Stop>
  void run(Stop stop) {
    const std::uint64_t begin = now_ns();
    const double period = senders_ > 0 && o_.rate > 0 ? 1e9 / o_.rate : 0;
    double due = static_cast<double>(begin);
    std::size_t turn = 0;
    while (!stop() && live_ > 0) {
      const std::uint64_t now = now_ns();
      while (period > 0 && due <= static_cast<double>(now) &&
             now_ns() - now < 2'000'000) {  // the readers must not wait
        late_.add(now - static_cast<std::uint64_t>(due));
        for (std::size_t tried = 0; tried < senders_; ++tried)
          if (say(clients_[turn++ % senders_])) break;
        due += period;
      }
      for (std::size_t i = 0; i < senders_; ++i) flush(clients_[i]);
      serve(period > 0 ? 1 : 20);
    }
    seconds_ = static_cast<double>(now_ns() - begin) / 1e9;
    const std::uint64_t until = now_ns() + static_cast<std::uint64_t>(o_.drain * 1e9);
    while (!complete() && now_ns() < until && live_ > 0) serve(20);
  }

  // One line of JSON; true when nothing was wrong.
  bool report() {
    std::uint64_t sent = 0, acked = 0, lost = 0;
    for (std::size_t i = 0; i < senders_; ++i) {
      sent += clients_[i].sent;
      acked += clients_[i].acked;
      const std::uint64_t owed = o_.expect_stop ? clients_[i].acked : clients_[i].sent;
      for (const Client& reader : clients_) lost += owed > reader.seen[i] ? owed - reader.seen[i] : 0;
    }
    std::map<std::string, int> ends;
    std::size_t cut = 0;
    for (const Client& client : clients_) {
      if (!client.ended) continue;
      ++ends[std::string(goodbye_name(client.why))];
      cut += !(o_.expect_stop && client.why == Goodbye::host_stopping);
    }
    std::string list;
    for (const auto& [name, count] : ends)
      list += (list.empty() ? "\"" : ", \"") + name + "\": " + std::to_string(count);
    std::printf(
        "{\"clients\": %zu, \"sent\": %llu, \"acknowledged\": %llu, \"delivered\": %llu, \"lost\": %llu, "
        "\"skipped\": %llu, \"duplicate\": %llu, \"reordered\": %llu, \"invalid\": %llu, \"gaps\": %llu, "
        "\"cut\": %zu, \"ends\": {%s}, \"seconds\": %.2f, \"p50_ms\": %.1f, \"p99_ms\": %.1f, "
        "\"max_ms\": %.1f, \"late_p99_ms\": %.1f}\n",
        clients_.size(), ull(sent), ull(acked), ull(delivered_), ull(lost), ull(skipped_), ull(duplicate_),
        ull(reordered_), ull(invalid_), ull(gaps_), cut, list.c_str(), seconds_, delay_.percentile_ms(0.5),
        delay_.percentile_ms(0.99), delay_.max_ms(), senders_ > 0 ? late_.percentile_ms(0.99) : 0.0);
    std::fflush(stdout);
    if (duplicate_ + reordered_ + invalid_ > 0) return false;
    return o_.mode == "watch" || (lost + skipped_ + gaps_ == 0 && cut == 0);
  }

 private:
  static unsigned long long ull(std::uint64_t v) { return v; }

  void enter(std::size_t i) {
    Client& client = clients_[i];
    client.fd = connected_socket(o_, i / o_.per_address, true);
    Socket socket(client.fd);
    const auto until = Clock::now() + 60s;
    if (o_.tls) {
      TlsStart start = start_tls(socket, *tls_, "127.0.0.1", until);
      if (!start.link) fail("TLS: " + start.error);
      client.link = std::move(start.link);
    } else {
      client.link = make_plain_link(std::move(socket));
    }
    Join join;
    for (std::size_t b = 0; b < join.key.size(); ++b) join.key[b] = static_cast<std::uint8_t>(i >> (8 * (b % 2)));
    const std::uint64_t unique = now_ns();
    std::memcpy(join.key.data() + 2, &unique, sizeof unique);
    join.name = o_.prefix + std::to_string(i + 1);
    write_all(*client.link, Greet{}.encode() + join.encode(), until);
    ++live_;
    epoll_event event{EPOLLIN, {.u64 = i}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    while (!client.in) {
      if (client.ended) fail("log-in refused: " + std::string(goodbye_name(client.why)));
      if (Clock::now() > until) fail("log-in takes too long");
      serve(100);
    }
  }

  bool say(Client& client) {
    constexpr std::size_t window = limits::unacknowledged;
    if (client.ended || client.sent - client.acked >= window || client.out.size() > 256 * 1024) return false;
    Say say{std::string(lobby), ++client.sent, std::to_string(now_ns())};
    say.body.resize(std::max(say.body.size() + 1, o_.size), ' ');
    client.out += say.encode();
    return true;
  }

  void flush(Client& client) {
    if (client.ended) return;
    std::size_t taken = 0;
    while (taken < client.out.size()) {
      const IoResult result = client.link->write(std::string_view(client.out).substr(taken));
      if (result.state != IoResult::State::ok) break;  // an end is found by reading
      taken += result.bytes;
    }
    client.out.erase(0, taken);
    const bool wait = !client.out.empty() || !client.link->flushed();
    if (wait == client.waits_for_output) return;
    client.waits_for_output = wait;
    epoll_event event{EPOLLIN | (wait ? EPOLLOUT : 0U), {.u64 = static_cast<std::uint64_t>(&client - clients_.data())}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd, &event);
  }

  void serve(int wait_ms) {
    epoll_event events[256];
    const int ready = epoll_wait(epoll_, events, 256, wait_ms);
    for (int i = 0; i < ready; ++i) {
      Client& client = clients_[events[i].data.u64];
      if (events[i].events & EPOLLOUT) flush(client);
      if (events[i].events & ~static_cast<unsigned>(EPOLLOUT)) receive(client);
    }
  }

  void receive(Client& client) {
    static char buffer[256 * 1024];
    while (!client.ended) {
      const IoResult result = client.link->read(buffer);
      if (result.state == IoResult::State::would_block) return;
      if (result.state != IoResult::State::ok) {
        end(client);
        return;
      }
      try {
        client.frames.feed({buffer, result.bytes});
        while (const auto frame = client.frames.next()) take(client, *frame);
      } catch (const PeerFault& fault) {
        std::fprintf(stderr, "swarm: invalid packet: %s\n", std::string(goodbye_name(fault.why)).c_str());
        ++invalid_;
        end(client);
      }
    }
  }

  void end(Client& client) {
    if (client.ended) return;
    client.ended = true;
    --live_;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd, nullptr);
    client.link->shutdown();
  }

  void take(Client& client, const Frame& frame) {
    switch (static_cast<PacketType>(frame.type)) {
      case PacketType::hello: Hello::decode(frame.body); break;
      case PacketType::welcome:
        client.session = Welcome::decode(frame.body).session;
        client.in = true;
        break;
      case PacketType::post:
        if (o_.mode == "bystanders") Post::decode(frame.body);  // every rule; in a flood the swarm would be too slow
        take_post(client, frame.body);
        break;
      case PacketType::gap:
        client.seq = Gap::decode(frame.body).last;
        ++gaps_;
        break;
      case PacketType::ping:
        client.out += Ping{Ping::decode(frame.body).token}.encode(PacketType::pong);
        flush(client);
        break;
      case PacketType::pong: Ping::decode(frame.body); break;
      case PacketType::goodbye: client.why = Farewell::decode(frame.body).why; break;
      default:
        if (frame.type < first_optional_type) throw PeerFault{Goodbye::unknown_type};
    }
  }

  void take_post(Client& client, std::string_view octets) {
    ByteReader in(octets);
    in.bytes();
    const Seq seq = in.u64();
    in.bytes();
    const std::uint64_t session = in.u64(), message = in.u64();
    in.u64();
    const auto kind = static_cast<PostKind>(in.u8());
    const std::string_view body = in.bytes();
    if (client.seq != 0) {
      duplicate_ += seq == client.seq;
      reordered_ += seq < client.seq;
      skipped_ += seq > client.seq ? seq - client.seq - 1 : 0;
    }
    client.seq = seq;
    const auto sender = sender_of_.find(session);
    if (kind != PostKind::message || sender == sender_of_.end() || client.seen.empty()) return;
    std::uint64_t& seen = client.seen[sender->second];
    duplicate_ += message <= seen;
    skipped_ += message > seen + 1;  // what it lacks is counted as lost at the end, unless it comes out of order
    seen = std::max(seen, message);
    ++delivered_;
    delay_.add(now_ns() -
               std::min<std::uint64_t>(now_ns(), std::strtoull(std::string(body.substr(0, 20)).c_str(), nullptr, 10)));
    if (session == client.session) client.acked = message;
  }

  bool complete() const {
    for (std::size_t i = 0; i < senders_; ++i) {
      if (clients_[i].acked < clients_[i].sent) return false;
      for (const Client& reader : clients_)
        if (reader.seen[i] < clients_[i].sent) return false;
    }
    return !o_.expect_stop;  // then everyone waits for the goodbye
  }

  const Options o_;
  std::shared_ptr<TlsContext> tls_;
  int epoll_ = -1;
  std::vector<Client> clients_;
  std::size_t senders_ = 0, live_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> sender_of_;
  Histogram delay_, late_;
  double seconds_ = 0;
  std::uint64_t delivered_ = 0, skipped_ = 0, duplicate_ = 0, reordered_ = 0, invalid_ = 0, gaps_ = 0;
};

bool input_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char sink[256];
  return poll(&input, 1, 0) == 1 && read(STDIN_FILENO, sink, sizeof sink) <= 0;
}

// Connects at a rate from many addresses and closes at once, or under TLS after the handshake.
int flood_of_connections(const Options& o) {
  std::shared_ptr<TlsContext> tls = o.tls ? TlsContext::client() : nullptr;
  const std::uint64_t begin = now_ns();
  std::uint64_t tried = 0, connected = 0, shaken = 0;
  std::deque<int> open;
  std::puts("ready");
  std::fflush(stdout);
  const auto running = [&] { return static_cast<double>(now_ns() - begin) < o.seconds * 1e9; };
  while (running()) {
    const auto due = static_cast<std::uint64_t>(static_cast<double>(now_ns() - begin) / 1e9 * o.rate);
    while (tried < due && running()) {
      const int fd = connected_socket(o, tried++ % o.addresses, false);
      if (fd < 0) continue;
      ++connected;
      if (tls) {
        Socket socket(fd);
        shaken += start_tls(socket, *tls, "127.0.0.1", Clock::now() + 500ms).link != nullptr;
        continue;
      }
      open.push_back(fd);
    }
    for (; open.size() > 50; open.pop_front()) close(open.front());
    poll(nullptr, 0, 1);
  }
  for (const int fd : open) close(fd);
  std::printf("{\"connects\": %llu, \"handshakes\": %llu}\n", static_cast<unsigned long long>(connected),
              static_cast<unsigned long long>(shaken));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Options o = parse(argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  if (o.mode == "connect") return flood_of_connections(o);
  Swarm swarm(o);
  if (o.mode == "bystanders") {
    swarm.log_in(o.idle + o.chatting);
    swarm.run(input_ended);
  } else if (o.mode == "flood") {
    swarm.log_in(o.clients);
    const auto end =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(o.seconds));
    swarm.run([&] { return Clock::now() >= end; });
  } else if (o.mode == "watch") {
    swarm.log_in(o.clients);
    swarm.run(input_ended);
  } else {
    fail("unknown mode " + o.mode);
  }
  return swarm.report() ? 0 : 1;
}
