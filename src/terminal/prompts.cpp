#include "terminal/prompts.hpp"

#include "terminal/format.hpp"

namespace chat {

namespace {

// The next line of input, however long that takes.
std::string answer(Console& console, Input& input) {
  while (true) {
    if (auto line = input.next()) return std::move(line->text);
    if (input.ended()) {
      console.write(Console::Stream::error, "\n" + error_line("the input ended before the question was answered") +
                                                hint_line("clint --help shows the flags that answer it"));
      throw NoAnswer{2};
    }
    const Console::Woke woke = console.wait(true, Clock::time_point::max());
    if (woke.signal != 0) {
      console.write(Console::Stream::out, "\n");
      throw NoAnswer{128 + woke.signal};
    }
    if (woke.input) input.read();
  }
}

// Asks until `take(answer)` gives no error.
template <class Take>
void ask(Console& console, Input& input, std::string_view question, Take take) {
  while (true) {
    if (!console.write(Console::Stream::out, question)) throw NoAnswer{1};
    const std::string error = take(answer(console, input));
    if (error.empty()) return;
    console.write(Console::Stream::error, error_line(error));
    if (!console.input_is_terminal()) throw NoAnswer{2};
  }
}

}  // namespace

void ask_place(Console& console, Input& input, Options& options) {
  if (!options.host) {
    ask(console, input, "Enter the IP address of the server: ", [&](const std::string& text) {
      const auto place = check_endpoint(text.empty() ? "127.0.0.1" : text);
      if (!place) return place.error;
      options.host = (*place).host;
      if ((*place).port) options.port = (*place).port;
      return std::string();
    });
  }
  if (!options.port) {
    ask(console, input, "Enter the port you want to connect to: ", [&](const std::string& text) {
      const auto port = text.empty() ? Checked<std::uint16_t>{limits::default_port, {}} : check_port(text);
      options.port = port.value;
      return port.error;
    });
  }
}

}  // namespace chat
