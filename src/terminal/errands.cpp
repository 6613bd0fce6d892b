#include "terminal/errands.hpp"

#include <filesystem>

#include "client/dial.hpp"
#include "client/known_hosts.hpp"
#include "crypto/password.hpp"
#include "crypto/verifier.hpp"
#include "net/private_file.hpp"
#include "terminal/format.hpp"
#include "terminal/prompts.hpp"
#include "terminal/view.hpp"

namespace chat {

namespace {

int failed(const std::string& sentence) {
  write_error(error_line(sentence));
  return 1;
}

void print(std::string_view lines) { write_output(lines, Clock::now() + 5s); }

}  // namespace

int forget_host(const Endpoint& which) {
  const std::string name = which.port ? place_text(which.host, *which.port) : which.host;
  const auto path = known_hosts_path();
  auto hosts = load_known_hosts(path);
  if (!hosts) return failed(hosts.error);
  if (hosts.value->forget(which.host, which.port) == 0)
    return failed("no key of " + name + " is kept in " + path.string());
  if (const auto error = save_known_hosts(path, *hosts)) return failed(*error);
  print("* the key of " + name + " is forgotten\n");
  return 0;
}

int make_verifier_file(const std::string& path, std::optional<Secret> password, bool small_kdf, LineInput& input,
                       const StopSignals& signals) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return failed(path + " is there already; it is not replaced");
  if (!password) {
    try {
      password = ask_new_password(input, signals);
    } catch (const NoAnswer& none) {
      return none.exit_code;
    }
  }
  const auto made = make_verifier(*password, small_kdf ? small_kdf_parameters() : normal_kdf_parameters());
  if (const auto error = write_private_file(path, format_verifier(made.verifier).view())) return failed(*error);
  print("* " + printable(path) + " is written; the blind host is started with: host --verifier " + printable(path) +
        "\n* keep it as secret as a key: whoever has it can try passwords, and pose as the host\n");
  return 0;
}

}  // namespace chat
