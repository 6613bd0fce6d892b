#include "client/account.hpp"

#include <utility>

#include "client/reading.hpp"

namespace chat {

namespace {

constexpr std::string_view purpose = "account";

bool same(const AccountWanted& one, const AccountWanted& other) { return one.encode() == other.encode(); }

}  // namespace

void Account::set_password(std::optional<Secret> password) {
  password_ = std::move(password);
  made_.reset();
}

Prover Account::prover(const AccountWanted& wanted, const Hello& hello, const ChannelBinding& binding,
                       std::string_view session_id) {
  ensure(password_.has_value(), "an account is proven without a password");
  wish_for();
  was_wanted_ = true;
  const KdfParameters kdf{wanted.scrypt_n, wanted.scrypt_r, wanted.scrypt_p, wanted.salt};
  if (!acceptable(kdf))
    throw HostFault{"it wants the account's password to be derived in a way that is too weak or too costly"};
  if (!made_ || !same(made_->of, wanted)) {
    tell_(CheckingPassword{});
    made_ = Made{wanted, derive_account(*password_, kdf, wanted.verifier_id, wanted.name)};
  }
  return {made_->keys.w0, made_->keys.w1,
          log_in_context({purpose, binding.exporter, binding.certificate, hello.encode(), kdf, session_id}),
          account_names(wanted.name, wanted.verifier_id)};
}

Verifier Account::make(Secret password, bool small_kdf, const std::string& name) {
  tell_(CheckingPassword{});
  Verifier verifier =
      make_account_verifier(password, small_kdf ? small_kdf_parameters() : normal_kdf_parameters(), name);
  new_ = std::move(password);
  return verifier;
}

void Account::settle(bool taken) {
  auto made = std::exchange(new_, std::nullopt);
  if (taken && made) set_password(std::move(made));
}

bool Account::try_new() {
  const bool there = new_.has_value();
  settle(true);
  return there;
}

void Account::left() {
  set_password(std::nullopt);
  may_be_there_ = false;
}

void Account::change(const std::string& name_before, Secret password) {
  before_ = Before{name_before, std::move(password_)};
  was_wanted_ = false;
  set_password(std::move(password));
}

std::string Account::change_back() {
  auto before = std::exchange(before_, std::nullopt);
  set_password(std::move(before->password));
  return before->name;
}

}  // namespace chat
