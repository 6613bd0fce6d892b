#include "host/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>

#include "crypto/password.hpp"
#include "net/secrets.hpp"
#include "settings/settings.hpp"

namespace chat {

namespace {

constexpr const char* examples = R"(
A flag that is given is not asked for. Every flag is also a variable, such as CLINT_HOST_PORT;
the password is in CLINT_PASSWORD.

Examples:
  host                         asks for the port (empty answer: 12345)
  host --port 12345 --secure   asks for a password; whoever knows it can join
  host --port 12345 --plain    asks nothing, no encryption
  host --port 12345 --tls      encrypted, with a certificate of its own making
  host --port 12345 --data den keeps what is said in the folder den
  host --port 12345 --bind 127.0.0.1 --motd welcome.txt --log-file host.log)";

// Hands a checker of net_utils to CLI11: an empty string means good.
template <class Check>
CLI::Validator valid(Check check, const std::string& name) {
  return CLI::Validator([check](std::string& text) { return check(text).error; }, name);
}

// Messages a second; 0 for "off".
Checked<double> check_rate(const std::string& text) {
  if (text == "off") return {0.0, {}};
  int rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error == std::errc{} && end == text.data() + text.size() && rate >= 1 && rate <= 100'000) return {rate, {}};
  return {std::nullopt, "a rate is a whole number of messages a second from 1 to 100000, or off"};
}

// "30d" and the like: how old a post may get; "10G" and the like: how large the file. Sets one of the two.
std::string read_keep(const std::string& text, Keep& keep) {
  constexpr std::uint64_t kib = 1024;
  static const std::map<std::string, std::uint64_t> bytes{{"k", kib},        {"kB", kib},       {"KB", kib},
                                                          {"M", kib << 10},  {"MB", kib << 10}, {"G", kib << 20},
                                                          {"GB", kib << 20}, {"T", kib << 30},  {"TB", kib << 30}};
  constexpr std::uint64_t most = 100'000;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  if (error == std::errc{} && number >= 1 && number <= most && bytes.contains(unit)) {
    keep.bytes = number * bytes.at(unit);
    return {};
  }
  const auto age = check_duration(text);
  if (!age || *age < 1h) return "an age from 1h such as 12h, 30d or 8w, or a size such as 500k, 64M or 10G";
  keep.age = std::chrono::floor<std::chrono::seconds>(*age);
  return {};
}

std::string read_motd(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw CLI::ValidationError("--motd", "cannot read " + file);
  if (text.str().size() > limits::motd_bytes)
    throw CLI::ValidationError("--motd", file + " has more than " + std::to_string(limits::motd_bytes) + " bytes");
  std::string clean = clean_text(text.str());
  while (clean.ends_with('\n')) clean.pop_back();
  return clean;
}

}  // namespace

HostCommandLine read_host_options(int argc, char** argv, bool again) {
  std::optional<Secret> given = again ? std::nullopt : take_argument(argc, argv, "--password");
  const bool was_argument = given.has_value();
  if (auto variable = again ? std::nullopt : take_variable("CLINT_PASSWORD"); variable && !given)
    given = std::move(variable);
  HostOptions options;
  options.password_was_argument = was_argument;
  std::string port;
  std::string timeout;
  std::string grace;
  std::string motd_file;
  std::string level;
  std::string rate;
  std::string durability;
  std::string accounts;
  std::vector<std::string> keep;
  bool plain = false;
  bool tls_only = false;
  bool secure = false;
  std::string password;  // a place holder: the secret itself was taken out of the argument list
  std::string password_file;
  std::string kdf;
  CLI::App app("The host of a Clint chat: others join it with clint.", "host");
  app.set_version_flag("--version", "host " CLINT_VERSION, "Shows the version");
  app.get_formatter()->column_width(24);
  app.footer(examples);
  app.add_option("--bind", options.bind, "Listen on this address only (default: all, IPv4 and IPv6)")
      ->option_text("IP")
      ->envname("CLINT_HOST_BIND")
      ->check(valid(check_host, "IP"));
  app.add_option("--port", port, "Listen on this port, 1-65535, or auto (default: asks; 12345)")
      ->option_text("PORT")
      ->default_str("12345")
      ->envname("CLINT_HOST_PORT")
      ->check(valid(
          [](const std::string& text) {
            return text == "auto" ? Checked<std::uint16_t>{std::uint16_t{0}, {}} : check_port(text);
          },
          "PORT"));
  app.add_option("--timeout", timeout,
                 "End sessions that say nothing for so long: seconds, or 1h30m (default: 0, none)")
      ->option_text("S")
      ->default_str("0")
      ->envname("CLINT_HOST_TIMEOUT")
      ->check(valid(check_timeout, "S"));
  app.add_option("--grace", grace,
                 "Keep the place of a client whose connection was lost for so many seconds (default: 30)")
      ->option_text("S")
      ->default_str("30")
      ->envname("CLINT_HOST_GRACE")
      ->check(valid(check_timeout, "S"));
  auto* plain_flag =
      app.add_flag("--plain", plain, "No encryption (the default)")->option_text(" ")->envname("CLINT_HOST_PLAIN");
  auto* tls =
      app.add_flag("--tls", tls_only, "Encrypt with TLS 1.3, no password")->option_text(" ")->envname("CLINT_HOST_TLS");
  auto* secure_flag = app.add_flag("--secure", secure, "A password to join, messages sealed with it (default: asks)")
                          ->option_text(" ")
                          ->envname("CLINT_HOST_SECURE");
  // Its variable was taken above.
  auto* password_flag = app.add_option("--password", password, "The password; better: --password-file")
                            ->option_text("TEXT")
                            ->envname("CLINT_PASSWORD");
  auto* file_flag = app.add_option("--password-file", password_file, "Its first line is the password; - is stdin")
                        ->option_text("FILE")
                        ->envname("CLINT_HOST_PASSWORD_FILE");
  auto* verifier_flag = app.add_option("--verifier", options.verifier_file,
                                       "Blind host: admit by this file of clint --make-verifier, read nothing")
                            ->option_text("FILE")
                            ->envname("CLINT_HOST_VERIFIER");
  app.add_option("--kdf", kdf, "How hard a guess is: normal, or small (half the memory) (default: normal)")
      ->group(seldom_used)
      ->option_text("KIND")
      ->default_str("normal")
      ->envname("CLINT_HOST_KDF")
      ->check(one_of({"normal", "small"}));
  tls->excludes(plain_flag);
  for (auto* flag : {secure_flag, password_flag, file_flag, verifier_flag}) flag->excludes(plain_flag)->excludes(tls);
  password_flag->excludes(file_flag)->excludes(verifier_flag);
  file_flag->excludes(verifier_flag);
  auto* cert =
      app.add_option("--cert", options.cert_file, "Certificate chain, PEM (default: a self-signed one is made)")
          ->option_text("FILE")
          ->envname("CLINT_HOST_CERT");
  auto* key = app.add_option("--key", options.key_file, "Its key, PEM, readable by you alone")
                  ->option_text("FILE")
                  ->envname("CLINT_HOST_KEY");
  cert->needs(key)->excludes(plain_flag);
  key->needs(cert);
  app.add_option("--max-clients", options.max_clients, "At most so many at once (default: 10000)")
      ->option_text("N")
      ->capture_default_str()
      ->envname("CLINT_HOST_MAX_CLIENTS")
      ->check(whole_number(1U, 1'000'000U));
  app.add_option("--per-address", options.per_address,
                 "At most so many from one address (default: 32, with a password 512)")
      ->option_text("N")
      ->envname("CLINT_HOST_PER_ADDRESS")
      ->check(whole_number(1U, 1'000'000U));
  app.add_option("--motd", motd_file, "Greet newcomers with this text")
      ->option_text("FILE")
      ->envname("CLINT_HOST_MOTD");
  app.add_option("--log-file", options.log_file, "Log to this file, rotated at 10 MiB (default: stderr)")
      ->option_text("FILE")
      ->envname("CLINT_HOST_LOG_FILE");
  app.add_option("--log-level", level, "debug, info, warning, error or off (default: info in a file, else warning)")
      ->option_text("LEVEL")
      ->default_str("warning")
      ->envname("CLINT_HOST_LOG_LEVEL")
      ->check(one_of({"debug", "info", "warning", "error", "off"}));
  app.add_flag("--quiet", options.quiet, "Do not show the chat here")->option_text(" ")->envname("CLINT_HOST_QUIET");
  app.add_option("--rate", rate, "Messages a second of one client before it is slowed, or off (default: 20)")
      ->option_text("N")
      ->default_str("20")
      ->envname("CLINT_HOST_RATE")
      ->check(valid(check_rate, "N"));
  auto* data = app.add_option("--data", options.data, "Keep what is said, in this folder (default: in memory only)")
                   ->option_text("DIR")
                   ->envname("CLINT_HOST_DATA");
  app.add_option("--durability", durability, "What a stored line survives: power (cuts; default) or process (crashes)")
      ->group(seldom_used)
      ->option_text("WHAT")
      ->default_str("power")
      ->envname("CLINT_HOST_DURABILITY")
      ->check(one_of({"power", "process"}))
      ->needs(data);
  app.add_option("--keep", keep, "Keep no longer than 30d, no more than 10GB; may be given twice (default: all)")
      ->option_text("MUCH")
      ->envname("CLINT_HOST_KEEP")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::Validator(
          [](std::string& text) {
            Keep unused;
            return read_keep(text, unused);
          },
          "MUCH"))
      ->needs(data);
  app.add_option("--max-backlog", options.terms.max_backlog, "Show a newcomer at most so many lines (default: 1000)")
      ->option_text("N")
      ->capture_default_str()
      ->envname("CLINT_HOST_MAX_BACKLOG")
      ->check(whole_number(0U, 100'000U));
  app.add_option("--accounts", accounts, "off, required, or optional: whoever likes may /register a name (default)")
      ->option_text("WHICH")
      ->default_str("optional")
      ->envname("CLINT_HOST_ACCOUNTS")
      ->check(one_of({"off", "optional", "required"}));
  app.add_option("--operator", options.operators, "The account with this name may /kick, /ban ...; may be given twice")
      ->option_text("NAME")
      ->envname("CLINT_HOST_OPERATOR")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(valid(check_name, "NAME"));
  app.add_flag("--check-config", options.only_check, "See whether the settings can be used, and leave")
      ->group(seldom_used)
      ->option_text(" ")
      ->envname("CLINT_HOST_CHECK_CONFIG");
  app.add_option("--check", options.check, "Verify the folder of a host, and leave")
      ->option_text("DIR")
      ->envname("CLINT_HOST_CHECK");
  app.add_option("--export", options.export_from, "Print it as JSON lines (with a password: opened), and leave")
      ->option_text("DIR")
      ->envname("CLINT_HOST_EXPORT");
  app.add_flag("--count-loopback", options.count_loopback, "Limit this machine's own connections like any other's")
      ->group(seldom_used)
      ->option_text(" ")
      ->envname("CLINT_HOST_COUNT_LOOPBACK");

  HostCommandLine result;
  Settings settings(app,
                    {"clint-host", "host.toml", "lets people chat: others join it with clint", false, {"password"}});
  try {
    auto arguments = settings.arguments(argc, argv);
    if (!arguments) {
      result.error = arguments.error;
      result.exit_code = 2;
      return result;
    }
    std::reverse(arguments.value->begin(), arguments.value->end());  // as CLI11 wants them
    app.parse(*arguments.value);
    if (result.out = settings.output(); !result.out.empty()) return result;
    if (!motd_file.empty()) options.terms.motd = read_motd(motd_file);
    if (!password_file.empty() && !again) {
      auto read = read_secret_file(password_file);
      if (!read) throw CLI::ValidationError("--password-file", read.error);
      given = std::move(read.value);
    }
    const bool by_password = secure || given || !options.verifier_file.empty();
    if (given && !plain && !tls_only) {
      const auto error = password_error(*given);
      if (!error.empty()) throw CLI::ValidationError("the password", error);
      options.password = std::move(given);
    }
    if (plain) options.security = Security::plain;
    if (tls_only) options.security = Security::tls;
    if (by_password && !plain && !tls_only) options.security = Security::password;
    if (!options.cert_file.empty() && !options.security && !again)
      throw CLI::ValidationError("--cert", "it goes with --tls or --secure");
    options.small_kdf = kdf == "small";
  } catch (const CLI::Success& done) {
    std::ostringstream out;
    app.exit(done, out, out);
    result.out = out.str();
    return result;
  } catch (const CLI::ParseError& error) {
    result.error = settings.wrong(error);
    result.exit_code = 2;
    return result;
  }
  if (port == "auto")
    options.port = std::uint16_t{0};
  else if (!port.empty())
    options.port = *check_port(port);
  if (!timeout.empty()) options.terms.timeout = *check_timeout(timeout);
  if (!grace.empty()) options.terms.grace = *check_timeout(grace);
  if (!rate.empty()) options.terms.rate = *check_rate(rate);
  if (accounts == "off") options.accounts = Accounts::Policy::off;
  if (accounts == "required") options.accounts = Accounts::Policy::required;
  if (durability == "process") options.durability = Durability::process;
  for (const std::string& text : keep) read_keep(text, options.keep);
  if (level.empty()) level = options.log_file.empty() ? "warning" : "info";
  if (level == "debug") options.log_level = LogLevel::debug;
  if (level == "info") options.log_level = LogLevel::info;
  if (level == "error") options.log_level = LogLevel::error;
  if (level == "off") options.log_level = LogLevel::off;
  result.options = std::move(options);
  return result;
}

}  // namespace chat
