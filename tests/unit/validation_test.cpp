// What a port, a timeout, a host, an address and a message may be, and how a refusal reads.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "net_utils.hpp"

namespace chat {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using namespace std::chrono_literals;

// A refusal quotes what was wrong and says what is allowed, in one line fit for any terminal.
template <class T>
void expect_refusal(const Checked<T>& checked, std::string_view what, std::vector<std::string_view> ideas) {
  EXPECT_FALSE(checked) << printable(what);
  EXPECT_EQ(checked.error, printable(checked.error));
  for (const auto idea : ideas)
    EXPECT_NE(checked.error.find(idea), std::string::npos) << checked.error << " / " << idea;
}

std::string shown(std::string_view text) { return "\"" + printable(text) + "\""; }

// ---- Ports ---------------------------------------------------------------------------------------------------------

TEST(Port, AnyFrom1To65535IsAllowed) {
  for (const auto& [text, port] : {std::pair{"1"sv, 1}, {"80", 80}, {"12345", 12345}, {"65535", 65535}}) {
    const auto checked = check_port(text);
    ASSERT_TRUE(checked) << text;
    EXPECT_EQ(*checked, port);
    EXPECT_EQ(checked.error, "");
  }
}
TEST(Port, AnythingElseIsRefusedWithWhatIsAllowed) {
  for (const auto text : {""sv,
                          "0"sv,
                          "65536"sv,
                          "99999"sv,
                          "4294967297"sv,
                          "18446744073709551617"sv,
                          "-1"sv,
                          "+80"sv,
                          " 80"sv,
                          "80 "sv,
                          "80\n"sv,
                          "8 0"sv,
                          "0x50"sv,
                          "80.0"sv,
                          "1e3"sv,
                          "http"sv,
                          "80a"sv,
                          "80\0"sv,
                          "\xd9\xa8\xd9\xa0"sv,
                          "\x1b[2J"sv})
    expect_refusal(check_port(text), text, {shown(text), "1 to 65535"});
}
TEST(Port, ALeadingZeroChangesNothing) {
  ASSERT_TRUE(check_port("00080"));
  EXPECT_EQ(*check_port("00080"), 80);
}
TEST(Port, ALongAnswerIsQuotedShort) {
  const auto checked = check_port(std::string(100'000, '7'));
  EXPECT_FALSE(checked);
  EXPECT_LT(checked.error.size(), 200u);
}

// ---- Timeouts ------------------------------------------------------------------------------------------------------

TEST(Timeout, WholeSecondsFromNoneToAYearAreAllowed) {
  for (const auto& [text, seconds] : {std::pair{"0"sv, 0}, {"1", 1}, {"30", 30}, {"31536000", 31'536'000}}) {
    const auto checked = check_timeout(text);
    ASSERT_TRUE(checked) << text;
    EXPECT_EQ(*checked, std::chrono::seconds(seconds));
  }
}
TEST(Timeout, ADurationWillDo) {
  EXPECT_EQ(*check_timeout("500ms"), 500ms);
  EXPECT_EQ(*check_timeout("1h30m"), 90min);
  EXPECT_TRUE(check_timeout("365d"));
}
TEST(Timeout, AnythingElseIsRefusedWithWhatIsAllowed) {
  for (const auto text : {""sv, "-1"sv, "-0"sv, "31536001"sv, "99999999999999999999"sv, "1.5"sv, "366d"sv, "never"sv,
                          " 1"sv, "\xe2\x88\x9e"sv})
    expect_refusal(check_timeout(text), text, {shown(text), "seconds", "0 (none)", "31536000", "1h30m"});
}

TEST(Duration, HasNumbersWithUnits) {
  for (const auto& [text, time] : {std::pair{"1s"sv, std::chrono::milliseconds(1s)},
                                   {"500ms", 500ms},
                                   {"90s", 90s},
                                   {"15m", 15min},
                                   {"2h", 2h},
                                   {"1h30m", 90min},
                                   {"30d", 30 * 24h},
                                   {"8w", 8 * 7 * 24h},
                                   {"1w2d3h4m5s6ms", 219h + 4min + 5s + 6ms},
                                   {"0h5m", 5min},
                                   {"5000w", 5000 * 7 * 24h}}) {
    const auto checked = check_duration(text);
    ASSERT_TRUE(checked) << text;
    EXPECT_EQ(*checked, time) << text;
  }
  for (const auto text :
       {""sv,         "s"sv,     "30"sv,        "0s"sv,          "-1s"sv,    "1.5h"sv,   "1 h"sv,    "1y"sv,
        "1h30"sv,     "1h30x"sv, "30m1h"sv,     "1h1h"sv,        "1hm"sv,    "h1"sv,     "1h 30m"sv, "1H"sv,
        "1000001s"sv, "6000w"sv, "5000w300w"sv, "9999999999d"sv, "1ms500"sv, "5m3ms2s"sv})
    expect_refusal(check_duration(text), text, {shown(text), "500ms, 30s, 15m, 1h30m or 7d"});
}

// ---- Hosts ---------------------------------------------------------------------------------------------------------

TEST(Host, Ipv4AddressesAreAllowed) {
  for (const auto text : {"127.0.0.1"sv, "0.0.0.0"sv, "255.255.255.255"sv, "192.168.1.7"sv})
    EXPECT_EQ(check_host(text).value, text) << text;
}
TEST(Host, BrokenIpv4AddressesAreRefused) {
  for (const auto text : {"256.0.0.1"sv, "1.2.3"sv, "1.2.3.4.5"sv, "1..2.3"sv, "1.2.3."sv, ".1.2.3"sv, "01.2.3.4"sv,
                          "1.2.3.-4"sv, "1.2.3.4 "sv, "0x7f.0.0.1"sv, "2130706433"sv, "1.2.3.4/8"sv})
    expect_refusal(check_host(text), text, {shown(text), "IPv4", "IPv6", "name"});
}
TEST(Host, Ipv6AddressesAreAllowed) {
  for (const auto text : {"::"sv, "::1"sv, "fe80::1"sv, "2001:db8::8:800:200c:417a"sv, "1:2:3:4:5:6:7:8"sv, "1::8"sv,
                          "1:2:3:4:5:6:7::"sv, "::2:3:4:5:6:7:8"sv, "::ffff:192.168.1.7"sv, "1:2:3:4:5:6:1.2.3.4"sv,
                          "ABCD::EF01"sv, "fe80::1%eth0"sv, "fe80::1%3"sv})
    EXPECT_EQ(check_host(text).value, text) << text;
}
TEST(Host, BrokenIpv6AddressesAreRefused) {
  for (const auto text : {":"sv,
                          ":::"sv,
                          "1::2::3"sv,
                          "1:2:3:4:5:6:7"sv,
                          "1:2:3:4:5:6:7:8:9"sv,
                          "1:2:3:4:5:6:7:8::"sv,
                          "12345::"sv,
                          "g::"sv,
                          "::1.2.3"sv,
                          "1.2.3.4::"sv,
                          "1:2:3:4:5:6:7:1.2.3.4"sv,
                          ":1"sv,
                          "1:"sv,
                          "fe80::1%"sv,
                          "fe80::1%eth 0"sv,
                          "fe80::1%eth0/64"sv,
                          "fe80::1%sixteenletters16"sv,
                          "[::1]"sv,
                          "::1%a%b"sv,
                          "1:2:3:4::5:6:7:8"sv})
    expect_refusal(check_host(text), text, {shown(text)});
}
TEST(Host, NamesAreAllowed) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), limits::host_characters);
  for (const auto& text : {"localhost"s, "den"s, "a"s, "example.org"s, "example.org."s, "3com.com"s, "x--y.example"s,
                           "1.2.3.4.example"s, "xn--bcher-kva.example"s, label, longest, longest + "."})
    EXPECT_EQ(check_host(text).value, text) << text;
}
TEST(Host, BrokenNamesAreRefused) {
  for (const auto& text : {""s,
                           " "s,
                           "."s,
                           ".."s,
                           "a..b"s,
                           ".a"s,
                           "-a"s,
                           "a-"s,
                           "a.-b"s,
                           "a-.b"s,
                           "a_b"s,
                           "a b"s,
                           "a/b"s,
                           "a@b"s,
                           "a\nb"s,
                           "a\0b"s,
                           "b\xc3\xbc"
                           "cher.example"s,
                           "12345"s,
                           "example.123"s,
                           std::string(64, 'a'),
                           std::string(64, 'a') + ".b",
                           std::string(254, 'a'),
                           "http://den"s,
                           "*"s,
                           "--port"s})
    EXPECT_FALSE(check_host(text)) << printable(text);
}

// ---- Addresses -----------------------------------------------------------------------------------------------------

struct GoodEndpoint {
  std::string_view text, host;
  std::optional<std::uint16_t> port;
};

TEST(Endpoint, AHostMayHaveAPort) {
  const std::vector<GoodEndpoint> table{
      {"den", "den", {}},
      {"den:1", "den", 1},
      {"example.org.:12345", "example.org.", 12345},
      {"192.168.1.7", "192.168.1.7", {}},
      {"192.168.1.7:65535", "192.168.1.7", 65535},
      {"[::1]", "::1", {}},
      {"[::1]:12345", "::1", 12345},
      {"[fe80::1%eth0]:80", "fe80::1%eth0", 80},
      {"::1", "::1", {}},
      {"fe80::1", "fe80::1", {}},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", {}},
      {"::ffff:1.2.3.4", "::ffff:1.2.3.4", {}},
  };
  for (const auto& row : table) {
    const auto checked = check_endpoint(row.text);
    ASSERT_TRUE(checked) << row.text << ": " << checked.error;
    EXPECT_EQ(checked.value->host, row.host) << row.text;
    EXPECT_EQ(checked.value->port, row.port) << row.text;
  }
}

struct BadEndpoint {
  std::string_view text, idea;
};

TEST(Endpoint, ARefusalNamesThePartThatIsWrong) {
  const std::vector<BadEndpoint> table{
      {"", "is not a host"},
      {":12345", "is not a host"},
      {"den:", "1 to 65535"},
      {"den:0", "1 to 65535"},
      {"den:65536", "\"65536\" is not a port"},
      {"den:http", "\"http\" is not a port"},
      {"den: 80", "1 to 65535"},
      {"[::1]:", "1 to 65535"},
      {"[::1]:0", "1 to 65535"},
      {"[::1", "[2001:db8::7]:12345"},
      {"[::1]x", "[2001:db8::7]:12345"},
      {"[::1]12345", "[2001:db8::7]:12345"},
      {"[", "[2001:db8::7]:12345"},
      {"[]", "[2001:db8::7]"},
      {"[]:80", "[2001:db8::7]"},
      {"[den]:80", "[2001:db8::7]"},
      {"[1.2.3.4]:80", "[2001:db8::7]"},
      {"[[::1]]", "[2001:db8::7]"},
      {"::1]", "is not a host"},
      {"den:80:90", "is not a host"},
      {"::1:12345", "did you mean [::1]:12345?"},
      {"::1:65536", "is not a host"},
      {"user@den", "is not a host"},
      {"http://den:80", "is not a host"},
      {"\x1b[2J:80", "is not a host"},
  };
  for (const auto& row : table) expect_refusal(check_endpoint(row.text), row.text, {row.idea});
}

// ---- Messages ------------------------------------------------------------------------------------------------------

TEST(Message, CleanTextUpToTheLimitIsAllowed) {
  for (const auto& text : {"x"s, " "s, "two\nlines"s, "a\ttab"s, "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"s,
                           "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"s, std::string(limits::message_bytes, 'x')})
    EXPECT_EQ(check_message(text).value, text);
}
TEST(Message, AnEmptyOneIsRefused) { expect_refusal(check_message(""), "", {"empty"}); }
TEST(Message, OneOctetOverTheLimitIsRefusedWithBothNumbers) {
  expect_refusal(check_message(std::string(limits::message_bytes + 1, 'x')), "too long", {"16385", "16384", "bytes"});
}
TEST(Message, TheLimitCountsOctetsNotCharacters) {
  std::string text;
  while (text.size() <= limits::message_bytes) text += "\xe4\xbd\xa0";
  EXPECT_FALSE(check_message(text));
}
TEST(Message, WhatNoTextMayHoldIsRefusedWithWhatIsAllowed) {
  for (const auto text : {"\x1b[2J"sv, "a\rb"sv, "a\0b"sv, "\x7f"sv, "\x80"sv, "\xc2\x9b"sv, "\xe2\x80\xae"sv})
    expect_refusal(check_message(text), text, {"UTF-8", "control characters", "allowed"});
}

}  // namespace
}  // namespace chat
