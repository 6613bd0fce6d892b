// Whatever shows text on the terminal, writes it to a file or hands it to a script, with hostile text in every field:
// the sequence is there to be read, and nothing is left that acts.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "hostile_payloads.hpp"
#include "terminal/format.hpp"
#include "terminal/json.hpp"
#include "terminal/looks.hpp"
#include "terminal/markup.hpp"
#include "terminal/notice.hpp"
#include "terminal/screen.hpp"
#include "terminal/transcript.hpp"

namespace chat {
namespace {

PostArrived arrived(PostKind kind, const std::string& sender, const std::string& body) {
  PostArrived event;
  event.post.kind = kind;
  event.post.room = sender;
  event.post.sender = sender;
  event.post.body = body;
  return event;
}

constexpr std::array kinds{PostKind::message, PostKind::join,   PostKind::leave, PostKind::crowd,
                           PostKind::notice,  PostKind::action, PostKind::topic, PostKind::rename};

// Without the attributes that clint itself gives to text, and the links: http or https, and nothing in the address that
// could end it.
std::string without_attributes(const std::string& lines) {
  static const std::regex attribute("\x1b\\[(0|1|2|3|4|7|22|23|24|27|36|39|1;7|38;5;[0-9]{1,3})m");
  static const std::regex link(
      "\x1b\\]8;;https?://[-A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,=%]{1,1993}\x1b\\\\([^\x1b\n]*)\x1b\\]8;;\x1b\\\\");
  return std::regex_replace(std::regex_replace(lines, attribute, ""), link, "$1");
}

// One line that cannot do anything, in which the payload can be read.
void expect_harmless(const std::string& lines, const std::string& payload, const char* what) {
  const std::string text = without_attributes(lines);
  EXPECT_TRUE(is_clean_text(text) && text.find('\t') == std::string::npos) << what << ": " << printable(text);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << what << ": " << printable(text);
  EXPECT_NE(text.find(printable(payload)), std::string::npos) << what << ": " << printable(text);
}

TEST(Hostile, PayloadsAreShownByTheirNumbers) {
  EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\u{009b}2J");
  EXPECT_EQ(printable("\x9b"
                      "2J"),
            "\\x9b2J");
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u{202e}");
  for (const std::string& payload : hostile_payloads())
    EXPECT_TRUE(is_clean_text(printable(payload))) << payload.size();
}

TEST(Hostile, C1_TextOfPosts) {
  for (const std::string& payload : hostile_payloads()) {
    for (const PostKind kind :
         {PostKind::message, PostKind::action, PostKind::topic, PostKind::notice, PostKind::rename})
      expect_harmless(post_lines(arrived(kind, "bob", payload)), payload, "post_lines");
    for (const Seal seal : {Seal::late, Seal::missing}) {
      PostArrived event = arrived(PostKind::message, "bob", payload);
      event.seal = seal;
      expect_harmless(post_lines(event), payload, "another seal");
    }
    expect_harmless(motd_lines(payload), payload, "motd");
    expect_harmless(transcript_line(arrived(PostKind::message, "bob", payload)) + "\n", payload, "transcript");
  }
}

TEST(Hostile, C1_WhatIsDamagedOrOfAnotherPasswordIsNotShownAtAll) {
  for (const Seal seal : {Seal::damaged, Seal::repeated, Seal::other_key}) {
    for (const PostKind kind : {PostKind::message, PostKind::action, PostKind::topic}) {
      PostArrived event = arrived(kind, "bob", "\x1b[2Jhello");
      event.seal = seal;
      for (const bool color : {false, true}) {
        Looks looks({true, color, "%H:%M", {}, [](std::time_t) { return std::tm{}; }}, 0);
        for (const std::string& lines : {post_lines(event), looks.post(event, "alice")}) {
          EXPECT_TRUE(is_clean_text(without_attributes(lines)));
          EXPECT_EQ(lines.find("hello"), std::string::npos) << lines;
        }
      }
    }
  }
}

TEST(Hostile, C1_NamesAndRooms) {
  for (const std::string& payload : hostile_payloads()) {
    for (const PostKind kind : {PostKind::message, PostKind::action, PostKind::topic, PostKind::rename})
      expect_harmless(post_lines(arrived(kind, payload, "x")), payload, "post_lines");
    expect_harmless(transcript_line(arrived(PostKind::message, payload, "x")) + "\n", payload, "transcript");
    const std::string number = safety_lines({payload, std::string(71, '1'), false});
    EXPECT_TRUE(is_clean_text(number) && number.find(printable(payload)) != std::string::npos) << printable(number);
    for (const PostKind kind : {PostKind::join, PostKind::leave})
      EXPECT_TRUE(is_clean_text(post_lines(arrived(kind, payload, {}))));
  }
}

// In a link, too, which the terminal is told about.
TEST(Hostile, C1_TextOfLinks) {
  for (const bool color : {false, true}) {
    Looks looks({true, color, "%H:%M", {}, [](std::time_t) { return std::tm{}; }, true}, 0);
    for (const std::string& payload : hostile_payloads()) {
      const std::string shown = printable(payload);
      for (const PostKind kind : {PostKind::message, PostKind::action, PostKind::topic}) {
        const std::string text = "http://a" + payload + "b http://" + payload;
        const PostArrived in_link = arrived(kind, "bob", kind == PostKind::action ? "`" + text + "`" : text);
        const std::string lines = looks.post(in_link, "alice");
        expect_harmless(lines, payload, "link");
        const bool told = lines.find("\x1b]8;;http://a") != std::string::npos;
        EXPECT_EQ(told, !link_address("http://a" + shown + "b").empty()) << printable(lines);
        expect_harmless(looks.past_post(in_link, "alice"), payload, "earlier link");
        expect_harmless(looks.linked(motd_lines(text)), payload, "link of the host");
      }
    }
  }
}

TEST(Hostile, C1_LooksOnATerminal) {
  for (const bool color : {false, true}) {
    Looks looks({true, color, "%H:%M", {}, [](std::time_t) { return std::tm{}; }, true}, 0);
    for (const std::string& payload : hostile_payloads()) {
      for (const PostKind kind : kinds) {
        const bool bare = kind == PostKind::join || kind == PostKind::leave || kind == PostKind::crowd;
        const PostArrived in_text = arrived(kind, "bob", payload);
        if (!bare) expect_harmless(looks.post(in_text, "alice"), payload, "text");
        expect_harmless(looks.post(arrived(kind, payload, "x"), "alice", payload), payload, "name and room");
      }
      LetterArrived letter;
      letter.from = letter.to = "bob";
      letter.text = payload;
      for (const bool own : {false, true}) {
        letter.own = own;
        expect_harmless(looks.letter(letter), payload, "letter");
      }
      letter.from = letter.to = payload;
      expect_harmless(looks.letter(letter), payload, "whose letter");
      letter.seal = Seal::damaged;
      letter.own = false;
      expect_harmless(looks.letter(letter), payload, "whose damaged letter");
      Presences presences;
      PostArrived join = arrived(PostKind::join, payload, {});
      const auto now = Clock::now();
      presences.alone(join, now);
      presences.alone(arrived(PostKind::join, payload + "2", {}), now);
      const auto folded = presences.take(now + 1min);
      ASSERT_TRUE(folded);
      expect_harmless(looks.presences(*folded, payload), payload, "folded");
    }
  }
}

TEST(Hostile, C1_LinesAboutTheConnection) {
  for (const std::string& payload : hostile_payloads()) {
    expect_harmless(lost_line("den:1", {Goodbye::host_stopping, payload}, {1300ms, 1, {}}), payload, "lost");
    expect_harmless(retry_line({1300ms, 2, payload}), payload, "retry");
    expect_harmless(not_stored_line({1, payload}), payload, "not stored");
    expect_harmless(status_text(1, payload) + "\n", payload, "status");
    for (const End end : {End::unreachable, End::unknown_host, End::turned_away, End::not_clint, End::plain_refused,
                          End::no_longer_secure, End::identity_changed, End::not_trusted, End::account_wanted,
                          End::password_unused, End::misbehaves, End::failed}) {
      Ended ended = Ended::because(end, payload);
      ended.known_key = ended.present_key = payload;
      const std::string lines = explain(ended, "den:1", true).lines;
      EXPECT_TRUE(is_clean_text(lines)) << printable(lines);
      EXPECT_NE(lines.find(printable(payload)), std::string::npos) << printable(lines);
    }
    const std::string goodbye = explain(Ended::by(Goodbye::kicked, payload), "den:1", true).lines;
    const std::size_t hint = goodbye.find("\nclint: hint: ") + 1;
    expect_harmless(goodbye.substr(0, hint), payload, "goodbye");
    expect_harmless(goodbye.substr(hint), {}, "hint");
  }
}

// Nothing but ASCII, and whoever reads it has the text again.
TEST(Hostile, C6_Json) {
  for (const std::string& payload : hostile_payloads()) {
    PastArrived past;
    past.posts = {arrived(PostKind::message, payload, payload)};
    LoggedIn in;
    in.name = in.motd = payload;
    LetterArrived letter;
    letter.from = letter.to = letter.text = letter.status_text = payload;
    letter.own = true;
    const std::vector<Event> events{past,
                                    in,
                                    letter,
                                    LetterFailed{1, payload, payload, payload},
                                    Refusal{1, payload},
                                    RoomEntered{payload, false, false, 1, {}},
                                    RoomRefused{payload, Result::failed, payload},
                                    RoomLeft{payload, payload, 0}};
    std::vector<std::string> lines{json_lines(payload)};
    for (const Event& event : events) lines.push_back(json_line(event));
    for (const PostKind kind : kinds) lines.push_back(json_line(arrived(kind, payload, payload)));
    for (const std::string& line : lines) {
      EXPECT_TRUE(std::all_of(line.begin(), line.end() - 1, [](char c) { return c >= 0x20 && c < 0x7f; })) << line;
      EXPECT_EQ(line.back(), '\n');
      const auto object = nlohmann::json::parse(line);
      for (const char* field : {"text", "motd", "sender", "name", "why", "room"})
        if (is_clean_text(payload) && object.contains(field) && object["event"] != "leave") {
          EXPECT_EQ(object[field], payload) << line;
        }
    }
    if (payload.starts_with('\x1b')) {
      EXPECT_NE(lines[0].find("\\u001b"), std::string::npos) << lines[0];
    }
  }
}

TEST(Hostile, C1_TheDesktopsNotificationEndsWhereWeEndIt) {
  static const std::regex whole("\x1b\\](9;|777;notify;)[^\x07\x1b]*\x07");
  for (const std::string& payload : hostile_payloads()) {
    const std::string made = notice_sequence(Notice::desktop, payload, payload);
    const std::string left = std::regex_replace(made, whole, "");
    EXPECT_TRUE(left.empty()) << printable(made);
  }
}

// Where rows are wrapped a sequence could be put together again, or be cut so that its beginning is taken for text.
TEST(Hostile, C2_WrappedAtEveryColumn) {
  static const std::regex own("\x1b\\[(\\d*[ABCJK]|2m|0m)");
  for (const std::string& payload : {std::string("\x1b[2J\x1b]0;PWN\x07\xc2\x9b"
                                                 "31m"),
                                     std::string("\xe2\x80\xae\x1b[6n")}) {
    for (int columns = 3; columns <= 40; ++columns) {
      Screen screen({columns, 30}, true, true);
      screen.show();
      InputArea area{{payload + payload}, payload, "ab" + payload + "cd", 4};
      std::string octets = screen.update(area);
      octets += screen.print("line\n", area) + screen.resize({columns + 1, 20}) + screen.again();
      octets = std::regex_replace(octets, own, "");
      std::erase(octets, '\r');
      EXPECT_TRUE(is_clean_text(octets)) << columns << ": " << printable(octets);
      if (columns == 40) {
        EXPECT_NE(octets.find(printable(payload).substr(0, 7)), std::string::npos) << printable(octets);
      }
    }
  }
}

}  // namespace
}  // namespace chat
