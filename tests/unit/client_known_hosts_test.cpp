#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "client/known_hosts.hpp"

namespace chat {
namespace {

const std::string key_a = "SHA256:" + std::string(43, 'a');
const std::string key_b = "SHA256:" + std::string(42, 'b') + "/";

TEST(KnownHosts, LinesReadBackAsWritten) {
  for (const std::string& line : {"[den]:12345 " + key_a + " - secure", "[fe80::1]:1 " + key_b + " - secure",
                                  "[192.168.1.7]:65535 " + key_a + " 00112233445566778899aabbccddeeff plain"}) {
    const auto pin = parse_pin(line);
    ASSERT_TRUE(pin) << line;
    EXPECT_EQ(format_pin(*pin), line);
  }
}

TEST(KnownHosts, OneSpellingPerLine) {
  for (const std::string& line :
       {std::string(), std::string("# den"), "den:12345 " + key_a + " - secure", "[den] " + key_a + " - secure",
        "[den]:0 " + key_a + " - secure", "[den]:012345 " + key_a + " - secure", "[DEN]:12345 " + key_a + " - secure",
        "[den]:12345  " + key_a + " - secure", "[den]:12345 " + key_a + "= - secure",
        "[den]:12345 SHA1:" + std::string(43, 'a') + " - secure", "[den]:12345 " + key_a + " - maybe",
        "[den]:12345 " + key_a + " - secure ", "[den]:12345 " + key_a + " 0011 secure",
        "[den]:12345 " + key_a + " secure", "[]:12345 " + key_a + " - secure", "[a b]:12345 " + key_a + " - secure"})
    EXPECT_FALSE(parse_pin(line)) << line;
}

TEST(KnownHosts, UnknownLinesAreKept) {
  const std::string text = "# mine\n[den]:12345 " + key_a + " - secure\nsomething new\n";
  KnownHosts hosts = KnownHosts::parse(text);
  EXPECT_EQ(hosts.text(), text);
  hosts.set({"den", 12345, key_b});
  EXPECT_EQ(hosts.text(), "# mine\nsomething new\n[den]:12345 " + key_b + " - secure\n");
}

TEST(KnownHosts, FoundByHostAndPortWhateverTheCase) {
  KnownHosts hosts;
  hosts.set({"Den", 12345, key_a});
  ASSERT_NE(hosts.find("dEN", 12345), nullptr);
  EXPECT_EQ(hosts.find("den", 12345)->fingerprint, key_a);
  EXPECT_EQ(hosts.find("den", 12346), nullptr);
  EXPECT_EQ(hosts.find("de", 12345), nullptr);
}

TEST(KnownHosts, ForgetsOnePortOrAll) {
  KnownHosts hosts;
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{1, 2, 3}) hosts.set({"den", port, key_a});
  hosts.set({"attic", 1, key_a});
  EXPECT_EQ(hosts.forget("DEN", 2), 1U);
  EXPECT_EQ(hosts.forget("den", 2), 0U);
  EXPECT_EQ(hosts.forget("den", std::nullopt), 2U);
  EXPECT_NE(hosts.find("attic", 1), nullptr);
}

class KnownHostsFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("clint_") + test->name() + std::to_string(std::random_device()()));
    std::filesystem::remove_all(folder_);
    path_ = folder_ / "data" / "clint" / "known_hosts";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_, path_;
};

TEST_F(KnownHostsFile, NoFileIsNoPin) {
  const auto hosts = load_known_hosts(path_);
  ASSERT_TRUE(hosts);
  EXPECT_EQ((*hosts).text(), "");
}

TEST_F(KnownHostsFile, SavedIsLoadedAndNobodyElsesBusiness) {
  KnownHosts hosts;
  hosts.set({"den", 12345, key_a});
  ASSERT_EQ(save_known_hosts(path_, hosts), std::nullopt);
  hosts.set({"attic", 1, key_b});
  ASSERT_EQ(save_known_hosts(path_, hosts), std::nullopt);
  const auto loaded = load_known_hosts(path_);
  ASSERT_TRUE(loaded);
  EXPECT_EQ((*loaded).text(), hosts.text());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path_.parent_path()), {}), 1) << "nothing is left over";
#ifndef _WIN32
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_read | perms::owner_write);
  EXPECT_EQ(std::filesystem::status(path_.parent_path()).permissions(), perms::owner_all);
#endif
}

TEST_F(KnownHostsFile, WhatCannotBeReadIsNotEmpty) {
  std::filesystem::create_directories(path_);
  EXPECT_FALSE(load_known_hosts(path_)) << "a folder";
}

TEST_F(KnownHostsFile, WhatCannotBeWrittenIsSaid) {
  std::filesystem::create_directories(path_.parent_path());
  std::ofstream(folder_ / "file") << "x";
  const auto error = save_known_hosts(folder_ / "file" / "known_hosts", {});
  ASSERT_TRUE(error);
  EXPECT_NE(error->find("cannot write"), std::string::npos);
}

}  // namespace
}  // namespace chat
