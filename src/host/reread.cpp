#include "host/reread.hpp"

#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace chat {

namespace {

std::string list(const std::vector<const char*>& names) {
  std::string text;
  for (const char* name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// What was asked for at the start is not in the settings.
std::vector<const char*> only_at_the_start(const HostOptions& before, const HostOptions& now) {
  std::vector<const char*> names;
  const auto note = [&](bool changed, const char* name) {
    if (changed) names.push_back(name);
  };
  note(now.bind != before.bind, "bind");
  note(now.port && now.port != before.port, "port");
  note(now.security && now.security != before.security, "plain, tls, secure");
  note(now.max_clients != before.max_clients, "max-clients");
  note(now.per_address != before.per_address, "per-address");
  note(now.data != before.data, "data");
  note(now.durability != before.durability, "durability");
  note(now.accounts != before.accounts, "accounts");
  note(now.operators != before.operators, "operator");
  note(now.verifier_file != before.verifier_file, "verifier");
  note(now.cert_file.empty() != before.cert_file.empty(), "cert");
  note(now.small_kdf != before.small_kdf, "kdf");
  note(now.quiet != before.quiet, "quiet");
  note(now.count_loopback != before.count_loopback, "count-loopback");
  return names;
}

}  // namespace

Checked<std::string> use_settings(const Running& running, const std::function<HostCommandLine()>& read) {
  try {
    const HostCommandLine line = read();
    if (!line.options) return refused<std::string>(line.error);
    const HostOptions& now = *line.options;
    Applied next{now.keep, now.log_file, now.log_level};
    std::shared_ptr<const TlsContext> tls;
    const bool own_certificate = !now.cert_file.empty() && !running.started_with.cert_file.empty();
    if (own_certificate && running.tls.get()) tls = TlsContext::host(now.cert_file, now.key_file);
    auto terms = std::make_shared<const Terms>(now.terms);
    running.journal.open_again(now.log_file, now.log_level);  // the last that may fail
    std::vector<const char*> changed;
    if (*terms != *running.terms.get()) changed.push_back("terms of new sessions");
    if (tls && tls->fingerprint() != running.tls.get()->fingerprint()) changed.push_back("the host's key");
    if (next.log_file != running.applied.log_file || next.log_level != running.applied.log_level)
      changed.push_back("the log");
    if (next.keep != running.applied.keep) changed.push_back("what is kept");
    running.applied = std::move(next);
    running.terms.set(std::move(terms));
    if (tls) running.tls.set(std::move(tls));
    if (running.ledger) running.ledger->keep_no_more_than(running.applied.keep);
    std::string text = "the settings were read again; changed: " + (changed.empty() ? "nothing" : list(changed));
    const auto later = only_at_the_start(running.started_with, now);
    if (!later.empty()) text += "; these need a new start: " + list(later);
    return {std::move(text), {}};
  } catch (const std::bad_alloc&) {
    return refused<std::string>("no memory");
  } catch (const std::runtime_error& error) {
    return refused<std::string>(error.what());
  }
}

}  // namespace chat
