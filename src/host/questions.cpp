#include "host/questions.hpp"

#include <iostream>
#include <system_error>

#include "crypto/password.hpp"

namespace chat {

namespace {

// Ends the questions.
struct Leave {
  int exit_code;
};

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
    throw Leave{fail("the input ended before the question was answered", {}, 2)};
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
    fail(error, {}, 2);
    if (!input_is_terminal()) throw Leave{2};
  }
}

// Why nobody can listen on this port now, if somebody else does; empty: nothing is known against it. Whoever starts a
// host shall learn it before he has thought of a password.
std::string taken(const std::string& ip, std::uint16_t port) {
  try {
    const Listener probe(ip, port);
    return {};
  } catch (const std::system_error& error) {
    return error.code() == std::errc::address_in_use ? error.what() : "";
  }
}

std::string take_port(const std::string& text, HostOptions& options) {
  const auto port = text.empty() ? Checked<std::uint16_t>{limits::default_port, {}} : check_port(text);
  options.port = port.value;
  if (!port) return port.error;
  const std::string error = input_is_terminal() ? taken(options.bind, *port) : std::string();
  return error.empty() ? error : error + " - choose another one";
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

int fail(const std::string& what, const std::string& hint, int exit_code) {
  std::cerr << "host: error: " << what << "\n";
  if (!hint.empty()) std::cerr << "host: hint: " << hint << "\n";
  return exit_code;
}

std::optional<int> ask_what_is_missing(LineInput& input, const StopSignals& signals, HostOptions& options) {
  try {
    if (!options.port)
      ask(input, signals, "Enter the port you want to listen on: ", false,
          [&](const std::string& text) { return take_port(text, options); });
    else if (const std::string error = input_is_terminal() ? taken(options.bind, *options.port) : ""; !error.empty())
      return fail(error, port_hint, 1);
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
