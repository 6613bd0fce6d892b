// The tables of docs/PROTOCOL.md are those of the code.
#include <chrono>
#include <map>
#include <sstream>

#include "protocol/packets.hpp"
#include "unit/protocol_document.hpp"

namespace chat {
namespace {

// The cells of the table rows under the heading that begins so.
std::vector<std::vector<std::string>> table_rows(const std::string& heading) {
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (const std::string& line : protocol_document()) {
    if (line.starts_with("## ")) inside = line.starts_with(heading);
    if (!inside || !line.starts_with("| ")) continue;
    std::vector<std::string> cells;
    std::istringstream in(line.substr(2));
    for (std::string cell; std::getline(in, cell, '|');) {
      const std::size_t begin = cell.find_first_not_of(' ');
      const std::size_t end = cell.find_last_not_of(' ');
      cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    rows.push_back(cells);
  }
  EXPECT_FALSE(rows.empty()) << heading;
  return rows;
}

TEST(ProtocolDocument, TheGoodbyesAreThoseOfTheCode) {
  std::size_t known = 0;
  for (int value = 0; value <= 255; ++value) known += goodbye_from(static_cast<std::uint8_t>(value)).has_value();
  std::size_t listed = 0;
  for (const auto& cells : table_rows("## 9. Goodbyes")) {
    if (cells[0].find_first_not_of("0123456789") != std::string::npos) continue;
    const auto why = goodbye_from(static_cast<std::uint8_t>(std::stoi(cells[0])));
    ASSERT_TRUE(why) << cells[0];
    EXPECT_EQ(static_cast<std::size_t>(*why), ++listed) << "in order";
    EXPECT_EQ(cells[1], "`" + std::string(goodbye_name(*why)) + "`");
    EXPECT_EQ(cells[2], goodbye_text(*why));
  }
  EXPECT_EQ(listed, known);
}

TEST(ProtocolDocument, ThePacketTypesAreThoseOfTheCode) {
  const std::vector<std::pair<PacketType, std::string>> types{{PacketType::greet, "greet"},
                                                              {PacketType::hello, "hello"},
                                                              {PacketType::join, "join"},
                                                              {PacketType::welcome, "welcome"},
                                                              {PacketType::say, "say"},
                                                              {PacketType::post, "post"},
                                                              {PacketType::gap, "gap"},
                                                              {PacketType::ping, "ping"},
                                                              {PacketType::pong, "pong"},
                                                              {PacketType::goodbye, "goodbye"},
                                                              {PacketType::share, "share"},
                                                              {PacketType::proof, "proof"},
                                                              {PacketType::confirm, "confirm"},
                                                              {PacketType::request, "request"},
                                                              {PacketType::answer, "answer"},
                                                              {PacketType::letter, "letter"},
                                                              {PacketType::refused, "refused"},
                                                              {PacketType::account, "account"},
                                                              {PacketType::name_wanted, "name_wanted"},
                                                              {PacketType::not_stored, "not_stored"},
                                                              {PacketType::history, "history"},
                                                              {PacketType::past, "past"}};
  std::vector<std::pair<PacketType, std::string>> listed;
  for (const auto& cells : table_rows("## 5. Packets"))
    if (cells[0].starts_with("0x"))
      listed.emplace_back(static_cast<PacketType>(std::stoi(cells[0], nullptr, 16)),
                          cells[1].substr(1, cells[1].size() - 2));
  EXPECT_EQ(listed, types);
}

std::string with_commas(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}
std::string seconds(std::chrono::seconds value) { return std::to_string(value.count()) + " s"; }
std::string in_octets(std::uint64_t value) { return with_commas(value) + " bytes"; }

TEST(ProtocolDocument, TheLimitsAreThoseOfTheCode) {
  const std::map<std::string, std::string> values{
      {"tls_deadline", seconds(limits::tls_deadline)},
      {"log_in_deadline", seconds(limits::log_in_deadline)},
      {"stranger_frame_bytes", in_octets(limits::stranger_frame_bytes)},
      {"stranger_frames", with_commas(limits::stranger_frames)},
      {"frame_bytes", in_octets(limits::frame_bytes)},
      {"message_bytes", in_octets(limits::message_bytes)},
      {"topic_bytes", in_octets(limits::topic_bytes)},
      {"rooms_per_client", with_commas(limits::rooms_per_client)},
      {"enter_burst", with_commas(limits::enter_burst)},
      {"rooms_made_burst", with_commas(limits::rooms_made_burst)},
      {"request_burst", with_commas(limits::request_burst)},
      {"place_kept_for", seconds(limits::place_kept_for)},
      {"sealed_overhead", in_octets(limits::sealed_overhead)},
      {"free_guesses", with_commas(limits::free_guesses)},
      {"guess_wait_first", seconds(limits::guess_wait_first)},
      {"guess_wait_last", seconds(limits::guess_wait_last)},
      {"motd_bytes", in_octets(limits::motd_bytes)},
      {"frame_deadline", seconds(limits::frame_deadline)},
      {"write_deadline", seconds(limits::write_deadline)},
      {"ping_after", seconds(limits::ping_after)},
      {"gone_after", seconds(limits::gone_after)},
      {"name_characters", with_commas(limits::name_characters)},
      {"room_characters", with_commas(limits::room_characters)},
      {"backlog_posts", with_commas(limits::backlog_posts)},
      {"max_backlog_posts", with_commas(limits::max_backlog_posts)},
      {"history_posts", with_commas(limits::history_posts)},
      {"history_bytes", in_octets(limits::history_bytes)},
      {"history_burst", with_commas(limits::history_burst)},
      {"store_again", seconds(limits::store_again)},
      {"log_posts", with_commas(limits::log_posts)},
      {"log_bytes", in_octets(limits::log_bytes)},
      {"crowd_members", with_commas(limits::crowd_members)},
      {"rate_burst", with_commas(limits::rate_burst)},
      {"rate_per_second", with_commas(limits::rate_per_second)},
      {"unacknowledged", with_commas(limits::unacknowledged)},
      {"senders_remembered", with_commas(limits::senders_remembered)},
      {"strangers_per_address", with_commas(limits::strangers_per_address)},
      {"connections_per_address", with_commas(limits::connections_per_address)},
      {"members_per_address", with_commas(limits::members_per_address)},
      {"connect_burst", with_commas(limits::connect_burst)},
  };
  std::map<std::string, std::string> listed;
  for (const auto& cells : table_rows("## 4. States"))
    if (cells[0].starts_with('`')) listed[cells[0].substr(1, cells[0].size() - 2)] = cells[1];
  EXPECT_EQ(listed, values);
}

}  // namespace
}  // namespace chat
