// TLS as a codec: what is changed on the way is never read.
#include "net/tls.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace chat {
namespace {

using Step = TlsCodec::Step;

// Two ends of one connection in memory, after the handshake.
struct TlsPair {
  static const TlsContext& host_side() {
    static const auto context = TlsContext::host_self_signed({"localhost"});
    return *context;
  }
  static const TlsContext& client_side() {
    static const auto context = TlsContext::client();
    return *context;
  }
  TlsCodec host{host_side(), {}};
  TlsCodec client{client_side(), "localhost"};

  TlsPair() {
    Step asked = Step::want_input;
    Step answered = Step::want_input;
    for (int flight = 0; flight < 4 && answered != Step::ok; ++flight) {
      asked = client.handshake();
      std::string octets = std::exchange(client.output(), {});
      host.feed(octets);
      answered = host.handshake();
      octets = std::exchange(host.output(), {});
      client.feed(octets);
      client.handshake();
    }
    EXPECT_EQ(asked, Step::ok);
    EXPECT_EQ(answered, Step::ok);
  }

  std::string record(const std::string& text) {
    EXPECT_EQ(client.write(text).step, Step::ok);
    return std::exchange(client.output(), {});
  }
};

TEST(Tls, OfARecordOfWhichABitWasFlippedNothingIsRead) {
  const std::string text = "what is said";
  const std::size_t size = TlsPair().record(text).size();
  ASSERT_EQ(size, 5 + text.size() + 1 + 16);  // header, type, tag
  std::array<char, 20000> read{};
  for (std::size_t octet = 0; octet < size; ++octet) {
    for (unsigned bit = octet < 5 ? 0 : octet % 8; bit < 8; bit += octet < 5 ? 1 : 8) {
      TlsPair pair;
      std::string record = pair.record(text);
      record[octet] = static_cast<char>(record[octet] ^ 1 << bit);
      record += pair.record(std::string(16384, 'x'));  // whatever is missing of a longer record
      pair.host.feed(record);
      EXPECT_EQ(pair.host.read(read).step, Step::failed) << "octet " << octet << ", bit " << bit;
    }
  }
}

TEST(Tls, ARecordThatIsMissingDoubledOrExchangedEndsTheConnection) {
  std::array<char, 64> read{};
  const auto outcome = [&](auto arrange) {
    TlsPair pair;
    const std::string one = pair.record("one");
    const std::string two = pair.record("two");
    const std::string octets = arrange(one, two);
    pair.host.feed(octets);
    std::string text;
    TlsCodec::Result result;
    while ((result = pair.host.read(read)).step == Step::ok) text.append(read.data(), result.bytes);
    return std::pair(text, result.step);
  };
  EXPECT_EQ(outcome([](auto one, auto two) { return one + two; }), std::pair(std::string("onetwo"), Step::want_input));
  EXPECT_EQ(outcome([](auto, auto two) { return two; }), std::pair(std::string(), Step::failed));
  EXPECT_EQ(outcome([](auto one, auto two) { return two + one; }), std::pair(std::string(), Step::failed));
  EXPECT_EQ(outcome([](auto one, auto two) { return one + one + two; }), std::pair(std::string("one"), Step::failed));
  EXPECT_EQ(outcome([](auto one, auto two) { return one + two + one; }),
            std::pair(std::string("onetwo"), Step::failed));
}

TEST(Tls, BothSidesOfAConnectionAreBoundToTheSameAndNoOther) {
  TlsPair one;
  TlsPair other;
  EXPECT_EQ(one.host.binding().exporter, one.client.binding().exporter);
  EXPECT_EQ(one.host.binding().certificate, one.client.binding().certificate);
  EXPECT_NE(one.client.binding().exporter, other.client.binding().exporter);
  EXPECT_EQ(one.client.binding().certificate, other.client.binding().certificate);
}

TEST(Tls, ACertificateOfItsOwnMakingIsShownAndNotVouchedFor) {
  HostCertificate shown;
  {
    const TlsPair pair;
    shown = pair.client.host_certificate();
  }
  EXPECT_EQ(shown.fingerprint(), TlsPair::host_side().fingerprint());
  EXPECT_NE(shown.fault().value_or("").find("self"), std::string::npos) << "after its connection, too";
  EXPECT_EQ(HostCertificate().fingerprint(), "");
  EXPECT_TRUE(HostCertificate().fault());
}

}  // namespace
}  // namespace chat
