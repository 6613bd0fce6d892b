// A Client against a host that a test plays by hand, over loopback, in plaintext.
#include "client/client.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <thread>

namespace chat {
namespace {

constexpr auto soon = 10s;  // a test's patience; nothing here takes that long

// One connection as the host sees it.
class Caller {
 public:
  explicit Caller(Socket socket) : link_(make_plain_link(std::move(socket))), frames_(*link_, limits::frame_bytes) {}
  void send(const Bytes& bytes) { write_all(*link_, bytes, Clock::now() + soon); }
  Frame receive(PacketType type) {
    Frame frame;
    const auto until = Clock::now() + soon;
    while (frames_.next(frame, until) == FrameStream::Outcome::frame)
      if (frame.type == static_cast<std::uint8_t>(type)) return frame;
    ADD_FAILURE() << "the client did not send packet type " << static_cast<int>(type);
    throw PeerFault{Goodbye::silent};
  }
  // Whether it sends such a packet before it closes.
  bool sends(PacketType type) {
    Frame frame;
    try {
      while (frames_.next(frame, Clock::now() + soon) == FrameStream::Outcome::frame)
        if (frame.type == static_cast<std::uint8_t>(type)) return true;
    } catch (const PeerFault&) {
      return false;
    }
    return false;
  }
  // Until the client closes.
  void drain() {
    link_->close_write();
    std::array<char, 4096> bytes;
    while (true) {
      const auto got = link_->read(bytes);
      if (got.state == IoResult::State::would_block) link_->wait(Want::input, Clock::now() + soon);
      if (got.state == IoResult::State::end || got.state == IoResult::State::failed) return;
    }
  }
  void cut() { link_->shutdown(); }

 private:
  std::unique_ptr<Link> link_;
  FrameStream frames_;
};

class PlayedHost {
 public:
  std::uint16_t port() const { return listener_.address().port; }
  Socket accept() {
    Socket socket;
    Address peer;
    const Waker never;
    while (listener_.accept(socket, peer) != Listener::Outcome::accepted) listener_.wait(never, Clock::now() + soon);
    return socket;
  }
  // Answers the TLS hello in plaintext, then the second connection's greet and join.
  std::unique_ptr<Caller> let_in(std::uint64_t session, std::uint64_t last_message = 0, std::string name = "bob") {
    auto caller = greet();
    join = Join::decode(caller->receive(PacketType::join).body);
    Welcome welcome;
    welcome.name = std::move(name);
    welcome.session = session;
    welcome.last_message = last_message;
    welcome.members = 1;
    caller->send(welcome.encode());
    return caller;
  }
  std::unique_ptr<Caller> greet() {
    Caller asking(accept());
    asking.send(hello.encode());
    asking.drain();
    auto caller = std::make_unique<Caller>(accept());
    caller->receive(PacketType::greet);
    caller->send(hello.encode());
    return caller;
  }
  Hello hello;
  Join join;  // the last one

 private:
  Listener listener_{"127.0.0.1", 0};
};

// Keeps what the client tells; wait_for<T>() takes events up to the first T.
class Diary {
 public:
  void note(const Event& event) {
    const std::lock_guard lock(mu_);
    events_.push_back(event);
    more_.notify_all();
  }
  template <class T>
  T wait_for() {
    std::unique_lock lock(mu_);
    while (true) {
      if (!more_.wait_for(lock, soon, [&] { return !events_.empty(); })) throw std::runtime_error("no such event");
      const Event event = std::move(events_.front());
      events_.pop_front();
      if (const auto* found = std::get_if<T>(&event)) return *found;
      if (const auto* end = std::get_if<Ended>(&event)) throw std::runtime_error("the client ended: " + end->text);
    }
  }

 private:
  std::mutex mu_;
  std::condition_variable more_;
  std::deque<Event> events_;
};

class ClientTest : public testing::Test {
 protected:
  std::unique_ptr<Client> start(bool require_tls = false, std::string name = "bob") {
    ClientConfig config;
    config.name = std::move(name);
    config.dial.host = "127.0.0.1";
    config.dial.port = host.port();
    config.dial.require_tls = require_tls;
    config.random = [] { return 0.0; };  // no waits
    auto client = std::make_unique<Client>(std::move(config), [this](const Event& event) { diary.note(event); });
    EXPECT_TRUE(client->start());
    return client;
  }
  static Post post(Seq seq, std::uint64_t session, std::uint64_t message, std::string body) {
    Post post;
    post.room = lobby;
    post.seq = seq;
    post.sender = "bob";
    post.session = session;
    post.message = message;
    post.body = std::move(body);
    return post;
  }
  // The next request of this kind: a client announces its key, too.
  static Request request(Caller& caller, Verb verb) {
    while (true)
      if (Request asked = Request::decode(caller.receive(PacketType::request).body); asked.verb == verb) return asked;
  }
  // Answers the client's request for the room, and waits until it is there.
  void let_into(Caller& caller, const std::string& room) {
    const Request enter = request(caller, Verb::enter);
    caller.send(Answer{enter.id, Result::ok, {}, {{room, number_field(1), number_field(1), {}}}, 0}.encode());
    diary.wait_for<RoomEntered>();
  }
  // What a client that is logged in does when the host sends this.
  Ended answer_to(const Bytes& bytes) {
    const auto client = start();
    const auto caller = host.let_in(7);
    caller->send(bytes);
    return diary.wait_for<Ended>();
  }

  PlayedHost host;
  Diary diary;
};

TEST_F(ClientTest, OwnPostComingBackIsTheAcknowledgement) {
  const auto client = start();
  const auto caller = host.let_in(7);
  EXPECT_FALSE(diary.wait_for<HostAnswered>().secure);
  EXPECT_EQ(diary.wait_for<LoggedIn>().name, "bob");
  EXPECT_EQ(client->say(std::string(lobby), "hi"), 1U);
  const Say say = Say::decode(caller->receive(PacketType::say).body);
  EXPECT_EQ(say.body, "hi");
  EXPECT_EQ(client->unacknowledged(), 1U);
  caller->send(post(1, 7, say.message, say.body).encode());
  EXPECT_TRUE(diary.wait_for<PostArrived>().own);
  EXPECT_EQ(diary.wait_for<Acknowledged>().message, say.message);
  EXPECT_EQ(client->unacknowledged(), 0U);
  client->leave();
  EXPECT_EQ(Farewell::decode(caller->receive(PacketType::goodbye).body).why, Goodbye::left);
  caller->cut();
  EXPECT_EQ(diary.wait_for<Ended>().end, End::left);
}

TEST_F(ClientTest, AfterACutTheRestIsSentAgainOnce) {
  const auto client = start();
  auto caller = host.let_in(7);
  for (const char* text : {"one", "two", "three"}) client->say(std::string(lobby), text);
  for (int i = 0; i < 3; ++i) caller->receive(PacketType::say);
  caller->send(post(10, 7, 1, "one").encode());
  diary.wait_for<PostArrived>();
  const ClientKey key = host.join.key;
  caller->cut();
  diary.wait_for<Lost>();
  caller = host.let_in(8, 2);  // the host has stored two of them
  EXPECT_EQ(host.join.key, key);
  EXPECT_EQ(host.join.name, "bob");
  ASSERT_EQ(host.join.cursors.size(), 1U);
  EXPECT_EQ(host.join.cursors[0].after, 10U);
  EXPECT_TRUE(diary.wait_for<LoggedIn>().again);
  EXPECT_EQ(Say::decode(caller->receive(PacketType::say).body).message, 3U);
  caller->send(post(11, 7, 2, "two").encode() + post(12, 8, 3, "three").encode());
  EXPECT_EQ(diary.wait_for<PostArrived>().post.body, "two");
  EXPECT_EQ(diary.wait_for<PostArrived>().post.body, "three");
  EXPECT_EQ(diary.wait_for<Acknowledged>().message, 3U);
  EXPECT_EQ(client->unacknowledged(), 0U);
}

TEST_F(ClientTest, NewLogsGetEverythingAndNoCursor) {
  const auto client = start();
  auto caller = host.let_in(7);
  caller->send(post(10, 1, 1, "old").encode());
  diary.wait_for<PostArrived>();
  client->say(std::string(lobby), "mine");
  caller->receive(PacketType::say);
  caller->send(Farewell{Goodbye::host_stopping, {}}.encode());
  EXPECT_EQ(diary.wait_for<Lost>().why, Goodbye::host_stopping);
  host.hello.host_id = HostId{9};
  caller = host.let_in(1);
  EXPECT_TRUE(host.join.cursors.empty());
  EXPECT_EQ(Say::decode(caller->receive(PacketType::say).body).body, "mine");
}

TEST_F(ClientTest, OneWishForHistoryIsFulfilledAfterTheOtherAndAnsweredWithACutToo) {
  host.hello.capabilities = keeps_history;
  const auto client = start();
  auto caller = host.let_in(7);
  const std::string room(lobby);
  for (const std::uint32_t count : {1U, 2U, 3U}) client->history(room, count, 0);
  EXPECT_EQ(History::decode(caller->receive(PacketType::history).body).count, 1U);
  caller->send(Past{room, {}}.encode());
  EXPECT_FALSE(diary.wait_for<PastArrived>().cut);
  EXPECT_EQ(History::decode(caller->receive(PacketType::history).body).count, 2U);
  caller->cut();
  EXPECT_TRUE(diary.wait_for<PastArrived>().cut);
  caller = host.let_in(8);
  EXPECT_EQ(History::decode(caller->receive(PacketType::history).body).count, 3U);
  client->history("elsewhere", 4, 0);  // the host would end the session
  caller->send(Past{room, {}}.encode());
  EXPECT_FALSE(diary.wait_for<PastArrived>().cut);
  EXPECT_TRUE(diary.wait_for<PastArrived>().cut);
}

TEST_F(ClientTest, ASearchGoesOnWhileAnotherRoomIsLeft) {
  host.hello.capabilities = keeps_history;
  const auto client = start();
  const auto caller = host.let_in(7);
  client->enter({"ops", std::nullopt});
  let_into(*caller, "ops");
  client->look_through("ops", 100, 0, 1);
  EXPECT_EQ(History::decode(caller->receive(PacketType::history).body).before, 0U);
  client->leave_room("tea");
  EXPECT_EQ(request(*caller, Verb::leave).args[0], "tea");
  Post old = post(9, 3, 1, "milk");
  old.room = "ops";
  caller->send(Past{"ops", {old}}.encode());
  EXPECT_EQ(History::decode(caller->receive(PacketType::history).body).before, 9U);
}

TEST_F(ClientTest, ARoomIsLeftWhenThePageOfItsHistoryHasCome) {
  host.hello.capabilities = keeps_history;
  const auto client = start();
  const auto caller = host.let_in(7);
  client->enter({"ops", std::nullopt});
  let_into(*caller, "ops");
  client->history("ops", 100, 0);
  caller->receive(PacketType::history);
  client->leave_room("ops");
  client->enter({"ops", std::nullopt});
  for (const std::uint64_t token : {5, 6}) {  // with the first answer the request would have been sent
    caller->send(Ping{token}.encode(PacketType::ping));
    caller->receive(PacketType::pong);
  }
  Post old = post(9, 3, 1, "tea");
  old.room = "ops";
  caller->send(Past{"ops", {old}}.encode());
  const PastArrived past = diary.wait_for<PastArrived>();
  EXPECT_EQ(past.posts.size(), 1U) << "no further page is asked for";
  caller->send(Answer{request(*caller, Verb::leave).id, Result::ok, {}, {}, 0}.encode());
  diary.wait_for<RoomLeft>();
  let_into(*caller, "ops");
  client->history("ops", 100, 0);
  EXPECT_EQ(History::decode(caller->receive(PacketType::history).body).before, 0U) << "nothing was shown in this stay";
}

TEST_F(ClientTest, ARoomIsLeftWhenWhatWasSaidIsKnownToHaveArrived) {
  const auto client = start();
  const auto caller = host.let_in(7);
  client->say(std::string(lobby), "hi");
  client->leave_room("ops");
  client->ask(Verb::rooms, {});
  caller->receive(PacketType::say);
  caller->send(Ping{5}.encode(PacketType::ping) + Ping{6}.encode(PacketType::ping));
  caller->receive(PacketType::pong);
  caller->receive(PacketType::pong);
  caller->send(post(1, 7, 1, "hi").encode());
  EXPECT_EQ(Request::decode(caller->receive(PacketType::request).body).verb, Verb::leave);
  EXPECT_EQ(Request::decode(caller->receive(PacketType::request).body).verb, Verb::rooms);
}

TEST_F(ClientTest, ARoomIsLeftAlthoughAFullDiskTakesNothing) {
  const auto client = start();
  const auto caller = host.let_in(7);
  client->say(std::string(lobby), "hi");
  client->leave_room("ops");
  caller->receive(PacketType::say);
  caller->send(NotStored{1, "no space left"}.encode());
  EXPECT_EQ(Request::decode(caller->receive(PacketType::request).body).verb, Verb::leave);
}

TEST_F(ClientTest, ANewNameWaitsForThePrivateMessageBeforeIt) {
  const auto client = start();
  const auto caller = host.let_in(7);
  client->write_letter("bob", "psst");
  client->ask(Verb::nick, {"robert"});
  client->say(std::string(lobby), "I am robert");
  EXPECT_EQ(Request::decode(caller->receive(PacketType::request).body).verb, Verb::key);
  const Request key_of = Request::decode(caller->receive(PacketType::request).body);
  EXPECT_EQ(key_of.verb, Verb::key_of);
  caller->send(Ping{5}.encode(PacketType::ping));
  caller->receive(PacketType::pong);
  caller->send(Answer{key_of.id, Result::no_such, "bob is not here", {}, 0}.encode());
  const Request nick = Request::decode(caller->receive(PacketType::request).body);
  EXPECT_EQ(nick.verb, Verb::nick);
  caller->send(Answer{nick.id, Result::ok, {}, {{"robert"}}, 0}.encode());
  EXPECT_EQ(Say::decode(caller->receive(PacketType::say).body).body, "I am robert");
}

TEST_F(ClientTest, WhatIsSaidBehindTheWishForANewNameWaitsForItBehindWhateverThatStands) {
  const auto client = start();
  const auto caller = host.let_in(7);
  client->say(std::string(lobby), "hi");
  client->leave_room("ops");  // waits until it has arrived
  client->ask(Verb::nick, {"robert"});
  client->say(std::string(lobby), "I am robert");
  EXPECT_EQ(Say::decode(caller->receive(PacketType::say).body).body, "hi");
  caller->send(Ping{5}.encode(PacketType::ping) + Ping{6}.encode(PacketType::ping));
  caller->receive(PacketType::pong);
  caller->receive(PacketType::pong);
  caller->send(post(1, 7, 1, "hi").encode());
  const Request leave = Request::decode(caller->receive(PacketType::request).body);
  EXPECT_EQ(leave.verb, Verb::leave);
  caller->send(Answer{leave.id, Result::ok, {}, {}, 0}.encode());
  const Request nick = Request::decode(caller->receive(PacketType::request).body);
  EXPECT_EQ(nick.verb, Verb::nick);
  caller->send(Answer{nick.id, Result::ok, {}, {{"robert"}}, 0}.encode());
  EXPECT_EQ(Say::decode(caller->receive(PacketType::say).body).body, "I am robert");
}

TEST_F(ClientTest, NothingIsSaidUnderANameThatNobodyAskedFor) {
  const std::string longest(limits::name_characters, 'x');
  struct Given {
    std::string wanted, name;
    bool good;
  };
  for (const auto& [wanted, name, good] :
       {Given{"alice", "alice", true}, Given{"alice", "alice-12", true}, Given{"", "clint12", true},
        Given{longest, longest.substr(2) + "-2", true}, Given{"alice", "carol", false}, Given{"alice", "al-2", false},
        Given{"alice", "alice-", false}, Given{"alice", "alice-b", false}, Given{"", "no name", false},
        Given{"", "carol", false}}) {
    const auto client = start(false, wanted);
    client->say(std::string(lobby), "said by alice");
    const auto caller = host.let_in(7, 0, name);
    if (good) {
      EXPECT_EQ(diary.wait_for<LoggedIn>().name, name);
      caller->receive(PacketType::say);
      client->leave();
      diary.wait_for<Ended>();
    } else {
      EXPECT_EQ(diary.wait_for<Ended>().end, End::misbehaves) << wanted << " " << name;
      EXPECT_FALSE(caller->sends(PacketType::say)) << wanted << " " << name;
    }
  }
}

TEST_F(ClientTest, WhoWishedForANewNameBeforeTheCutMayHaveIt) {
  const auto client = start(false, "alice");
  const auto caller = host.let_in(7, 0, "alice");
  client->ask(Verb::nick, {"zoe"});
  while (Request::decode(caller->receive(PacketType::request).body).verb != Verb::nick) continue;
  caller->cut();
  const auto again = host.let_in(7, 0, "zoe");
  diary.wait_for<Lost>();
  EXPECT_EQ(diary.wait_for<LoggedIn>().name, "zoe");
  client->ask(Verb::nick, {"eve"});
  Request nick;
  while ((nick = Request::decode(again->receive(PacketType::request).body)).verb != Verb::nick) continue;
  again->send(Answer{nick.id, Result::ok, {}, {{"adam"}}, 0}.encode());
  EXPECT_EQ(diary.wait_for<Ended>().end, End::misbehaves);
}

TEST_F(ClientTest, WhoWishedForANewNameBeforeTheCutIsGivenNoOther) {
  for (const Verb verb : {Verb::nick, Verb::logout})
    for (const char* name : {"carol", "clint7"}) {
      const auto client = start(false, "alice");
      const auto caller = host.let_in(7, 0, "alice");
      client->ask(verb, verb == Verb::nick ? std::vector<Bytes>{"zoe"} : std::vector<Bytes>{});
      while (Request::decode(caller->receive(PacketType::request).body).verb != verb) continue;
      client->say(std::string(lobby), "said by alice");
      caller->cut();
      const auto again = host.let_in(7, 0, name);
      diary.wait_for<Lost>();
      if (verb == Verb::logout && name == std::string("clint7")) {
        EXPECT_EQ(diary.wait_for<LoggedIn>().name, name);
        client->leave();
        diary.wait_for<Ended>();
      } else {
        EXPECT_EQ(diary.wait_for<Ended>().end, End::misbehaves);
        EXPECT_FALSE(again->sends(PacketType::say));
      }
    }
}

TEST_F(ClientTest, QueueIsBounded) {
  const auto client = start();
  const auto caller = host.let_in(7);
  for (std::size_t i = 0; i < limits::unacknowledged; ++i) EXPECT_TRUE(client->say(std::string(lobby), "x"));
  EXPECT_TRUE(client->full());
  EXPECT_EQ(client->say(std::string(lobby), "x"), std::nullopt);
}

TEST_F(ClientTest, PingIsAnswered) {
  const auto client = start();
  const auto caller = host.let_in(7);
  caller->send(Ping{77}.encode(PacketType::ping));
  EXPECT_EQ(Ping::decode(caller->receive(PacketType::pong).body).token, 77U);
}

TEST_F(ClientTest, OptionalUnknownPacketsAreSkipped) {
  const auto client = start();
  const auto caller = host.let_in(7);
  caller->send(encode_frame(0xf0, "news from the future") + post(1, 1, 1, "still here").encode());
  EXPECT_EQ(diary.wait_for<PostArrived>().post.body, "still here");
}

TEST_F(ClientTest, C4_UnknownPacketIsMisbehaviour) {
  EXPECT_EQ(answer_to(encode_frame(0x7f, "")).end, End::misbehaves);
}
TEST_F(ClientTest, C4_NumbersGoingBackwardsAreMisbehaviour) {
  const auto client = start();
  const auto caller = host.let_in(7);
  caller->send(post(5, 1, 1, "a").encode() + post(4, 1, 2, "b").encode());
  diary.wait_for<PostArrived>();
  EXPECT_EQ(diary.wait_for<Ended>().end, End::misbehaves);
}
TEST_F(ClientTest, C4_OversizedFrameIsMisbehaviour) {
  EXPECT_EQ(answer_to(Bytes("\x40\0\0\0\x06", 5)).end, End::misbehaves);
}
TEST_F(ClientTest, C4_TrailingBytesAreMisbehaviour) {
  EXPECT_EQ(answer_to(encode_frame(0x08, "123456789")).end, End::misbehaves);
}
TEST_F(ClientTest, C4_SecondWelcomeIsMisbehaviour) { EXPECT_EQ(answer_to(Welcome().encode()).end, End::misbehaves); }

TEST_F(ClientTest, GoodbyeThatDoesNotPassEndsIt) {
  const Ended end = answer_to(Farewell{Goodbye::replaced, {}}.encode());
  EXPECT_EQ(end.end, End::goodbye);
  EXPECT_EQ(end.why, Goodbye::replaced);
}

TEST_F(ClientTest, RefusalBeforeTheFirstLogInEndsIt) {
  const auto client = start();
  const auto caller = host.greet();
  caller->receive(PacketType::join);
  caller->send(Farewell{Goodbye::full, "try later"}.encode());
  const Ended end = diary.wait_for<Ended>();
  EXPECT_EQ(end.end, End::goodbye);
  EXPECT_EQ(end.why, Goodbye::full);
  EXPECT_EQ(end.text, "try later");
}

TEST_F(ClientTest, PlainHostIsRefusedWhenEncryptionIsAskedFor) {
  const auto client = start(true);
  Caller asking(host.accept());
  asking.send(host.hello.encode());
  EXPECT_EQ(diary.wait_for<Ended>().end, End::plain_refused);
}

TEST_F(ClientTest, LeavingBeforeAnybodyAnswersIsQuick) {
  const auto client = start();
  const Socket silent = host.accept();
  client->leave();
  EXPECT_EQ(diary.wait_for<Ended>().end, End::left);
}

}  // namespace
}  // namespace chat
