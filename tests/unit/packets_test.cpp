// Each packet comes back as it was, and every other row of octets is refused.
#include "protocol/packets.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace chat {
namespace {

const Bytes invalid_utf8 = "\xc3(";

Bytes body_of(const Bytes& frame) {
  FrameReader reader(limits::frame_bytes);
  reader.feed(frame);
  const auto whole = reader.next();
  EXPECT_TRUE(whole && !reader.partial()) << "encode() gives exactly one frame";
  return whole ? whole->body : Bytes();
}

template <class Packet>
Bytes encode_again(std::string_view body) {
  return Packet::decode(body).encode();
}

template <class Decode>
Goodbye fault_of(Decode decode) {
  try {
    decode();
  } catch (const PeerFault& fault) {
    return fault.why;
  }
  ADD_FAILURE() << "no fault";
  return Goodbye::left;
}

template <class Packet>
Goodbye fault_in(const Packet& packet) {
  return fault_of([&] { Packet::decode(body_of(packet.encode())); });
}

Join some_join() {
  Join join;
  for (std::size_t i = 0; i < join.key.size(); ++i) join.key[i] = static_cast<std::uint8_t>(i);
  join.name = "alice";
  join.backlog = 50;
  join.cursors = {{"lobby", 7}, {"ops", 0}};
  return join;
}
Welcome some_welcome() { return {"alice", 3, 12, 2, "Be kind.\nTea at five."}; }
Say some_say() { return {"lobby", 1, "hello everyone"}; }
Post some_post() { return {"lobby", 9, "alice", 3, 1, 1'700'000'000'000, PostKind::message, "hello"}; }
Post presence_post(PostKind kind, const Presence& presence) {
  return {"lobby", 10, "bob", 4, 0, 1'700'000'000'001, kind, presence.encode(kind)};
}

struct Sample {
  std::string what;
  PacketType type;
  Bytes frame;
  std::function<Bytes(std::string_view)> encode_again;
};

std::vector<Sample> samples() {
  const auto ping = [](PacketType type) {
    return [=](std::string_view body) { return Ping::decode(body).encode(type); };
  };
  Hello hello;
  hello.mode = Mode::tls;
  hello.host_id.fill(0xab);
  Hello secure = hello;
  secure.mode = Mode::secure;
  secure.salt = Bytes(16, 's');
  secure.scrypt_n = 1U << 17;
  secure.scrypt_r = 8;
  secure.scrypt_p = 1;
  Share share;
  share.point.fill(4);
  Proof proof;
  proof.point.fill(5);
  proof.confirm.fill(6);
  Confirm confirm;
  confirm.confirm.fill(7);
  return {
      {"hello, with a password", PacketType::hello, secure.encode(), encode_again<Hello>},
      {"share", PacketType::share, share.encode(), encode_again<Share>},
      {"proof", PacketType::proof, proof.encode(), encode_again<Proof>},
      {"confirm", PacketType::confirm, confirm.encode(), encode_again<Confirm>},
      {"sealed", PacketType::post, Post{"lobby", 1, "alice", 3, 4, 0, PostKind::sealed, "\xff\x01"}.encode(),
       encode_again<Post>},
      {"greet", PacketType::greet, Greet{}.encode(), encode_again<Greet>},
      {"greet, capabilities", PacketType::greet, Greet{0xffff, 0xffffffff}.encode(), encode_again<Greet>},
      {"hello, plain", PacketType::hello, Hello{}.encode(), encode_again<Hello>},
      {"hello, TLS", PacketType::hello, hello.encode(), encode_again<Hello>},
      {"join, newcomer", PacketType::join, Join{}.encode(), encode_again<Join>},
      {"join, back again", PacketType::join, some_join().encode(), encode_again<Join>},
      {"welcome", PacketType::welcome, some_welcome().encode(), encode_again<Welcome>},
      {"say", PacketType::say, some_say().encode(), encode_again<Say>},
      {"request", PacketType::request, Request{7, Verb::enter, {"ops", number_field(0), number_field(50)}}.encode(),
       encode_again<Request>},
      {"refused", PacketType::refused, Refused{4, "why"}.encode(), encode_again<Refused>},
      {"account", PacketType::account, AccountWanted{"alice", {1}, "salt", 2, 3, 4}.encode(),
       encode_again<AccountWanted>},
      {"name_wanted", PacketType::name_wanted, NameWanted{"bob"}.encode(), encode_again<NameWanted>},
      {"letter", PacketType::letter, Letter{"alice", 3, 4, 5, "\xffkey", "\xff\x01"}.encode(), encode_again<Letter>},
      {"answer", PacketType::answer, Answer{7, Result::ok, "in", {{"ops", number_field(9)}, {}}, 3}.encode(),
       encode_again<Answer>},
      {"message", PacketType::post, some_post().encode(), encode_again<Post>},
      {"joined", PacketType::post, presence_post(PostKind::join, {5, 0, 0, {}}).encode(), encode_again<Post>},
      {"left", PacketType::post, presence_post(PostKind::leave, {4, 0, 0, Goodbye::silent}).encode(),
       encode_again<Post>},
      {"crowd", PacketType::post, presence_post(PostKind::crowd, {150, 7, 2, {}}).encode(), encode_again<Post>},
      {"notice", PacketType::post, Post{"lobby", 1, "server", 0, 0, 0, PostKind::notice, "tea"}.encode(),
       encode_again<Post>},
      {"gap", PacketType::gap, Gap{"lobby", 1, 900}.encode(), encode_again<Gap>},
      {"ping", PacketType::ping, Ping{42}.encode(PacketType::ping), ping(PacketType::ping)},
      {"pong", PacketType::pong, Ping{42}.encode(PacketType::pong), ping(PacketType::pong)},
      {"goodbye", PacketType::goodbye, Farewell{Goodbye::full, "try again in 30 s"}.encode(), encode_again<Farewell>},
  };
}

// ---- Rules of every packet -----------------------------------------------------------------------------------------

TEST(Packets, CarryTheirTypeInTheFifthOctet) {
  for (const auto& sample : samples())
    EXPECT_EQ(static_cast<std::uint8_t>(sample.frame.at(4)), static_cast<std::uint8_t>(sample.type)) << sample.what;
}

TEST(Packets, ComeBackAsTheSameOctets) {
  for (const auto& sample : samples())
    EXPECT_EQ(sample.encode_again(body_of(sample.frame)), sample.frame) << sample.what;
}

TEST(Packets, TruncatedAnywhereAreMalformed) {
  for (const auto& sample : samples()) {
    const Bytes body = body_of(sample.frame);
    for (std::size_t size = 0; size < body.size(); ++size)
      EXPECT_EQ(fault_of([&] { sample.encode_again(std::string_view(body).substr(0, size)); }), Goodbye::malformed)
          << sample.what << " cut to " << size;
  }
}

TEST(Packets, ExtendedByOneOctetAreMalformed) {
  for (const auto& sample : samples())
    for (int octet = 0; octet <= 255; ++octet)
      EXPECT_EQ(fault_of([&] { sample.encode_again(body_of(sample.frame) + static_cast<char>(octet)); }),
                Goodbye::malformed)
          << sample.what << " and " << octet;
}

// One encoding per value: after any change of an octet the body is refused, or means something else.
TEST(Packets, ChangedAnywhereAreRefusedOrEncodeToTheChangedOctets) {
  for (const auto& sample : samples()) {
    const Bytes body = body_of(sample.frame);
    for (std::size_t at = 0; at < body.size(); ++at)
      for (int flip = 1; flip <= 255; ++flip) {
        Bytes changed = body;
        changed[at] = static_cast<char>(changed[at] ^ flip);
        try {
          EXPECT_EQ(sample.encode_again(changed), encode_frame(static_cast<std::uint8_t>(sample.type), changed))
              << sample.what << " at " << at;
        } catch (const PeerFault& fault) {
          EXPECT_TRUE(fault.why == Goodbye::malformed || fault.why == Goodbye::bad_text ||
                      fault.why == Goodbye::too_large)
              << sample.what << " at " << at << ": " << goodbye_name(fault.why);
        }
      }
  }
}

TEST(Packets, BeforeLogInFitAStrangersFrame) {
  Join join = some_join();
  join.name.assign(4 * limits::name_characters, 'x');
  join.cursors.assign(32, {"lobby", 1});
  EXPECT_LE(join.encode().size(), limits::stranger_frame_bytes);
}

TEST(Packets, TheLongestMessageFitsAFrame) {
  Post post = some_post();
  post.room.assign(4 * limits::room_characters, 'x');
  post.sender.assign(4 * limits::name_characters, 'x');
  post.body.assign(limits::message_bytes, 'x');
  EXPECT_LE(post.encode().size() - 4, limits::frame_bytes);
  Welcome welcome = some_welcome();
  welcome.motd.assign(limits::motd_bytes, 'x');
  EXPECT_LE(welcome.encode().size() - 4, limits::frame_bytes);
}

// ---- Rules of single packets ---------------------------------------------------------------------------------------

TEST(Greet, WithoutTheMagicIsMalformed) {
  for (const std::string_view magic : {"Clint", "CLINT", "clin\0", "     "})
    EXPECT_EQ(fault_of([&] { Greet::decode(Bytes(magic.substr(0, 5)) + Bytes("\0\x01\0\0\0\0", 6)); }),
              Goodbye::malformed)
        << magic;
}
TEST(Greet, OfALaterVersionAndWithUnknownCapabilitiesIsReadAll) {
  const Greet greet = Greet::decode(body_of(Greet{7, 0x80000001}.encode()));
  EXPECT_EQ(greet.version, 7);
  EXPECT_EQ(greet.capabilities, 0x80000001);
}

TEST(Hello, CarriesTheHostsLimits) {
  const Hello hello = Hello::decode(body_of(Hello{}.encode()));
  EXPECT_EQ(hello.version, protocol_version);
  EXPECT_EQ(hello.frame_bytes, limits::frame_bytes);
  EXPECT_EQ(hello.message_bytes, limits::message_bytes);
}
TEST(Hello, OfAnUnknownModeIsMalformed) {
  for (const int mode : {3, 4, 255}) {
    Hello hello;
    hello.mode = static_cast<Mode>(mode);
    EXPECT_EQ(fault_in(hello), Goodbye::malformed) << mode;
  }
}

TEST(Join, KeepsKeyNameBacklogAndCursors) {
  const Join join = Join::decode(body_of(some_join().encode()));
  EXPECT_EQ(join.key, some_join().key);
  EXPECT_EQ(join.name, "alice");
  EXPECT_EQ(join.backlog, 50u);
  ASSERT_EQ(join.cursors.size(), 2u);
  EXPECT_EQ(join.cursors[0].room, "lobby");
  EXPECT_EQ(join.cursors[0].after, 7u);
  EXPECT_EQ(join.cursors[1].room, "ops");
  EXPECT_EQ(join.cursors[1].after, 0u);
}
TEST(Join, WithMoreThan32CursorsIsMalformed) {
  Join join = some_join();
  join.cursors.assign(32, {"lobby", 1});
  EXPECT_NO_THROW(Join::decode(body_of(join.encode())));
  join.cursors.push_back({"lobby", 1});
  EXPECT_EQ(fault_in(join), Goodbye::malformed);
}
TEST(Join, ACountWithoutItsCursorsIsMalformed) {
  Bytes body = body_of(Join{}.encode());
  body.replace(body.size() - 2, 2, Bytes("\0\x01", 2));
  EXPECT_EQ(fault_of([&] { Join::decode(body); }), Goodbye::malformed);
}
TEST(Join, LeavesTheJudgementOfANameToTheHost) {
  Join join = some_join();
  join.name = "\x1b[2J" + invalid_utf8;
  EXPECT_EQ(Join::decode(body_of(join.encode())).name, join.name);
}
TEST(Join, ARoomThatIsNoTextIsBadText) {
  Join join = some_join();
  join.cursors[0].room = invalid_utf8;
  EXPECT_EQ(fault_in(join), Goodbye::bad_text);
}

TEST(Welcome, KeepsItsFields) {
  const Welcome welcome = Welcome::decode(body_of(some_welcome().encode()));
  EXPECT_EQ(welcome.name, "alice");
  EXPECT_EQ(welcome.session, 3u);
  EXPECT_EQ(welcome.last_message, 12u);
  EXPECT_EQ(welcome.members, 2u);
  EXPECT_EQ(welcome.motd, "Be kind.\nTea at five.");
}
TEST(Welcome, WithControlCharactersIsBadText) {
  Welcome welcome = some_welcome();
  welcome.motd = "\x1b]0;owned\x07";
  EXPECT_EQ(fault_in(welcome), Goodbye::bad_text);
  welcome = some_welcome();
  welcome.name = "alice\r";
  EXPECT_EQ(fault_in(welcome), Goodbye::bad_text);
}

TEST(Say, MessageIdZeroIsMalformed) {
  Say say = some_say();
  say.message = 0;
  EXPECT_EQ(fault_in(say), Goodbye::malformed);
}
TEST(Say, AnEmptyBodyIsMalformed) {
  Say say = some_say();
  say.body.clear();
  EXPECT_EQ(fault_of([&] { say.check(false); }), Goodbye::malformed);
}
TEST(Say, ABodyAtTheLimitPassesAndOneOctetMoreIsTooLarge) {
  Say say = some_say();
  say.body.assign(limits::message_bytes, 'x');
  EXPECT_NO_THROW(say.check(false));
  say.body += 'x';
  EXPECT_EQ(fault_of([&] { say.check(false); }), Goodbye::too_large);
}
TEST(Say, InModeSecureABodyIsAnyOctetsUpToWhatSealingAdds) {
  Say say = some_say();
  say.body = Bytes(limits::message_bytes + limits::sealed_overhead, '\xff');
  EXPECT_NO_THROW(say.check(true));
  say.body += 'x';
  EXPECT_EQ(fault_of([&] { say.check(true); }), Goodbye::too_large);
}
TEST(Say, AnActionIsSaidInTheOpenOnly) {
  Say say = some_say();
  say.kind = PostKind::action;
  EXPECT_NO_THROW(say.check(false));
  EXPECT_EQ(fault_of([&] { say.check(true); }), Goodbye::malformed);
}
TEST(Say, ATopicMayBeEmptyAndHasALimitOfItsOwn) {
  Say say = some_say();
  say.kind = PostKind::topic;
  say.body.clear();
  EXPECT_NO_THROW(say.check(false));
  EXPECT_EQ(fault_of([&] { say.check(true); }), Goodbye::malformed);
  say.body.assign(limits::topic_bytes, 'x');
  EXPECT_NO_THROW(say.check(false));
  say.body += 'x';
  EXPECT_EQ(fault_of([&] { say.check(false); }), Goodbye::too_large);
}
TEST(Say, OfAnyOtherKindIsMalformed) {
  Say say = some_say();
  for (int kind = 0; kind <= 255; ++kind) {
    say.kind = static_cast<PostKind>(kind);
    if (kind == 1 || kind == 6 || kind == 8) continue;
    EXPECT_EQ(fault_of([&] { say.check(false); }), Goodbye::malformed) << kind;
  }
}
TEST(Say, ABodyThatIsNoCleanTextIsBadText) {
  for (const std::string_view body : {"\x1b[2J", "a\rb", "\x7f", "\xc2\x9b", "\x9b", "\xed\xa0\x80", "\xc0\x80",
                                      "\xe2\x80\xae", "\xe2\x80\xa8", "\xf3\xa0\x80\xa1"}) {
    Say say = some_say();
    say.body = body;
    EXPECT_EQ(fault_of([&] { say.check(false); }), Goodbye::bad_text) << printable(body);
  }
}

TEST(Post, KeepsItsFields) {
  const Post post = Post::decode(body_of(some_post().encode()));
  EXPECT_EQ(post.room, "lobby");
  EXPECT_EQ(post.seq, 9u);
  EXPECT_EQ(post.sender, "alice");
  EXPECT_EQ(post.session, 3u);
  EXPECT_EQ(post.message, 1u);
  EXPECT_EQ(post.time_ms, 1'700'000'000'000u);
  EXPECT_EQ(post.kind, PostKind::message);
  EXPECT_EQ(post.body, "hello");
}
TEST(Post, SeqZeroIsMalformed) {
  Post post = some_post();
  post.seq = 0;
  EXPECT_EQ(fault_in(post), Goodbye::malformed);
}
TEST(Post, OfAnUnknownKindIsMalformed) {
  for (const int kind : {0, 10, 255}) {
    Post post = some_post();
    post.kind = static_cast<PostKind>(kind);
    EXPECT_EQ(fault_in(post), Goodbye::malformed) << kind;
  }
}
TEST(Post, TextThatIsNotCleanIsBadText) {
  for (const auto kind : {PostKind::message, PostKind::notice, PostKind::action, PostKind::rename}) {
    Post post = some_post();
    post.kind = kind;
    post.body = "\x1b[2J";
    EXPECT_EQ(fault_in(post), Goodbye::bad_text);
  }
  Post post = some_post();
  post.sender = "al\xe2\x80\xaeice";
  EXPECT_EQ(fault_in(post), Goodbye::bad_text);
}
TEST(Post, APresenceBodyHasItsExactLength) {
  const auto sizes = {std::pair{PostKind::join, 4u}, {PostKind::leave, 5u}, {PostKind::crowd, 12u}};
  for (const auto& [kind, right] : sizes)
    for (std::size_t size = 0; size <= 16; ++size) {
      Post post = some_post();
      post.kind = kind;
      post.body.assign(size, '\x01');
      if (size == right)
        EXPECT_NO_THROW(Post::decode(body_of(post.encode()))) << size;
      else
        EXPECT_EQ(fault_in(post), Goodbye::malformed) << size;
    }
}

TEST(Presence, KeepsWhatItsKindHas) {
  const Presence given{150, 7, 2, Goodbye::silent};
  const Presence join = Presence::decode(PostKind::join, given.encode(PostKind::join));
  EXPECT_EQ(join.members, 150u);
  const Presence leave = Presence::decode(PostKind::leave, given.encode(PostKind::leave));
  EXPECT_EQ(leave.members, 150u);
  EXPECT_EQ(leave.why, Goodbye::silent);
  const Presence crowd = Presence::decode(PostKind::crowd, given.encode(PostKind::crowd));
  EXPECT_EQ(crowd.members, 150u);
  EXPECT_EQ(crowd.joined, 7u);
  EXPECT_EQ(crowd.left, 2u);
}
TEST(Presence, ALeaveForNoKnownReasonIsMalformed) {
  for (const char why : {'\0', '\x1d', '\xff'})
    EXPECT_EQ(fault_of([&] { Presence::decode(PostKind::leave, Bytes("\0\0\0\x01", 4) + why); }), Goodbye::malformed);
}

TEST(Gap, ThatIsEmptyOrBeginsAtZeroIsMalformed) {
  EXPECT_NO_THROW(Gap::decode(body_of(Gap{"lobby", 5, 5}.encode())));
  EXPECT_EQ(fault_in(Gap{"lobby", 6, 5}), Goodbye::malformed);
  EXPECT_EQ(fault_in(Gap{"lobby", 0, 5}), Goodbye::malformed);
}

TEST(Ping, APongDiffersInTheTypeAlone) {
  Bytes ping = Ping{7}.encode(PacketType::ping);
  const Bytes pong = Ping{7}.encode(PacketType::pong);
  ping[4] = pong[4];
  EXPECT_EQ(ping, pong);
}

TEST(Farewell, EveryGoodbyeTravels) {
  for (int number = 1; const auto why = goodbye_from(static_cast<std::uint8_t>(number)); ++number) {
    const Farewell farewell = Farewell::decode(body_of(Farewell{*why, "so long"}.encode()));
    EXPECT_EQ(farewell.why, *why);
    EXPECT_EQ(farewell.text, "so long");
  }
}
TEST(Farewell, AnUnknownNumberIsMalformed) {
  for (const int number : {0, 29, 255})
    EXPECT_EQ(fault_in(Farewell{static_cast<Goodbye>(number), ""}), Goodbye::malformed) << number;
}
TEST(Farewell, TextWithControlCharactersIsBadText) {
  EXPECT_EQ(fault_in(Farewell{Goodbye::left, "bye\x07"}), Goodbye::bad_text);
}

}  // namespace
}  // namespace chat
