#include "terminal/emoji.hpp"

#include <algorithm>
#include <array>

namespace chat {

namespace {

struct Emoji {
  std::string_view name;
  std::string_view sign;
};

// In the order of the octets of their names. Names: those that most chats share; signs: Unicode's.
constexpr std::array emoji_table{
    Emoji{"+1", "👍"},
    Emoji{"-1", "👎"},
    Emoji{"100", "💯"},
    Emoji{"alarm_clock", "⏰"},
    Emoji{"angry", "😠"},
    Emoji{"apple", "🍎"},
    Emoji{"arrow_right", "➡️"},
    Emoji{"art", "🎨"},
    Emoji{"baby", "👶"},
    Emoji{"banana", "🍌"},
    Emoji{"bath", "🛀"},
    Emoji{"beer", "🍺"},
    Emoji{"beers", "🍻"},
    Emoji{"bell", "🔔"},
    Emoji{"bike", "🚲"},
    Emoji{"bird", "🐦"},
    Emoji{"blush", "😊"},
    Emoji{"boat", "⛵"},
    Emoji{"bomb", "💣"},
    Emoji{"book", "📖"},
    Emoji{"boom", "💥"},
    Emoji{"bow", "🙇"},
    Emoji{"bread", "🍞"},
    Emoji{"briefcase", "💼"},
    Emoji{"broken_heart", "💔"},
    Emoji{"bug", "🐛"},
    Emoji{"bulb", "💡"},
    Emoji{"bus", "🚌"},
    Emoji{"cake", "🍰"},
    Emoji{"calendar", "📅"},
    Emoji{"camera", "📷"},
    Emoji{"candle", "🕯️"},
    Emoji{"car", "🚗"},
    Emoji{"cat", "🐱"},
    Emoji{"chart", "📈"},
    Emoji{"check", "✅"},
    Emoji{"cheese", "🧀"},
    Emoji{"chicken", "🐔"},
    Emoji{"clap", "👏"},
    Emoji{"cloud", "☁️"},
    Emoji{"coffee", "☕"},
    Emoji{"computer", "💻"},
    Emoji{"confetti", "🎊"},
    Emoji{"confused", "😕"},
    Emoji{"cookie", "🍪"},
    Emoji{"cool", "😎"},
    Emoji{"cow", "🐮"},
    Emoji{"crown", "👑"},
    Emoji{"cry", "😢"},
    Emoji{"crystal_ball", "🔮"},
    Emoji{"dancer", "💃"},
    Emoji{"dog", "🐶"},
    Emoji{"door", "🚪"},
    Emoji{"dragon", "🐉"},
    Emoji{"ear", "👂"},
    Emoji{"earth", "🌍"},
    Emoji{"egg", "🥚"},
    Emoji{"envelope", "✉️"},
    Emoji{"exclamation", "❗"},
    Emoji{"eyes", "👀"},
    Emoji{"facepalm", "🤦"},
    Emoji{"family", "👪"},
    Emoji{"fire", "🔥"},
    Emoji{"fish", "🐟"},
    Emoji{"flag", "🏁"},
    Emoji{"flower", "🌼"},
    Emoji{"fox", "🦊"},
    Emoji{"frog", "🐸"},
    Emoji{"gear", "⚙️"},
    Emoji{"gem", "💎"},
    Emoji{"ghost", "👻"},
    Emoji{"gift", "🎁"},
    Emoji{"globe", "🌐"},
    Emoji{"grapes", "🍇"},
    Emoji{"grimacing", "😬"},
    Emoji{"grin", "😁"},
    Emoji{"guitar", "🎸"},
    Emoji{"hammer", "🔨"},
    Emoji{"hand", "✋"},
    Emoji{"handshake", "🤝"},
    Emoji{"hankey", "💩"},
    Emoji{"headphones", "🎧"},
    Emoji{"heart", "❤️"},
    Emoji{"heart_eyes", "😍"},
    Emoji{"horse", "🐴"},
    Emoji{"hospital", "🏥"},
    Emoji{"hourglass", "⌛"},
    Emoji{"house", "🏠"},
    Emoji{"hug", "🤗"},
    Emoji{"innocent", "😇"},
    Emoji{"joy", "😂"},
    Emoji{"key", "🔑"},
    Emoji{"kiss", "😘"},
    Emoji{"laughing", "😆"},
    Emoji{"leaf", "🍃"},
    Emoji{"lemon", "🍋"},
    Emoji{"link", "🔗"},
    Emoji{"lock", "🔒"},
    Emoji{"mag", "🔍"},
    Emoji{"mailbox", "📫"},
    Emoji{"mask", "😷"},
    Emoji{"medal", "🏅"},
    Emoji{"memo", "📝"},
    Emoji{"microphone", "🎤"},
    Emoji{"monkey", "🐵"},
    Emoji{"moon", "🌙"},
    Emoji{"mountain", "⛰️"},
    Emoji{"mouse", "🐭"},
    Emoji{"muscle", "💪"},
    Emoji{"mushroom", "🍄"},
    Emoji{"nerd", "🤓"},
    Emoji{"neutral_face", "😐"},
    Emoji{"no_entry", "⛔"},
    Emoji{"ocean", "🌊"},
    Emoji{"ok", "🆗"},
    Emoji{"ok_hand", "👌"},
    Emoji{"owl", "🦉"},
    Emoji{"package", "📦"},
    Emoji{"palm_tree", "🌴"},
    Emoji{"panda", "🐼"},
    Emoji{"party", "🥳"},
    Emoji{"pencil", "✏️"},
    Emoji{"penguin", "🐧"},
    Emoji{"phone", "📞"},
    Emoji{"pig", "🐷"},
    Emoji{"pin", "📌"},
    Emoji{"pizza", "🍕"},
    Emoji{"point_down", "👇"},
    Emoji{"point_left", "👈"},
    Emoji{"point_right", "👉"},
    Emoji{"point_up", "👆"},
    Emoji{"pray", "🙏"},
    Emoji{"question", "❓"},
    Emoji{"rabbit", "🐰"},
    Emoji{"radio", "📻"},
    Emoji{"rage", "😡"},
    Emoji{"rain", "🌧️"},
    Emoji{"rainbow", "🌈"},
    Emoji{"recycle", "♻️"},
    Emoji{"relieved", "😌"},
    Emoji{"robot", "🤖"},
    Emoji{"rocket", "🚀"},
    Emoji{"rofl", "🤣"},
    Emoji{"roll_eyes", "🙄"},
    Emoji{"rose", "🌹"},
    Emoji{"runner", "🏃"},
    Emoji{"sad", "😞"},
    Emoji{"salt", "🧂"},
    Emoji{"santa", "🎅"},
    Emoji{"satellite", "🛰️"},
    Emoji{"scissors", "✂️"},
    Emoji{"scream", "😱"},
    Emoji{"seedling", "🌱"},
    Emoji{"sheep", "🐑"},
    Emoji{"ship", "🚢"},
    Emoji{"shrug", "🤷"},
    Emoji{"skull", "💀"},
    Emoji{"sleeping", "😴"},
    Emoji{"slight_smile", "🙂"},
    Emoji{"smile", "😄"},
    Emoji{"smiley", "😃"},
    Emoji{"smirk", "😏"},
    Emoji{"snail", "🐌"},
    Emoji{"snake", "🐍"},
    Emoji{"snow", "❄️"},
    Emoji{"sob", "😭"},
    Emoji{"soccer", "⚽"},
    Emoji{"sos", "🆘"},
    Emoji{"sparkles", "✨"},
    Emoji{"spider", "🕷️"},
    Emoji{"star", "⭐"},
    Emoji{"stop", "🛑"},
    Emoji{"strawberry", "🍓"},
    Emoji{"stuck_out_tongue", "😛"},
    Emoji{"sun", "☀️"},
    Emoji{"sunglasses", "😎"},
    Emoji{"sushi", "🍣"},
    Emoji{"sweat", "😓"},
    Emoji{"sweat_smile", "😅"},
    Emoji{"tada", "🎉"},
    Emoji{"taxi", "🚕"},
    Emoji{"tea", "🍵"},
    Emoji{"telescope", "🔭"},
    Emoji{"tent", "⛺"},
    Emoji{"thinking", "🤔"},
    Emoji{"thumbsdown", "👎"},
    Emoji{"thumbsup", "👍"},
    Emoji{"ticket", "🎫"},
    Emoji{"tiger", "🐯"},
    Emoji{"tired", "😫"},
    Emoji{"tomato", "🍅"},
    Emoji{"tooth", "🦷"},
    Emoji{"train", "🚆"},
    Emoji{"tree", "🌳"},
    Emoji{"trophy", "🏆"},
    Emoji{"truck", "🚚"},
    Emoji{"turtle", "🐢"},
    Emoji{"umbrella", "☔"},
    Emoji{"unamused", "😒"},
    Emoji{"unicorn", "🦄"},
    Emoji{"unlock", "🔓"},
    Emoji{"upside_down", "🙃"},
    Emoji{"v", "✌️"},
    Emoji{"violin", "🎻"},
    Emoji{"volcano", "🌋"},
    Emoji{"warning", "⚠️"},
    Emoji{"watch", "⌚"},
    Emoji{"watermelon", "🍉"},
    Emoji{"wave", "👋"},
    Emoji{"whale", "🐳"},
    Emoji{"wind", "💨"},
    Emoji{"wine", "🍷"},
    Emoji{"wink", "😉"},
    Emoji{"wolf", "🐺"},
    Emoji{"wrench", "🔧"},
    Emoji{"x", "❌"},
    Emoji{"yum", "😋"},
    Emoji{"zap", "⚡"},
    Emoji{"zipper_mouth", "🤐"},
    Emoji{"zzz", "💤"},
};
static_assert(std::is_sorted(emoji_table.begin(), emoji_table.end(),
                             [](const Emoji& one, const Emoji& other) { return one.name < other.name; }));

const Emoji* first_from(std::string_view name) {
  return std::lower_bound(emoji_table.begin(), emoji_table.end(), name,
                          [](const Emoji& each, std::string_view wanted) { return each.name < wanted; });
}

// The sign of this name; empty: there is none.
std::string_view sign_of(std::string_view name) {
  const auto* const at = first_from(name);
  return at != emoji_table.end() && at->name == name ? at->sign : std::string_view();
}

}  // namespace

std::string with_emoji(std::string_view text) {
  std::string made;
  bool in_code = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '`') in_code = !in_code;
    const std::size_t end = text[at] == ':' && !in_code ? text.find(':', at + 1) : std::string_view::npos;
    const std::string_view sign =
        end == std::string_view::npos ? std::string_view() : sign_of(text.substr(at + 1, end - at - 1));
    if (sign.empty()) {
      made += text[at];
      continue;
    }
    made += sign;
    at = end;
  }
  return made;
}

std::vector<std::string_view> emoji_beginning(std::string_view begin, std::size_t most) {
  std::vector<std::string_view> signs;
  for (const auto* at = first_from(begin);
       at != emoji_table.end() && at->name.starts_with(begin) && signs.size() < most; ++at)
    signs.push_back(at->sign);
  return signs;
}

}  // namespace chat
