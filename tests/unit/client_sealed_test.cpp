// Who knows the password can seal any octets: what is inside is looked at like everything else.
#include <gtest/gtest.h>

#include "client/correspondence.hpp"
#include "client/membership.hpp"
#include "hostile_payloads.hpp"
#include "net/socket.hpp"

namespace chat {
namespace {

TEST(Sealed, C1_HostileTextOfAMemberIsDamagedAndNotShown) {
  // Never destroyed: one program has the host's class of this name, too.
  static const Membership& keys = *new Membership(Secret("password"), VerifierId{}, {1U << 15, 8, 1, Bytes(16, 's')});
  const std::shared_ptr<const Membership> membership(std::shared_ptr<void>(), &keys);
  Envelope envelope;
  envelope.use(membership, nullptr);
  std::uint64_t message = 0;
  const auto opened = [&](PostKind kind, const std::string& text) {
    Post post;
    post.room = lobby;
    post.sender = "mallory";
    post.session = 2;
    post.message = ++message;
    post.time_ms = unix_ms();
    post.kind = kind == PostKind::topic ? PostKind::topic : PostKind::sealed;
    const SealContext context{post.room, post.sender, post.session, post.message, static_cast<std::uint8_t>(post.kind)};
    post.body = seal(membership->keys().room_key, context, {post.time_ms, static_cast<std::uint8_t>(kind), text});
    const Seal seal = envelope.open(post, true);
    return std::pair(seal, post.body);
  };
  for (const PostKind kind : {PostKind::message, PostKind::action, PostKind::topic}) {
    EXPECT_EQ(opened(kind, "hello"), std::pair(Seal::good, Bytes("hello")));
    for (const std::string& payload : hostile_payloads()) {
      const auto [seal, body] = opened(kind, "x" + payload);
      EXPECT_EQ(seal, is_clean_text(payload) ? Seal::good : Seal::damaged) << printable(payload);
      EXPECT_EQ(body == "x" + payload, is_clean_text(payload)) << printable(payload);
    }
  }
}

TEST(Sealed, C1_HostileTextOfALetterIsNotHandedOn) {
  Envelope envelope;
  std::vector<LetterArrived> told;
  const Correspondence::Tell tell = [&](const Event& event) {
    if (const auto* letter = std::get_if<LetterArrived>(&event)) told.push_back(*letter);
  };
  Correspondence correspondence(envelope, tell);
  const HostId host{};
  Bytes announced;
  correspondence.resume(host, "alice", 1, announced);
  const Request request = Request::decode(std::string_view(announced).substr(5));
  ASSERT_EQ(request.verb, Verb::key);
  PublicKey to{};
  ASSERT_EQ(request.args.at(0).size(), to.size());
  std::copy(request.args[0].begin(), request.args[0].end(), to.begin());

  const KeyPair mallory = KeyPair::generate();
  Letter letter;
  letter.sender = "mallory";
  letter.session = 2;
  letter.key.assign(mallory.public_key().begin(), mallory.public_key().end());
  const auto write = [&](const std::string& text) {
    ++letter.message;
    const std::string_view host_id(reinterpret_cast<const char*>(host.data()), host.size());
    letter.body = *seal_letter(mallory, {host_id, "mallory", mallory.public_key(), "alice", to, 2, letter.message},
                               {unix_ms(), static_cast<std::uint8_t>(PostKind::message), text});
    correspondence.arrived(letter);
    return told.back();
  };
  EXPECT_EQ(write("hello").text, "hello");
  for (const std::string& payload : hostile_payloads()) {
    const LetterArrived last = write("x" + payload);
    EXPECT_EQ(last.seal, is_clean_text(payload) ? Seal::good : Seal::damaged) << printable(payload);
    EXPECT_EQ(last.text, is_clean_text(payload) ? "x" + payload : "") << printable(payload);
  }
}

TEST(Sealed, WhatWaitedForTheHostHasTheTimeAtWhichItWasSaid) {
  static const Membership& keys = *new Membership(Secret("password"), VerifierId{}, {1U << 15, 8, 1, Bytes(16, 's')});
  Envelope envelope;
  envelope.use(std::shared_ptr<const Membership>(std::shared_ptr<void>(), &keys), nullptr);
  envelope.be("alice", 2);
  Outbox outbox(10);
  const std::uint64_t before = unix_ms();
  outbox.push(std::string(lobby), "hello");
  Said said = *outbox.take();
  EXPECT_GE(said.said_ms, before);
  EXPECT_LE(said.said_ms, unix_ms());
  said.said_ms -= 3'600'000;
  const Say say = envelope.seal(said);
  Post post;
  post.room = lobby;
  post.sender = "alice";
  post.session = 2;
  post.message = say.message;
  post.kind = PostKind::sealed;
  post.body = say.body;
  post.time_ms = unix_ms();
  EXPECT_EQ(envelope.open(post, true), Seal::late);
  EXPECT_EQ(post.time_ms, said.said_ms);
  EXPECT_EQ(post.body, "hello");
}

TEST(Sealed, AHostsWordsDoNotPassForAMembers) {
  EXPECT_EQ(shown_sender("alice-2"), "alice-2");
  EXPECT_EQ(shown_sender("Ольга_1.a"), "Ольга_1.a");
  EXPECT_EQ(shown_sender("alice: yes, pay"), "alice??yes??pay");
  EXPECT_EQ(shown_sender("alice" + std::string(400, ' ')).size(), 4 * limits::name_characters);
  std::string euros = "a";  // each of three octets: the last one that fits is whole
  for (std::size_t i = 0; i < limits::name_characters * 2; ++i) euros += "\u20ac";
  EXPECT_EQ(shown_sender(euros), euros.substr(0, 1 + 3 * ((4 * limits::name_characters - 1) / 3)));
  static const Membership& keys = *new Membership(Secret("password"), VerifierId{}, {1U << 15, 8, 1, Bytes(16, 's')});
  Envelope envelope;
  Post notice;
  notice.room = lobby;
  notice.kind = PostKind::notice;
  notice.body = "alice agrees";
  EXPECT_EQ(envelope.open(notice, true), Seal::none);
  envelope.use(std::shared_ptr<const Membership>(std::shared_ptr<void>(), &keys), nullptr);
  EXPECT_EQ(envelope.open(notice, true), Seal::missing) << "where others seal what they say";
}

// The host as alice's correspondence sees it; `told` is what she is told.
struct Written {
  Written() {
    alice.resume(host, "alice", 1, out);
    const Request announced = asked().back();
    EXPECT_EQ(announced.verb, Verb::key);
    std::copy_n(announced.args.at(0).begin(), alice_key.size(), alice_key.begin());
  }
  // A letter of bob's to her, as the host hands it on in this session of his.
  Letter from_bob(std::uint64_t session, std::uint64_t message, std::uint64_t said_ms) const {
    Letter letter;
    letter.sender = "bob";
    letter.session = session;
    letter.message = message;
    letter.time_ms = unix_ms();
    letter.key.assign(bob.public_key().begin(), bob.public_key().end());
    const std::string_view host_id(reinterpret_cast<const char*>(host.data()), host.size());
    letter.body = *seal_letter(bob, {host_id, "bob", bob.public_key(), "alice", alice_key, session, message},
                               {said_ms, static_cast<std::uint8_t>(PostKind::message), "psst"});
    return letter;
  }
  // What was asked of the host since the last call.
  std::deque<Request> asked() {
    std::deque<Request> requests;
    while (!out.empty()) {
      std::uint32_t bytes = 0;
      for (int i = 0; i < 4; ++i) bytes = bytes << 8 | static_cast<std::uint8_t>(out[static_cast<std::size_t>(i)]);
      requests.push_back(Request::decode(std::string_view(out).substr(5, bytes - 1)));
      out.erase(0, 4 + bytes);
    }
    return requests;
  }
  void answer(std::uint32_t id, Result result, std::vector<Answer::Row> rows = {}) {
    alice.answered({id, result, result == Result::ok ? "" : "he is gone", std::move(rows), 0}, out);
  }
  // Her letter is at the host, which has not answered yet.
  Request letter_under_way(std::uint64_t number) {
    alice.send(number, "bob", "are you there?", unix_ms(), out);
    give_key("bob", bob);
    return asked().back();
  }
  // The host's answer to the question for somebody's key.
  void give_key(const std::string& name, const KeyPair& of) {
    const Request key_of = asked().back();
    EXPECT_EQ(key_of.verb, Verb::key_of);
    answer(key_of.id, Result::ok, {{name, number_field(2), Bytes(of.public_key().begin(), of.public_key().end())}});
  }
  void compare_bob() {
    alice.verify("bob", out);
    give_key("bob", bob);
    alice.compared("bob");
  }
  // Damaged, which is told, too.
  static Letter from(std::string sender) {
    Letter letter;
    letter.sender = std::move(sender);
    return letter;
  }

  const HostId host{};
  const KeyPair bob = KeyPair::generate();
  PublicKey alice_key{};
  Envelope envelope;
  std::vector<std::string> told;
  const Correspondence::Tell tell = [this](const Event& event) {
    if (const auto* letter = std::get_if<LetterArrived>(&event))
      told.push_back(letter->own ? "taken " + std::to_string(letter->letter)
                                 : (letter->seal == Seal::late ? "late from " : "from ") + letter->from);
    if (const auto* failed = std::get_if<LetterFailed>(&event))
      told.push_back("failed " + std::to_string(failed->letter));
    if (const auto* changed = std::get_if<KeyChanged>(&event))
      told.push_back("another key of " + changed->name + (changed->was_compared ? ", who was compared" : ""));
  };
  Correspondence alice{envelope, tell};
  Bytes out;
};

using Lines = std::vector<std::string>;

TEST(Letters, NoReplyIsToldBeforeWhatItIsAbout) {
  Written it;
  const Request letter = it.letter_under_way(1);
  EXPECT_EQ(letter.verb, Verb::letter);
  it.alice.arrived(Written::from("carol"));
  it.alice.arrived(Written::from("bob"));
  EXPECT_EQ(it.told, (Lines{"from carol"}));
  it.answer(letter.id, Result::ok);
  EXPECT_EQ(it.told, (Lines{"from carol", "taken 1", "from bob"}));
  it.alice.arrived(Written::from("bob"));
  EXPECT_EQ(it.told.back(), "from bob");
  EXPECT_EQ(it.told.size(), 4U);
}

TEST(Letters, WhatWaitsForAnAnswerIsToldAfterARefusalAndAfterACut) {
  Written refused;
  const Request letter = refused.letter_under_way(1);
  refused.alice.arrived(Written::from("bob"));
  refused.answer(letter.id, Result::not_allowed);
  EXPECT_EQ(refused.told, (Lines{"failed 1", "from bob"}));

  Written lost;
  lost.letter_under_way(1);
  lost.alice.arrived(Written::from("bob"));
  lost.alice.cut();
  EXPECT_EQ(lost.told, (Lines{"from bob"}));
  lost.alice.arrived(Written::from("bob"));
  EXPECT_EQ(lost.told.size(), 2U);
}

TEST(Letters, WhatIsSealedAgainForAnotherSessionIsToldOnce) {
  Written it;
  it.alice.arrived(it.from_bob(2, 1, unix_ms()));
  it.alice.arrived(it.from_bob(2, 1, unix_ms()));
  it.alice.arrived(it.from_bob(3, 1, unix_ms()));
  EXPECT_EQ(it.told, (Lines{"from bob"}));
  it.alice.arrived(it.from_bob(3, 2, unix_ms()));
  EXPECT_EQ(it.told, (Lines{"from bob", "from bob"}));
}

TEST(Letters, WhatWasKeptBackIsMarked) {
  Written it;
  it.alice.arrived(it.from_bob(2, 1, unix_ms() - 3'600'000));
  EXPECT_EQ(it.told, (Lines{"late from bob"}));
}

TEST(Letters, WhatWaitedHasTheTimeAtWhichItWasWritten) {
  Written it;
  const std::uint64_t said_ms = unix_ms() - 3'600'000;
  it.alice.send(1, "bob", "psst", said_ms, it.out);
  it.give_key("bob", it.bob);
  const Request letter = it.asked().back();
  ASSERT_EQ(letter.verb, Verb::letter);
  const std::string_view host_id(reinterpret_cast<const char*>(it.host.data()), it.host.size());
  const auto text =
      open_letter(it.bob, {host_id, "alice", it.alice_key, "bob", it.bob.public_key(), 1, 1}, letter.args.at(3));
  ASSERT_TRUE(text);
  EXPECT_EQ(text->time_ms, said_ms);
}

TEST(Letters, NoRenameTakesAComparedKeyAway) {
  for (const bool twice : {true, false}) {
    Written it;
    it.compare_bob();
    it.alice.renamed_peer("bob", "rob");
    if (twice) {
      it.alice.renamed_peer("bob", "rob");
    } else {  // to a third name, and others take the first two
      it.alice.renamed_peer("rob", "zoe");
      it.alice.renamed_peer("bob", "rob");
    }
    const KeyPair mallory = KeyPair::generate();
    it.alice.send(1, "bob", "for bob alone", unix_ms(), it.out);
    const Request letter = it.asked().back();  // to bob's key, whose session is gone
    EXPECT_EQ(letter.verb, Verb::letter);
    it.answer(letter.id, Result::no_such);
    it.give_key("bob", mallory);
    EXPECT_EQ(it.told.back(), "failed 1");
    for (const Request& request : it.asked()) EXPECT_NE(request.verb, Verb::letter);
  }
}

TEST(Letters, AnotherSpellingsKeyIsAnotherKeyOfThatName) {
  Written it;
  const Request letter = it.letter_under_way(1);
  it.answer(letter.id, Result::ok);
  it.alice.send(2, "bob", "are you there still?", unix_ms(), it.out);
  it.answer(it.asked().back().id, Result::no_such);
  it.give_key("Bob", KeyPair::generate());
  EXPECT_EQ(it.told, (Lines{"taken 1", "another key of Bob"}));
  it.alice.renamed_peer("Bob", "BOB");
  EXPECT_EQ(it.told.size(), 2U) << "whose key is the same";
}

}  // namespace
}  // namespace chat
