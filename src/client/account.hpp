// The account that this client is logged in to, or wants to be.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "client/events.hpp"
#include "crypto/verifier.hpp"
#include "net/tls.hpp"

namespace chat {

// Lives as long as the client, across its connections; belongs to its network thread, but for what is said otherwise.
class Account {
 public:
  explicit Account(std::optional<Secret> password, const std::function<void(const Event&)>& tell)
      : password_(std::move(password)), tell_(tell) {}

  bool has_password() const { return password_.has_value(); }
  void set_password(std::optional<Secret> password);
  // The log-in that the host asks for, on the connection with this binding on which it has said this hello. session_id:
  // of the log-in with the host's own password before it; empty where it has none. There must be a password. The first
  // one with it takes some 0.3 s. Throws HostFault.
  Prover prover(const AccountWanted& wanted, const Hello& hello, const ChannelBinding& binding,
                std::string_view session_id);
  // What a host needs to check this password for an account of this name. It is ours when the host has taken it:
  // settle(), one at a time. Takes some 0.3 s.
  Verifier make(Secret password, bool small_kdf, const std::string& name);
  void settle(bool taken);
  // After a cut nobody knows whether the host has taken it: where the present one is wrong, or there is none, it
  // becomes ours. False: there is no such password.
  bool try_new();
  // It is ours, or we know none, as who has no account.
  bool may_be(const Secret& password) const { return !password_ || *password_ == password; }

  // Whether we are logged in to one, as far as may be; false is certain. Any thread.
  bool may_be_there() const { return may_be_there_; }
  void wish_for() { may_be_there_ = true; }  // before the host is asked for one. Any thread
  void left();                               // we are out of it

  // As somebody else: until that is done, what we were is kept.
  void change(const std::string& name_before, Secret password);
  bool changing() const { return before_.has_value(); }
  bool was_wanted() const { return was_wanted_; }  // by the host, since then: there is one of that name
  void changed() { before_.reset(); }
  std::string change_back();  // gives the name we had

 private:
  struct Before {
    std::string name;
    std::optional<Secret> password;
  };
  struct Made {
    AccountWanted of;
    AccountKeys keys;
  };
  std::optional<Secret> password_;
  std::optional<Made> made_;   // of password_
  std::optional<Secret> new_;  // that the host was asked to take
  std::optional<Before> before_;
  bool was_wanted_ = false;
  std::atomic<bool> may_be_there_ = false;
  const std::function<void(const Event&)>& tell_;
};

}  // namespace chat
