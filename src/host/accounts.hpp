// Accounts: names that need a password of their own. The host has of it what SPAKE2+ needs to check it, and no more.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/verifier.hpp"
#include "host/by_name.hpp"
#include "host/ledger.hpp"

namespace chat {

// Any thread may call any method; what changes something may wait for the disk.
class Accounts {
 public:
  enum class Policy {
    off,       // there are none
    optional,  // whoever wants one registers its name
    required,  // without one nobody is let in
  };
  // small_kdf: what decoys claim that it takes to guess as long as there is no account to be like; secret: what they
  // are made of, 32 octets, as long as accounts outlive the host always the same. Throws StoreError.
  Accounts(Ledger& ledger, Policy policy, bool small_kdf, Secret secret);
  static Secret random_secret();
  Policy policy() const { return policy_; }

  struct Account {
    std::string name;
    std::shared_ptr<const Verifier> verifier;
  };
  // The one with this name, or with one that looks like it.
  std::optional<Account> find(const std::string& name) const;
  // For a name that nobody has: asks for a password that there is none for, and answers as an account would.
  Account decoy(const std::string& name) const;
  // A new one, or another password for one that there is. Nothing: done; else why not, one line.
  std::optional<std::string> put(const std::string& name, Verifier verifier, bool is_new);
  std::optional<std::string> remove(const std::string& name);
  bool exists(const std::string& name) const;  // also where there are none to log in to
  std::size_t size() const;

 private:
  VerifierId id_from(const std::string& what) const;
  KdfParameters kdf_beside(const VerifierId& id) const;
  Ledger& ledger_;
  const Policy policy_;
  const bool small_kdf_;
  const Secret secret_;
  const PointOctets decoy_l_;  // w1*P of a w1 that nobody knows
  Mutex changing_;             // rank 0: held while a change is stored
  mutable Mutex mu_;           // rank 6: a leaf
  ByName<std::shared_ptr<const Verifier>> accounts_ GUARDED_BY(mu_);
};

}  // namespace chat
