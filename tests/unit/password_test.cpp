// From a password to keys, to a verifier, and to the file that holds it.
#include "crypto/password.hpp"

#include "crypto/verifier.hpp"
#include "unit/vectors.hpp"

namespace chat {
namespace {

// Made with tests/support/pake.py, as the keys below.
const VerifierId some_id = array_of<16>(from_hex("0b1e2d3c4b5a69788796a5b4c3d2e1f0"));
const KdfParameters cheap{1U << 15, 8, 1, from_hex("00112233445566778899aabbccddeeff")};

TEST(Password, GivesTheKeysThatTheProtocolSays) {
  const PasswordKeys keys = derive(Secret("correct horse, b\xc3\xa4ttery"), cheap, some_id);
  EXPECT_EQ(to_hex(keys.w0.view()), "afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5");
  EXPECT_EQ(to_hex(keys.w1.view()), "b6ec26b380d19b20c2d43a14f09746384f19f962796a2bf5323fcd7f0126cc50");
  const RoomKey room{Secret(from_hex("980b4a3b48bc67a52ededa4b8b7a92ae9c9a5f1f3026d831e63eab9631dd54d5"))};
  EXPECT_EQ(keys.room_key.id(), room.id());
  EXPECT_EQ(to_hex(registration_record(keys.w1)),
            "04f71e2d23bfdb8d37033eadaf5467c470aab48a09e51de154b3979c3ea0ea0ad5"
            "f37147548dc308eab54091666ff5aa0c407a982c73b68c7505e23c2127b18d43");
}

TEST(Password, IsCleanTextOfUpTo1024Octets) {
  for (const std::string& good :
       {std::string("x"), std::string(" with blanks "), std::string("\xc3\xa9"), std::string(1024, 'x')})
    EXPECT_EQ(password_error(Secret(good)), "") << good;
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string("tab\t"), std::string("bell\x07"),
                                 std::string("\xff"), std::string(1025, 'x')})
    EXPECT_NE(password_error(Secret(bad)), "") << bad;
}

TEST(Password, ARandomOneHas16CharactersOfBase32AndIsNeverTheSame) {
  const Secret one = random_password();
  EXPECT_EQ(one.size(), 16u);
  EXPECT_EQ(one.view().find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string_view::npos);
  EXPECT_FALSE(one == random_password());
  EXPECT_FALSE(is_weak(one));
  EXPECT_TRUE(is_weak(Secret("tiny")));
}

TEST(Password, AHostsParametersAreFollowedOnlyInRange) {
  const auto with = [](std::uint32_t n, std::uint32_t r, std::uint32_t p, std::size_t salt) {
    return acceptable({n, r, p, Bytes(salt, 's')});
  };
  for (const std::uint32_t n : {1U << 15, 1U << 16, 1U << 17, 1U << 18}) EXPECT_TRUE(with(n, 8, 1, 16)) << n;
  for (const std::uint32_t n : {0U, 1U, 1U << 14, (1U << 15) + 1, 3U << 15, 1U << 19, 1U << 31, ~0U})
    EXPECT_FALSE(with(n, 8, 1, 16)) << n;
  for (const std::uint32_t r : {0U, 1U, 7U, 9U, ~0U}) EXPECT_FALSE(with(1U << 15, r, 1, 16)) << r;
  for (const std::uint32_t p : {1U, 4U}) EXPECT_TRUE(with(1U << 15, 8, p, 32)) << p;
  for (const std::uint32_t p : {0U, 5U, ~0U}) EXPECT_FALSE(with(1U << 15, 8, p, 16)) << p;
  for (const std::size_t salt : {0U, 15U, 33U}) EXPECT_FALSE(with(1U << 15, 8, 1, salt)) << salt;
}

TEST(AccountKeys, AreNeitherTheRoomsNorAnotherAccountsNorAnotherPasswords) {
  const KdfParameters kdf{1U << 15, 8, 1, Bytes(16, 's')};
  const Secret password("hunter two two");
  const AccountKeys alice = derive_account(password, kdf, some_id, "alice");
  EXPECT_TRUE(alice.w0 == derive_account(password, kdf, some_id, "alice").w0);
  EXPECT_FALSE(alice.w0 == derive_account(password, kdf, some_id, "bob").w0);
  EXPECT_FALSE(alice.w0 == derive_account(Secret("hunter two"), kdf, some_id, "alice").w0);
  EXPECT_FALSE(alice.w0 == derive(password, kdf, some_id).w0);
  EXPECT_FALSE(alice.w0 == alice.w1);
}

TEST(AccountKeys, AVerifierAdmitsItsPasswordUnderItsNameAlone) {
  const KdfParameters kdf{1U << 15, 8, 1, Bytes(16, 's')};
  const Verifier verifier = make_account_verifier(Secret("hunter two two"), kdf, "alice");
  const auto admitted = [&](const char* password, const char* name) {
    const AccountKeys keys = derive_account(Secret(password), kdf, verifier.id, name);
    Prover prover(keys.w0, keys.w1, "context", account_names(name, verifier.id));
    VerifierRun run(verifier.w0, verifier.l, "context", account_names("alice", verifier.id));
    const auto response = run.respond(prover.share());
    const auto proof = prover.confirm(response->share, response->confirm);
    return proof && run.confirm(*proof);
  };
  EXPECT_TRUE(admitted("hunter two two", "alice"));
  EXPECT_FALSE(admitted("hunter two two", "bob"));
  EXPECT_FALSE(admitted("hunter two", "alice"));
}

// ---- The verifier's file -------------------------------------------------------------------------------------------

Verifier known_verifier() {
  return {some_id, cheap, Secret(from_hex("afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5")),
          registration_record(Secret(from_hex("b6ec26b380d19b20c2d43a14f09746384f19f962796a2bf5323fcd7f0126cc50")))};
}

TEST(VerifierFile, ComesBackAsItWasWritten) {
  const Secret text = format_verifier(known_verifier());
  const auto again = parse_verifier(text.view());
  ASSERT_TRUE(again) << again.error;
  EXPECT_EQ((*again).id, some_id);
  EXPECT_EQ((*again).kdf.n, cheap.n);
  EXPECT_EQ((*again).kdf.salt, cheap.salt);
  EXPECT_TRUE((*again).w0 == known_verifier().w0);
  EXPECT_TRUE(format_verifier(*again) == text);
}

TEST(VerifierFile, IsRefusedWhenAnythingInItIsWrong) {
  const std::string good(format_verifier(known_verifier()).view());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const std::string& text :
       {std::string(),
        good.substr(0, good.size() - 1),
        good + "\n",
        good + "more 1\n",
        with("verifier 1", "verifier 2"),
        with("n 32768", "n 32767"),
        with("n 32768", "n 1048576"),
        with("n 32768", "n 032768"),
        with("r 8", "r 9"),
        with("p 1", "p 5"),
        with("salt 00", "salt 0"),
        with("salt 0011223344", "salt "),
        with("id 0b", "id "),
        with("w0 af", "w0 "),
        with("l 04", "l 02"),
        with("l 04f7", "l 04f6"),
        with("n 32768\n", ""),
        with("w0 afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5", "w0 " + std::string(64, '0')),
        with("w0 afa0f531fc254e44a9bc04d53aa8c6c476010a99ed669c6ca4b132f8e289bac5", "w0 " + std::string(64, 'f')),
        with("w0 afa0", "w0 AFA0")}) {
    const auto parsed = parse_verifier(text);
    EXPECT_FALSE(parsed) << text;
    EXPECT_FALSE(parsed.error.empty());
  }
}

}  // namespace
}  // namespace chat
