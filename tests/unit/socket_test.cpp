#include "net/socket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "net/link.hpp"
#include "net/system.hpp"
#include "net/thread.hpp"

namespace chat {
namespace {

using namespace std::chrono_literals;
using State = IoResult::State;

Clock::time_point in(Clock::duration time) { return Clock::now() + time; }
Clock::time_point soon() { return in(10s); }

// Two ends of one connection on the loopback interface.
struct Pair {
  Listener listener{"127.0.0.1", 0};
  Connected client = connect_to("127.0.0.1", listener.address().port, soon(), nullptr);
  Socket host;
  Address peer;
  Pair() {
    const Waker never;
    listener.wait(never, soon());
    EXPECT_EQ(listener.accept(host, peer), Listener::Outcome::accepted);
  }
};

// Reads so many octets, or until the end.
std::string read_all(const Socket& socket, std::size_t most) {
  std::string text;
  std::array<char, 8192> octets;
  while (text.size() < most) {
    const IoResult got = socket.read(std::span(octets).first(std::min(octets.size(), most - text.size())));
    if (got.state == State::ok)
      text.append(octets.data(), got.bytes);
    else if (got.state != State::would_block || !wait_for(socket, Want::input, soon()).input)
      break;
  }
  return text;
}

TEST(Address, IsWrittenWithItsPort) {
  EXPECT_EQ((Address{"192.168.1.7", 12345}.text()), "192.168.1.7:12345");
  EXPECT_EQ((Address{"fe80::1", 12345}.text()), "[fe80::1]:12345");
}

TEST(Address, OfOctets) {
  const std::array<std::uint8_t, 4> v4{10, 0, 200, 255};
  EXPECT_EQ(make_address(v4, 7).text(), "10.0.200.255:7");
  const Ipv6Octets v6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_EQ(make_address(v6, 7).text(), "[2001:db8::1]:7");
  const Ipv6Octets mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
  EXPECT_EQ(make_address(mapped, 7).text(), "127.0.0.1:7");
  EXPECT_EQ(make_address({}, 0).ip, "");
}

TEST(Address, LimitsCountTheIpv4AddressOrTheIpv6Network) {
  EXPECT_EQ((Address{"10.0.0.1", 1}.group()), "10.0.0.1");
  EXPECT_EQ((Address{"2001:db8:1:2:3:4:5:6", 1}.group()), "2001:db8:1:2::/64");
  EXPECT_EQ((Address{"2001:db8:1:2:ffff::", 9}.group()), "2001:db8:1:2::/64");
}

TEST(Address, OneOfALinkNeedsItsZone) {
  for (const char* ip : {"fe80::1", "fe80::1:2:3:4", "febf::1", "FE80::1"}) EXPECT_TRUE(lacks_zone(ip)) << ip;
  for (const char* ip : {"fe80::1%eth0", "::1", "2001:db8::1", "fec0::1", "169.254.0.1", "fe80.example", ""})
    EXPECT_FALSE(lacks_zone(ip)) << ip;
  const Connected made = connect_to("fe80::1", 1, soon(), nullptr);
  EXPECT_FALSE(made.socket.valid());
  EXPECT_TRUE(made.error.ends_with("; fe80::1 needs a zone, the interface that it is behind: fe80::1%eth0"))
      << made.error;
}

TEST(Connecting, TriesTheFamiliesInTurn) {
  const auto names = [](const std::string& families) {
    std::vector<Candidate> list;
    for (std::size_t i = 0; i < families.size(); ++i)
      list.push_back({{std::to_string(i), 0}, families[i] == '6' ? 6 : 4, {}});
    std::string order;
    for (const Candidate& each : interleaved(list)) order += each.address.ip;
    return order;
  };
  EXPECT_EQ(names("666444"), "031425");
  EXPECT_EQ(names("44446"), "04123");
  EXPECT_EQ(names("4"), "0");
  EXPECT_EQ(names(""), "");
}

TEST(Connecting, ReachesAListener) {
  const Pair pair;
  ASSERT_TRUE(pair.client.socket.valid()) << pair.client.error;
  EXPECT_EQ(pair.client.peer.text(), pair.listener.address().text());
  EXPECT_TRUE(pair.peer.is_loopback());
  EXPECT_NE(pair.peer.port, pair.listener.address().port);
}

TEST(Connecting, SaysWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    const Listener gone("127.0.0.1", 0);
    port = gone.address().port;
  }
  const Connected made = connect_to("127.0.0.1", port, soon(), nullptr);
  EXPECT_FALSE(made.socket.valid());
  EXPECT_NE(made.error.find("refused"), std::string::npos) << made.error;
}

TEST(Listening, OnAllInterfacesServesIpv4) {
  Listener listener({}, 0);
  const Connected made = connect_to("127.0.0.1", listener.address().port, soon(), nullptr);
  ASSERT_TRUE(made.socket.valid()) << made.error;
  listener.wait(Waker(), soon());
  Socket socket;
  Address peer;
  ASSERT_EQ(listener.accept(socket, peer), Listener::Outcome::accepted);
  EXPECT_EQ(peer.ip, "127.0.0.1");
  EXPECT_EQ(listener.accept(socket, peer), Listener::Outcome::nothing);
}

TEST(Listening, ATakenPortIsSaid) {
  const Listener first("127.0.0.1", 0);
  const std::uint16_t port = first.address().port;
  try {
    const Listener second("127.0.0.1", port);
    FAIL() << "two listen on one port";
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot listen on 127.0.0.1, port " + std::to_string(port)),
              std::string::npos)
        << error.what();
  }
}

TEST(Sockets, CarryOctetsBothWays) {
  const Pair pair;
  ASSERT_EQ(pair.client.socket.write("hello").bytes, 5u);
  ASSERT_TRUE(wait_for(pair.host, Want::input, soon()).input);
  EXPECT_EQ(pair.host.peek(), 'h');
  EXPECT_EQ(read_all(pair.host, 5), "hello");
  ASSERT_EQ(pair.host.write("there").bytes, 5u);
  EXPECT_EQ(read_all(pair.client.socket, 5), "there");
  std::array<char, 8> octets;
  EXPECT_EQ(pair.host.read(octets).state, State::would_block);
  EXPECT_EQ(pair.host.peek(), std::nullopt);
}

TEST(Sockets, TakeNothingMoreWhenTheReaderRestsAndGoOnWhenItReads) {
  const Pair pair;
  const std::string piece(64 * 1024, 'x');
  std::size_t sent = 0;
  IoResult result;
  while ((result = pair.host.write(piece)).state == State::ok && sent < 256u << 20) sent += result.bytes;
  ASSERT_EQ(result.state, State::would_block);
  EXPECT_FALSE(wait_for(pair.host, Want::output, in(20ms)).output);
  Thread reader = Thread::start([&] { EXPECT_EQ(read_all(pair.client.socket, sent).size(), sent); });
  EXPECT_TRUE(wait_for(pair.host, Want::output, soon()).output);
  reader.join();
}

TEST(Sockets, WhatIsAcknowledgedOutlivesAReset) {
  Pair pair;
  const std::string words(64 * 1024, 'x');
  std::size_t sent = 0;
  while (sent < words.size()) {
    const IoResult result = pair.host.write(std::string_view(words).substr(sent));
    ASSERT_EQ(result.state, State::ok);
    sent += result.bytes;
  }
  const auto until = soon();
  while (!pair.host.acknowledged() && Clock::now() < until) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(pair.host.acknowledged());
  pair.host.reset_on_close();
  pair.host.close();
  EXPECT_EQ(read_all(pair.client.socket, words.size()).size(), words.size());
}

#ifndef _WIN32  // which does not tell
TEST(Sockets, WhatTheReaderDoesNotTakeIsNotAcknowledged) {
  Pair pair;
  const std::string piece(64 * 1024, 'x');
  while (pair.host.write(piece).state == State::ok) {
  }
  EXPECT_FALSE(wait_for(pair.host, Want::output, in(20ms)).output);
  EXPECT_FALSE(pair.host.acknowledged());
  pair.client.socket.reset_on_close();
  pair.client.socket.close();
  EXPECT_TRUE(wait_for(pair.host, Want::hangup, soon()).input);
  EXPECT_TRUE(pair.host.acknowledged()) << "there is nobody to wait for";
}
#endif

TEST(Sockets, EndWhenThePeerHasFinished) {
  const Pair pair;
  EXPECT_EQ(pair.client.socket.write("bye").bytes, 3u);
  pair.client.socket.shutdown_write();
  EXPECT_EQ(read_all(pair.host, 100), "bye");
  std::array<char, 8> octets;
  EXPECT_EQ(pair.host.read(octets).state, State::end);
  EXPECT_FALSE(wait_for(pair.host, Want::hangup, in(20ms)).input) << "it may still read";
  EXPECT_EQ(pair.host.write("answer").bytes, 6u);
  EXPECT_EQ(read_all(pair.client.socket, 6), "answer");
}

TEST(Sockets, AResetIsAHangupAndAFailure) {
  Pair pair;
  pair.client.socket.reset_on_close();
  pair.client.socket.close();
  EXPECT_TRUE(wait_for(pair.host, Want::hangup, soon()).input);
  std::array<char, 8> octets;
  const IoResult got = pair.host.read(octets);
  EXPECT_EQ(got.state, State::failed);
  EXPECT_NE(got.error, "");
}

TEST(Sockets, ShutdownReadWakesTheReaderAndLeavesTheWriter) {
  const Pair pair;
  Thread other = Thread::start([&] { pair.host.shutdown_read(); });
  EXPECT_TRUE(wait_for(pair.host, Want::input, soon()).input);
  other.join();
  std::array<char, 8> octets;
  EXPECT_EQ(pair.host.read(octets).state, State::end);
  EXPECT_EQ(pair.host.write("still here").bytes, 10u);
  EXPECT_EQ(read_all(pair.client.socket, 10), "still here");
}

TEST(Sockets, ShutdownBothWakesWhoeverWaits) {
  for (const Want want : {Want::input, Want::hangup}) {
    const Pair pair;
    Thread other = Thread::start([&] { pair.host.shutdown_both(); });
    EXPECT_TRUE(wait_for(pair.host, want, soon()).input);
    other.join();
    std::array<char, 8> octets;
    EXPECT_NE(pair.host.read(octets).state, State::would_block);
    EXPECT_EQ(pair.host.write("x").state, State::failed);
    EXPECT_EQ(read_all(pair.client.socket, 1), "");
  }
}

// A read that gave all there was may be followed by one that does not look; the wait does.
TEST(Links, MissNothingThatComesAfterAShortRead) {
  Pair pair;
  const auto link = make_plain_link(std::move(pair.host));
  std::array<char, 8> octets;
  const auto hear = [&] {
    IoResult got = link->read(octets);
    while (got.state == State::would_block && link->wait(Want::input, soon()).input) got = link->read(octets);
    return got;
  };
  for (const std::string_view said : {"one", "two", "and three"}) {
    ASSERT_EQ(pair.client.socket.write(said).bytes, said.size());
    std::string heard;
    while (heard.size() < said.size()) {
      const IoResult got = hear();
      ASSERT_EQ(got.state, State::ok);
      heard.append(octets.data(), got.bytes);
    }
    EXPECT_EQ(heard, said);
  }
  ASSERT_EQ(pair.client.socket.write("x").bytes, 1u);
  pair.client.socket.shutdown_write();
  EXPECT_EQ(hear().bytes, 1u);
  EXPECT_EQ(hear().state, State::end);
}

TEST(Links, WhoeverDoesNotWaitForAFrameFindsTheOneThatIsThere) {
  Pair pair;
  const auto link = make_plain_link(std::move(pair.host));
  FrameStream frames(*link, 64);
  Frame frame;
  for (const std::string_view said : {"one", "two", "three"}) {
    pair.client.socket.write(encode_frame(7, said));
    ASSERT_TRUE(link->wait(Want::input, soon()).input);
    ASSERT_EQ(frames.next(frame, Clock::time_point::min()), FrameStream::Outcome::frame);
    EXPECT_EQ(frame.body, said);
  }
  EXPECT_EQ(frames.next(frame, Clock::time_point::min()), FrameStream::Outcome::timeout);
}

TEST(Waiting, EndsWhenTheTimeHasCome) {
  const Pair pair;
  const auto until = in(30ms);
  const Ready ready = wait_for(pair.host, Want::input, until);
  EXPECT_FALSE(ready.input || ready.output || ready.woken);
  EXPECT_GE(Clock::now(), until);
}

TEST(Waiting, EndsWhenTheWakerIsWokenAndAgainUntilItIsCleared) {
  const Pair pair;
  const Waker waker;
  for (const bool with_socket : {true, false}) {
    const Socket none;
    const Socket& socket = with_socket ? pair.host : none;
    EXPECT_FALSE(wait_for(socket, Want::hangup, in(1ms), &waker).woken);
    Thread other = Thread::start([&] { waker.wake(); });
    EXPECT_TRUE(wait_for(socket, Want::hangup, soon(), &waker).woken);
    other.join();
    EXPECT_TRUE(wait_for(socket, Want::hangup, soon(), &waker).woken);
    waker.wake();
    waker.clear();
    EXPECT_FALSE(wait_for(socket, Want::hangup, Clock::now(), &waker).woken);
  }
}

TEST(Waiting, AWakerEndsTheAttemptToConnectToo) {
  const Waker waker;
  waker.wake();
  const Listener listener("127.0.0.1", 0);
  EXPECT_TRUE(connect_to("127.0.0.1", listener.address().port, soon(), &waker).woken);
}

TEST(Machine, SaysWhereOthersReachIt) {
  for (const std::string& ip : reachable_addresses()) {
    EXPECT_FALSE((Address{ip, 1}.is_loopback())) << ip;
    EXPECT_TRUE(parse_ipv6(ip) || std::count(ip.begin(), ip.end(), '.') == 3) << ip;
  }
  EXPECT_GE(raise_descriptor_limit(), 256u);
}

TEST(Machine, ItsNameGoesIntoACertificateOnlyIfItIsOne) {
  for (const char* name : {"den", "den-2.example.org", "3com.example"}) EXPECT_TRUE(is_host_name(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("-den"), std::string(".den"), std::string("den,IP:10.0.0.1"), std::string("my den"),
        std::string("d\xc3\xa9n"), std::string(254, 'a')})
    EXPECT_FALSE(is_host_name(name)) << name;
  EXPECT_EQ(host_name(), is_host_name(system_name()) ? system_name() : "");
}

}  // namespace
}  // namespace chat
