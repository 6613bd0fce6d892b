#include "host/questions.hpp"

#include <iostream>

#include "crypto/password.hpp"

namespace chat {

namespace {

// Ends the questions.
struct Leave {
  int exit_code;
};

void say_error(const std::string& sentence) { std::cerr << "host: error: " << sentence << "\n" << std::flush; }

std::string answer(LineInput& input, const StopSignals& signals, const char* question, bool secret) {
  std::optional<EchoOff> echo_off;
  if (secret && input_is_terminal()) echo_off.emplace(question);  // first: what is typed at once shall not be seen
  std::cout << question << std::flush;
  std::string line;
  const auto outcome = input.next(line, Clock::time_point::max(), &signals.waker());
  if (outcome == LineInput::Outcome::woken) {
    std::cout << "\n" << std::flush;
    throw Leave{signals.interrupted() ? 130 : 143};
  }
  if (!input_is_terminal() || outcome != LineInput::Outcome::line) std::cout << "\n" << std::flush;
  if (outcome == LineInput::Outcome::end && input_is_terminal()) {  // Ctrl-D; a pipe that ends takes the defaults
    say_error("the input ended before the question was answered");
    throw Leave{2};
  }
  if (outcome == LineInput::Outcome::too_long) return "?";  // nothing that is asked for
  return outcome == LineInput::Outcome::end ? std::string() : line;
}

// Asks until take(answer) gives no error.
template <class Take>
void ask(LineInput& input, const StopSignals& signals, const char* question, bool secret, Take take) {
  while (true) {
    const std::string error = take(answer(input, signals, question, secret));
    if (error.empty()) return;
    say_error(error);
    if (!input_is_terminal()) throw Leave{2};
  }
}

std::string take_password(std::string&& text, HostOptions& options) {
  if (text.empty()) {
    options.password = random_password();
    std::cout << "The password is " << options.password->view() << "  (shown this once: pass it on)\n" << std::flush;
    return {};
  }
  Secret password(text);
  volatile char* octets = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) octets[i] = '\0';
  std::string error = password_error(password);
  if (error.empty()) options.password = std::move(password);
  return error;
}

}  // namespace

std::optional<int> ask_what_is_missing(LineInput& input, const StopSignals& signals, HostOptions& options) {
  try {
    if (!options.port)
      ask(input, signals, "Enter the port you want to listen on: ", false, [&](const std::string& text) {
        const auto port = text.empty() ? Checked<std::uint16_t>{limits::default_port, {}} : check_port(text);
        options.port = port.value;
        return port.error;
      });
    if (!options.security)
      ask(input, signals, "Encrypt the communication? [y/N]: ", false, [&](const std::string& text) -> std::string {
        if (text == "y" || text == "Y" || text == "yes")
          options.security = Security::password;
        else if (text.empty() || text == "n" || text == "N" || text == "no")
          options.security = Security::plain;
        else
          return "please answer y or n";
        return {};
      });
    if (options.security == Security::password && !options.password && options.verifier_file.empty())
      ask(input, signals, "Set password: ", true,
          [&](std::string text) { return take_password(std::move(text), options); });
    return std::nullopt;
  } catch (const Leave& leave) {
    return leave.exit_code;
  }
}

}  // namespace chat
