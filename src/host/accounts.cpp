#include "host/accounts.hpp"

#include <algorithm>

#include "host/sqlite.hpp"

namespace chat {

namespace {

constexpr const char* fact_kind = "account";

Secret random_octets() {
  Secret octets(32);
  for (std::size_t at = 0; at < octets.size(); at += 16) {
    const VerifierId random = random_verifier_id();
    std::copy(random.begin(), random.end(), octets.data() + at);
  }
  return octets;
}

// A number of which the first octet is zero: below the order of P-256, and, but for a chance of 2^-248, not zero.
Secret scalar_from(Secret octets) {
  octets.data()[0] = 0;
  return octets;
}

}  // namespace

Accounts::Accounts(Ledger& ledger, Policy policy, bool small_kdf, Secret secret)
    : ledger_(ledger),
      policy_(policy),
      small_kdf_(small_kdf),
      secret_(std::move(secret)),
      decoy_l_(registration_record(scalar_from(hkdf_expand(secret_, "w1", 32)))) {
  MutexLock lock(mu_);
  for (const Ledger::Fact& fact : ledger_.facts()) {
    if (fact.kind != fact_kind) continue;
    auto verifier = parse_verifier(fact.value);
    if (!verifier)
      throw StoreError(StoreError::Kind::damaged, "the account " + printable(fact.name) + " does not read as one");
    accounts_.put(fact.name, std::make_shared<const Verifier>(std::move(*verifier.value)));
  }
}

Secret Accounts::random_secret() { return random_octets(); }

std::optional<Accounts::Account> Accounts::find(const std::string& name) const {
  if (policy_ == Policy::off) return std::nullopt;
  MutexLock lock(mu_);
  const auto* found = accounts_.find(name);
  return found ? std::optional(Account{found->first, found->second}) : std::nullopt;
}

Accounts::Account Accounts::decoy(const std::string& name) const {
  Verifier verifier{{}, kdf_beside(id_from("place " + name)), hkdf_expand(secret_, "w0 " + name, 32), decoy_l_};
  KdfParameters& kdf = verifier.kdf;
  // As an account's, its id and its salt are others when its parameters are.
  const std::string made_of = std::to_string(kdf.n) + " " + std::to_string(kdf.r) + " " + std::to_string(kdf.p) + " " +
                              std::to_string(kdf.salt.size()) + " " + name;
  verifier.id = id_from("id " + made_of);
  kdf.salt = Bytes(hkdf_expand(secret_, "salt " + made_of, kdf.salt.size()).view());
  verifier.w0.data()[0] = 0;
  return {name, std::make_shared<const Verifier>(std::move(verifier))};
}

VerifierId Accounts::id_from(const std::string& what) const {
  VerifierId id{};
  const Secret octets = hkdf_expand(secret_, what, id.size());
  std::copy(octets.data(), octets.data() + octets.size(), id.begin());
  return id;
}

// Of the account with the next id, in a circle: ids are random, so as many decoys as accounts have these parameters,
// and few get others while accounts come and go.
KdfParameters Accounts::kdf_beside(const VerifierId& id) const {
  MutexLock lock(mu_);
  const Verifier* first = nullptr;
  const Verifier* next = nullptr;
  for (const auto& [name, verifier] : accounts_.all()) {
    if (!first || verifier->id < first->id) first = verifier.get();
    if (verifier->id >= id && (!next || verifier->id < next->id)) next = verifier.get();
  }
  if (next) return next->kdf;
  if (first) return first->kdf;
  return small_kdf_ ? small_kdf_parameters() : normal_kdf_parameters();
}

std::optional<std::string> Accounts::put(const std::string& name, Verifier verifier, bool is_new) {
  MutexLock changing(changing_);
  {
    MutexLock lock(mu_);
    const auto* found = accounts_.find(name);
    if (is_new == (found != nullptr))
      return is_new ? "there is an account of this name - take another one"
                    : "there is no such account - /register makes one";
    if (found && found->first != name) return "there is an account that looks like " + name + " - take another name";
    if (!found && accounts_.all().size() >= limits::rules)
      return "there are too many accounts - /unregister takes one away";
  }
  if (!ledger_.keep({{fact_kind, name, Bytes(format_verifier(verifier).view())}}))
    return "that could not be stored - the host's log says why";
  MutexLock lock(mu_);
  accounts_.put(name, std::make_shared<const Verifier>(std::move(verifier)));
  return std::nullopt;
}

std::optional<std::string> Accounts::remove(const std::string& name) {
  MutexLock changing(changing_);
  std::string known;
  {
    MutexLock lock(mu_);
    const auto* found = accounts_.find(name);
    if (!found) return "there is no account " + printable(name) + " - a name is spelt as it was registered";
    known = found->first;
  }
  if (!ledger_.keep({{fact_kind, known, {}}})) return "that could not be stored - the host's log says why";
  MutexLock lock(mu_);
  accounts_.erase(known);
  return std::nullopt;
}

bool Accounts::exists(const std::string& name) const {
  MutexLock lock(mu_);
  return accounts_.find(name) != nullptr;
}

std::size_t Accounts::size() const {
  MutexLock lock(mu_);
  return accounts_.all().size();
}

}  // namespace chat
