// Many members of a host with a password in one process, for the script of a host that is killed and started again.
//
//   clint_herd PORT CLIENTS      the password is in CLINT_PASSWORD; until its stdin ends
//
// A line on stdin says that the host is gone: a connection that began before is not counted any more. A host that is
// killed hangs up on its clients first and stops listening last (Linux), so who comes back at once may still meet it.
//
// Each has a thread and a loopback address of its own, and comes back for ever, after as long as a clint waits. The
// keys of the password are made once: it is the host that is looked at. Whenever all are in it prints what happened
// since the last time, as JSON: how many were turned away without a word, got another name, or were told why they have
// to go.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "client/backoff.hpp"
#include "client/membership.hpp"
#include "net/link.hpp"
#include "net/thread.hpp"
#include "protocol/packets.hpp"

namespace {

using namespace chat;

Socket socket_from(std::size_t number, std::uint16_t port) {
  sockaddr_in from{}, to{};
  from.sin_family = to.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(0x7f5a0001U + static_cast<std::uint32_t>(number));  // 127.90.0.1
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(port);
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int fd = static_cast<int>(socket.descriptor());
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  require(fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) == 0 &&
              connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0,
          Goodbye::connection_lost);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return socket;
}

class Herd {
 public:
  Herd(std::uint16_t port, std::size_t clients, Secret password)
      : port_(port), clients_(clients), password_(std::move(password)) {}

  void run() {
    std::vector<Thread> threads;
    for (std::size_t i = 0; i < clients_; ++i) threads.push_back(Thread::start([this, i] { live(i); }));
    for (std::string line; std::getline(std::cin, line);) {
      MutexLock lock(mu_);
      counted_from_ = Clock::now();
      turned_away_ = 0;
    }
    stop_.wake();
    for (Thread& thread : threads)
      if (thread.joinable()) thread.join();
  }

 private:
  void live(std::size_t number) {
    std::minstd_rand dice(std::random_device{}());
    Backoff backoff([&] { return std::uniform_real_distribution<double>(0, 1)(dice); });
    Join join;
    join.name = "member" + std::to_string(number + 1);
    std::memcpy(join.key.data(), join.name.data(), std::min(join.key.size(), join.name.size()));
    while (!wait_for(Socket(), Want::hangup, Clock::now() + backoff.next(), &stop_).woken) {
      try {
        visit(number, join, backoff);
      } catch (const PeerFault& fault) {
        left(fault.why);
      }
    }
  }

  void visit(std::size_t number, const Join& join, Backoff& backoff) {
    const auto began = Clock::now();
    const auto until = began + limits::connect_timeout;
    Socket socket = socket_from(number, port_);
    TlsStart start = start_tls(socket, *context_, "127.0.0.1", until, &stop_);
    if (start.turned_away) turned_away(began);
    if (!start.link) return;
    FrameStream frames(*start.link, limits::frame_bytes);
    write_all(*start.link, Greet().encode(), until);
    const Hello hello = Hello::decode(expected(frames, PacketType::hello, until));
    Prover prover = membership(hello).prover(hello, start.binding, "room");
    Share share;
    share.point = prover.share();
    write_all(*start.link, join.encode() + share.encode(), until);
    const Proof proof = Proof::decode(expected(frames, PacketType::proof, until));
    const auto answer = prover.confirm(proof.point, proof.confirm);
    require(answer.has_value(), Goodbye::wrong_password);
    Confirm confirm;
    confirm.confirm = *answer;
    write_all(*start.link, confirm.encode(), until);
    entered(Welcome::decode(expected(frames, PacketType::welcome, until)).name == join.name);
    backoff.reset();
    stay(*start.link, frames);
  }

  // Until it has to go, which it throws, or everybody shall.
  void stay(Link& link, FrameStream& frames) {
    const Inside inside(*this);
    Frame frame;
    while (frames.next(frame, Clock::time_point::max(), &stop_) == FrameStream::Outcome::frame) {
      const auto type = static_cast<PacketType>(frame.type);
      if (type == PacketType::ping)
        write_all(link, Ping{Ping::decode(frame.body).token}.encode(PacketType::pong), Clock::now() + 10s);
      if (type == PacketType::goodbye) throw PeerFault{Farewell::decode(frame.body).why};
    }
  }

  Bytes expected(FrameStream& frames, PacketType type, Clock::time_point until) {
    Frame frame;
    require(frames.next(frame, until, &stop_) == FrameStream::Outcome::frame, Goodbye::connection_lost);
    if (frame.type == static_cast<std::uint8_t>(PacketType::goodbye)) throw PeerFault{Farewell::decode(frame.body).why};
    require(frame.type == static_cast<std::uint8_t>(type), Goodbye::out_of_state);
    return Bytes(frame.body);
  }

  const Membership& membership(const Hello& hello) {
    MutexLock lock(key_mu_);
    if (!membership_) membership_ = std::make_unique<const Membership>(password_, hello);
    ensure(membership_->is_for(hello), "the host has made another verifier");
    return *membership_;
  }

  struct Inside {
    explicit Inside(Herd& herd) : herd_(herd) {}
    ~Inside() {
      MutexLock lock(herd_.mu_);
      --herd_.in_;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    Herd& herd_;
  };

  void entered(bool as_wanted) {
    MutexLock lock(mu_);
    renamed_ += !as_wanted;
    if (++in_ < clients_) return;
    std::string reasons;
    for (const auto& [why, times] : told_)
      reasons += (reasons.empty() ? "\"" : ", \"") + std::string(goodbye_name(why)) + "\": " + std::to_string(times);
    std::cout << "{\"in\": " << in_ << ", \"turned_away\": " << turned_away_ << ", \"renamed\": " << renamed_
              << ", \"told\": {" << reasons << "}}" << std::endl;
    turned_away_ = renamed_ = 0;
    told_.clear();
  }

  void turned_away(Clock::time_point began) {
    MutexLock lock(mu_);
    if (began >= counted_from_) ++turned_away_;
  }

  void left(Goodbye why) {
    MutexLock lock(mu_);
    if (why != Goodbye::connection_lost) ++told_[why];
  }

  const std::uint16_t port_;
  const std::size_t clients_;
  const std::shared_ptr<const TlsContext> context_ = TlsContext::client();
  const Waker stop_;
  Mutex key_mu_;
  const Secret password_;
  std::unique_ptr<const Membership> membership_ GUARDED_BY(key_mu_);
  Mutex mu_;
  std::size_t in_ GUARDED_BY(mu_) = 0;
  std::size_t turned_away_ GUARDED_BY(mu_) = 0, renamed_ GUARDED_BY(mu_) = 0;
  Clock::time_point counted_from_ GUARDED_BY(mu_);
  std::map<Goodbye, std::size_t> told_ GUARDED_BY(mu_);
};

}  // namespace

int main(int argc, char** argv) {
  const char* const password = std::getenv("CLINT_PASSWORD");  // NOLINT(concurrency-mt-unsafe): there is one thread
  if (argc != 3 || !password) return 2;
  raise_descriptor_limit();
  Herd(static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)), std::strtoul(argv[2], nullptr, 10),
       Secret(password))
      .run();
}
