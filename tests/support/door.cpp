// The door of a host with a password, for tests that play the host behind it: lets members in as `host --verifier` does
// and hands on what they say.
//
//   clint_door VERIFIER_FILE PORT      prints "port N" and serves until its stdin ends
//
// Each member who has logged in is a plain connection to 127.0.0.1:PORT, on which everything from the join on arrives
// as the member sent it; what comes back goes to the member as it is, the welcome first.
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <sstream>
#include <vector>

#include "crypto/spake2plus.hpp"
#include "crypto/verifier.hpp"
#include "net/link.hpp"
#include "net/thread.hpp"
#include "protocol/packets.hpp"

namespace {

using namespace chat;

constexpr auto patience = 60s;

Verifier verifier_in(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  auto verifier = parse_verifier(text.str());
  if (!verifier) {
    std::cerr << "door: " << verifier.error << "\n";
    std::exit(2);
  }
  return std::move(*verifier.value);
}

Hello hello_of(const Verifier& verifier) {
  Hello hello;
  hello.mode = Mode::secure;
  hello.verifier_id = verifier.id;
  hello.salt = verifier.kdf.salt;
  hello.scrypt_n = verifier.kdf.n;
  hello.scrypt_r = verifier.kdf.r;
  hello.scrypt_p = verifier.kdf.p;
  return hello;
}

Frame next_of(FrameStream& frames, PacketType type, const Waker& stop) {
  Frame frame;
  const auto outcome = frames.next(frame, Clock::now() + patience, &stop);
  require(outcome == FrameStream::Outcome::frame, Goodbye::log_in_deadline);
  require(frame.type == static_cast<std::uint8_t>(type), Goodbye::out_of_state);
  return frame;
}

// The member's join, once it has shown that it knows the password (docs/PROTOCOL.md, section 12).
Join admit(Link& link, const ChannelBinding& binding, const Verifier& verifier, const Waker& stop) {
  FrameStream frames(link, limits::frame_bytes);
  const auto until = Clock::now() + patience;
  Greet::decode(next_of(frames, PacketType::greet, stop).body);
  const std::string hello = hello_of(verifier).encode();
  write_all(link, hello, until);
  Join join = Join::decode(next_of(frames, PacketType::join, stop).body);
  const Share share = Share::decode(next_of(frames, PacketType::share, stop).body);
  VerifierRun run(verifier.w0, verifier.l,
                  log_in_context({"room", binding.exporter, binding.certificate, hello, verifier.kdf}),
                  room_names(verifier.id));
  const auto response = run.respond(share.point);
  require(response.has_value(), Goodbye::malformed);
  Proof proof;
  proof.point = response->share;
  proof.confirm = response->confirm;
  write_all(link, proof.encode(), until);
  require(run.confirm(Confirm::decode(next_of(frames, PacketType::confirm, stop).body).confirm),
          Goodbye::wrong_password);
  return join;
}

void relay(Link& from, Link& to) {
  std::array<char, 65536> bytes;
  try {
    while (true) {
      const IoResult got = from.read(bytes);
      if (got.state == IoResult::State::would_block)
        from.wait(Want::input, Clock::time_point::max());
      else if (got.state == IoResult::State::ok)
        write_all(to, {bytes.data(), got.bytes}, Clock::now() + patience);
      else
        break;
    }
  } catch (const PeerFault&) {
    // The other one has gone.
  }
  to.close_write();
}

class Door {
 public:
  Door(const char* verifier_file, std::uint16_t inside)
      : verifier_(verifier_in(verifier_file)), inside_(inside), listener_("127.0.0.1", 0) {}

  void run() {
    std::cout << "port " << listener_.address().port << std::endl;
    Thread watcher = Thread::start([this] {
      std::cin.ignore(std::numeric_limits<std::streamsize>::max());
      stopping_ = true;
      stop_.wake();
    });
    while (!stopping_) {
      auto socket = std::make_shared<Socket>();
      Address peer;
      listener_.wait(stop_, Clock::time_point::max());
      if (listener_.accept(*socket, peer) == Listener::Outcome::accepted)
        threads_.push_back(Thread::start([this, socket] { serve(std::move(*socket)); }));
    }
    {
      MutexLock lock(mu_);
      for (const auto& link : links_) link->shutdown();
    }
    for (Thread& thread : threads_)
      if (thread.joinable()) thread.join();
    watcher.join();
  }

 private:
  void serve(Socket socket) {
    TlsStart start = start_tls(socket, *context_, {}, Clock::now() + patience, &stop_);
    if (!start.link) return;
    const auto member = keep(std::move(start.link));
    try {
      const Join join = admit(*member, start.binding, verifier_, stop_);
      Connected behind = connect_to("127.0.0.1", inside_, Clock::now() + patience, &stop_);
      require(behind.socket.valid(), Goodbye::connection_lost);
      const auto host = keep(make_plain_link(std::move(behind.socket)));
      write_all(*host, join.encode(), Clock::now() + patience);
      Thread back = Thread::start([&] { relay(*host, *member); });
      relay(*member, *host);
      host->shutdown();
      if (back.joinable()) back.join();
    } catch (const PeerFault&) {
      // It came to ask whether a password is needed, or knows a wrong one.
    }
    member->shutdown();
  }

  // Cut when all is over.
  std::shared_ptr<Link> keep(std::unique_ptr<Link> made) {
    const std::shared_ptr<Link> link = std::move(made);
    MutexLock lock(mu_);
    links_.push_back(link);
    if (stopping_) link->shutdown();
    return link;
  }

  const Verifier verifier_;
  const std::uint16_t inside_;
  const std::shared_ptr<const TlsContext> context_ = TlsContext::host_self_signed({"127.0.0.1"});
  Listener listener_;
  const Waker stop_;
  std::atomic<bool> stopping_ = false;
  std::vector<Thread> threads_;  // of the main thread
  Mutex mu_;
  std::vector<std::shared_ptr<Link>> links_ GUARDED_BY(mu_);
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Door(argv[1], static_cast<std::uint16_t>(std::strtoul(argv[2], nullptr, 10))).run();
}
