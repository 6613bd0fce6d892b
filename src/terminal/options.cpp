#include "terminal/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "crypto/password.hpp"
#include "net/secrets.hpp"
#include "settings/settings.hpp"
#include "terminal/format.hpp"
#include "terminal/notice.hpp"
#include "terminal/pattern.hpp"
#include "terminal/preferences.hpp"

namespace chat {

namespace {

// A value that cannot be used.
struct UsageError {
  std::string text;
};

// The checked value, or a UsageError that names where it came from.
template <class T>
T use(Checked<T> checked, const std::string& flag) {
  if (!checked) throw UsageError{flag + ": " + checked.error};
  return std::move(*checked.value);
}

struct Texts {
  std::string place, host, port, name, timeout, forget, room, send, wait;
};

bool is_set(const char* variable) {
  return std::getenv(variable) != nullptr;  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
}

// HOST[:PORT] outranks the variables, but contradicts the flags.
void settle_place(const CLI::App& app, const Texts& texts, ClintOptions& options) {
  const bool host_flag = app.count("--host") > 0 && !is_set("CLINT_HOST");
  const bool port_flag = app.count("--port") > 0 && !is_set("CLINT_PORT");
  if (app.count("--host") > 0) options.host = use(check_host(texts.host), "--host");
  if (app.count("--port") > 0) options.port = use(check_port(texts.port), "--port");
  if (app.count("HOST") == 0) return;
  // As ssh has it.
  if (const std::size_t at = texts.place.find('@'); at != std::string::npos) {
    const std::string name = texts.place.substr(0, at);
    const std::string host = texts.place.substr(at + 1);
    if (check_name(name) && check_endpoint(host))
      throw UsageError{chat::quoted(texts.place) + " is not a host; did you mean clint " + host + " --name " + name +
                       "?"};
  }
  const Endpoint place = use(check_endpoint(texts.place), "HOST");
  if (host_flag) throw UsageError{"the host is given twice: " + printable(texts.place) + " and --host"};
  if (place.port && port_flag) throw UsageError{"the port is given twice: " + printable(texts.place) + " and --port"};
  options.host = place.host;
  if (place.port || !options.port) options.port = place.port.value_or(limits::default_port);
}

// What stands for HOST there: CLI11 knows its name alone, and nothing once it is left to --help-all.
struct Usage : CLI::Formatter {
  std::string make_option_usage(const CLI::Option*) const override { return "[HOST[:PORT]]"; }
};

}  // namespace

ClintCommandLine read_clint_options(int argc, char** argv) {
  std::optional<Secret> given = take_argument(argc, argv, "--password");
  std::optional<Secret> earlier = take_argument(argc, argv, "--also-password");
  const bool was_argument = given || earlier;
  if (auto variable = take_variable("CLINT_ALSO_PASSWORD"); variable && !earlier) earlier = std::move(variable);
  std::optional<Secret> of_account = take_variable("CLINT_ACCOUNT_PASSWORD");
  if (auto variable = take_variable("CLINT_PASSWORD"); variable && !given) given = std::move(variable);
  ClintCommandLine result;
  ClintOptions options;
  options.password_was_argument = was_argument;
  Texts texts;
  bool no_echo = false;
  std::string password;  // a place holder: the secret itself was taken out of the argument list
  std::string also_password;
  std::string password_file;
  std::string kdf;
  std::string away_after;
  CLI::App app("Joins a chat. Asks for the address (empty: 127.0.0.1) and the port (empty: 12345).", "clint");
  app.set_version_flag("--version", std::string("clint ") + CLINT_VERSION, "Shows the version");
  app.add_option("HOST", texts.place, "HOST, HOST:PORT or [IPv6]:PORT; the port is 12345 then")
      ->group(seldom_used)
      ->option_text(" ");
  app.add_option("--host", texts.host, "Name or address of the host")->option_text("H")->envname("CLINT_HOST");
  app.add_option("--port", texts.port, "1 to 65535")->option_text("N")->default_str("12345")->envname("CLINT_PORT");
  app.add_option("--name", texts.name, "How others see you; by default clint1, clint2 ...")
      ->option_text("NAME")
      ->envname("CLINT_NAME");
  app.add_option("--room", texts.room, "Enter this room, and talk there")->option_text("ROOM")->envname("CLINT_ROOM");
  app.add_option(
         "--timeout", texts.timeout,
         "Seconds to connect (10), and at the end of input to wait\nfor the host to take the rest (at least 30);"
         " 0: no limit")
      ->option_text("S")
      ->default_str("10")
      ->envname("CLINT_TIMEOUT");
  app.add_flag("--tls", options.tls, "Only with encryption")->option_text(" ")->envname("CLINT_TLS");
  app.add_flag("--tls-insecure", options.tls_insecure,
               "The same, without checking who the host is; one that asked for a password has to be the same")
      ->option_text(" ")
      ->envname("CLINT_TLS_INSECURE");
  app.add_option("--cert", options.cert, "Trust this certificate (PEM) and no other")
      ->option_text("FILE")
      ->envname("CLINT_CERT");
  app.add_flag("--plain", options.plain, "Go on without encryption though there is a password")
      ->option_text(" ")
      ->envname("CLINT_PLAIN");
  // Its variable was taken above.
  auto* password_flag = app.add_option("--password", password, "The host's password; better: --password-file")
                            ->option_text("TEXT")
                            ->envname("CLINT_PASSWORD");
  app.add_option("--password-file", password_file, "Its first line is the password; - is stdin")
      ->option_text("FILE")
      ->envname("CLINT_PASSWORD_FILE")
      ->excludes(password_flag);
  app.add_option("--also-password", also_password, "An earlier one, to read what was sealed with it")
      ->option_text("TEXT")
      ->envname("CLINT_ALSO_PASSWORD");
  app.add_option("--make-verifier", options.make_verifier, "Write a blind host's file, then exit")
      ->group(seldom_used)
      ->option_text("FILE")
      ->envname("CLINT_MAKE_VERIFIER");
  app.add_option("--kdf", kdf, "With it, and for new rooms: normal, or small (half the memory)")
      ->group(seldom_used)
      ->option_text("KIND")
      ->default_str("normal")
      ->envname("CLINT_KDF")
      ->check(one_of({"normal", "small"}));
  app.add_option("--backlog", options.backlog, "Show so many lines from before (50; in a script 0)")
      ->option_text("N")
      ->default_str("50")
      ->envname("CLINT_BACKLOG")
      ->check(whole_number(0U, 100'000U));
  app.add_option("--forget", texts.forget, "Forget the host's key, then exit")
      ->group(seldom_used)
      ->option_text("HOST[:PORT]")
      ->envname("CLINT_FORGET");
  app.add_flag("--no-echo", no_echo, "Do not show my own messages")->option_text(" ")->envname("CLINT_NO_ECHO");
  app.add_flag("--quiet", options.quiet, "No status lines such as \"Connected to\"; errors stay")
      ->option_text(" ")
      ->envname("CLINT_QUIET");
  app.add_flag("--yes", options.yes, "Yes to pastes and to leaving; never to a host's key: that is asked")
      ->option_text(" ")
      ->envname("CLINT_YES");
  app.add_flag("--line-history", options.line_history, "Keep the lines you type for the next time, as plain text")
      ->option_text(" ")
      ->envname("CLINT_LINE_HISTORY");
  app.add_option("--color", options.color, "auto (the default), always or never")
      ->option_text("WHEN")
      ->check(one_of(values_of("color")))
      ->capture_default_str()
      ->envname("CLINT_COLOR");
  app.add_option("--notify", options.notify, "When you are named and look elsewhere: bell (default), desktop, off")
      ->option_text("HOW")
      ->check(one_of(values_of("notify")))
      ->capture_default_str()
      ->envname("CLINT_NOTIFY");
  app.add_option("--notify-on", options.notify_on, "By private messages: pm; your name, too: mention; all; off")
      ->group(seldom_used)
      ->option_text("WHAT")
      ->check(one_of(values_of("notify-on")))
      ->capture_default_str()
      ->envname("CLINT_NOTIFY_ON");
  app.add_option("--notify-rooms", options.notify_rooms, "Where it is otherwise: ops=all @bob=off")
      ->group(seldom_used)
      ->option_text("LEVELS")
      ->envname("CLINT_NOTIFY_ROOMS");
  app.add_option("--notify-words", options.notify_words, "Words that count like your name")
      ->group(seldom_used)
      ->option_text("WORDS")
      ->envname("CLINT_NOTIFY_WORDS");
  app.add_option("--sound", options.sound, "Play this file then, too")
      ->group(seldom_used)
      ->option_text("FILE")
      ->envname("CLINT_SOUND");
  app.add_option("--joins", options.joins, "Who comes and goes: folded (default), all, off")
      ->group(seldom_used)
      ->option_text("HOW")
      ->check(one_of(values_of("joins")))
      ->capture_default_str()
      ->envname("CLINT_JOINS");
  app.add_option("--theme", options.theme, "Colours of names: default, dark, light, mono")
      ->group(seldom_used)
      ->option_text("NAME")
      ->check(one_of(values_of("theme")))
      ->capture_default_str()
      ->envname("CLINT_THEME");
  app.add_option("--links", options.links, "Tell the terminal which text is a link: auto (default), always, never")
      ->group(seldom_used)
      ->option_text("WHEN")
      ->check(one_of(values_of("links")))
      ->capture_default_str()
      ->envname("CLINT_LINKS");
  app.add_flag("--plain-lines", options.plain_lines, "Lines alone, without times and colours: for a screen reader")
      ->group(seldom_used)
      ->option_text(" ")
      ->envname("CLINT_PLAIN_LINES");
  app.add_option("--time-format", options.time_format, "Of the times on a terminal, as strftime has it; %H:%M")
      ->group(seldom_used)
      ->option_text("F")
      ->capture_default_str()
      ->envname("CLINT_TIME_FORMAT");
  app.add_option("--away-after", away_after, "Shown as away without a line for so long: 90s, 15m; 0: never")
      ->group(seldom_used)
      ->option_text("TIME")
      ->default_str("15m")
      ->envname("CLINT_AWAY_AFTER");
  app.add_flag("--plain-commands", options.plain_commands, "Commands like join and msg do without the slash")
      ->group(seldom_used)
      ->option_text(" ")
      ->envname("CLINT_PLAIN_COMMANDS");
  app.add_option("--send", texts.send, "Say this, and leave when the host has stored it")
      ->option_text("TEXT")
      ->envname("CLINT_SEND");
  app.add_option("--wait", texts.wait,
                 "Leave when this pattern finds what is said; waits for ever, or --timeout S (then exit code 1)")
      ->option_text("REGEX")
      ->envname("CLINT_WAIT");
  app.add_flag("--json", options.json, "For scripts: a JSON object for each event, and from each line")
      ->option_text(" ")
      ->envname("CLINT_JSON");
  app.add_option("--exec", options.exec, "Run a bot: it reads what is said, and says what it prints")
      ->option_text("COMMAND")
      ->envname("CLINT_EXEC");
  app.formatter(std::make_shared<Usage>());
  app.get_formatter()->column_width(24);
  app.footer(
      "Exit codes: 0 all was done, 1 network, or in a script something was not done, 2 usage,\n"
      "3 wrong password, 4 the host's identity changed or is not trusted, 5 refused, 130 Ctrl-C.\n"
      "Examples:\n"
      "  clint                                asks where to go\n"
      "  clint 192.168.1.7 --name alice       the usual port\n"
      "  echo \"build done\" | clint den:4000   sends a line, returns when it is stored; with a\n"
      "                                       password: --password-file FILE or CLINT_PASSWORD");
  Settings settings(
      app, {"clint", "clint.toml", "chats with everybody on a Clint host", true, {"password", "also-password"}});
  try {
    auto arguments = settings.arguments(argc, argv);
    if (!arguments) throw UsageError{arguments.error};
    std::reverse(arguments.value->begin(), arguments.value->end());  // as CLI11 wants them
    app.parse(*arguments.value);
    if (result.out = settings.output(); !result.out.empty()) return result;
    options.settings_file = settings.file().string();
    options.servers = settings.servers();
    settle_place(app, texts, options);
    if (app.count("--room") > 0) options.room = use(check_room(texts.room), "--room");
    if (app.count("--name") > 0) options.name = use(check_name(texts.name), "--name");
    if (app.count("--timeout") > 0) {
      options.patience = options.timeout = use(check_timeout(texts.timeout), "--timeout");
      if (options.timeout > 0s) options.wait_for = options.timeout;
    }
    use(rooms_in(options.notify_rooms), "--notify-rooms");
    use(check_time_format(options.time_format), "--time-format");
    if (app.count("--forget") > 0) options.forget = use(check_endpoint(texts.forget), "--forget");
    options.echo = !no_echo && options.exec.empty();
    if (app.count("--send") > 1) throw UsageError{"--send says one line - more than one go in by standard input"};
    if (app.count("--send") > 0) options.send = use(check_message(clean_text(texts.send)), "--send");
    if (app.count("--wait") > 0) {
      use(Pattern::of(texts.wait), "--wait");
      options.wait = texts.wait;
    }
    if (options.send && !options.exec.empty()) throw UsageError{"--send and --exec do not go together"};
    options.small_kdf = kdf == "small";
    if (!away_after.empty()) options.away_after = use(read_away_after(away_after), "--away-after");
    if (!password_file.empty()) given = use(read_secret_file(password_file), "--password-file");
    options.also_password = std::move(earlier);
    options.account_password = std::move(of_account);
    if (given) {
      const std::string error = password_error(*given);
      if (!error.empty()) throw UsageError{error};
      options.password = std::move(given);
    }
    result.options = std::move(options);
  } catch (const CLI::Success& done) {  // --help and --version
    std::ostringstream out;
    app.exit(done, out, out);
    result.out = out.str();
  } catch (const CLI::ParseError& error) {
    result.err = error_line(settings.wrong(error)) + hint_line("clint --help-all lists every flag");
    result.exit_code = 2;
  } catch (const UsageError& error) {
    result.err = error_line(settings.located(error.text)) + hint_line("clint --help-all lists every flag");
    result.exit_code = 2;
  }
  return result;
}

}  // namespace chat
