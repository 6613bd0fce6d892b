#include "host/requests.hpp"

namespace chat {

namespace {

// Nothing: there are accounts here. Without TLS whoever listens could try passwords, and take the session over.
std::optional<Answer> no_accounts(Asker asker) {
  if (!asker.host.tls) return refusal(Result::not_here, "accounts need a host with TLS: host --secure, or --tls");
  if (asker.host.accounts.policy() == Accounts::Policy::off)
    return refusal(Result::not_here, "this host has no accounts");
  if (!asker.session->may_enter()) return refusal(Result::too_many, "too many changes in a short time: wait a little");
  return std::nullopt;
}

std::string account_of(Asker asker) {
  const auto self = asker.host.roster.person(asker.session->id());
  return self ? self->account : std::string();
}

Answer put(Asker asker, const std::string& name, const Bytes& text) {
  auto verifier = parse_verifier(text);
  if (!verifier) return refusal(Result::bad_value, verifier.error);
  if (const auto error = asker.host.accounts.put(name, std::move(*verifier.value)))
    return refusal(Result::failed, *error);
  asker.host.roster.set_account(asker.session->id(), name);
  return done();
}

}  // namespace

// Claims the name that the session has: nobody else has it now, or will get it from now on.
Answer register_name(Asker asker, const Arguments& args) {
  if (auto none = no_accounts(asker)) return *none;
  const std::string name = asker.session->name();
  if (!account_of(asker).empty()) return refusal(Result::taken, name + " is registered; /passwd changes the password");
  if (asker.host.accounts.find(name)) return refusal(Result::taken, "there is an account of this name, or like it");
  return put(asker, name, args[0]);
}

Answer change_password(Asker asker, const Arguments& args) {
  if (auto none = no_accounts(asker)) return *none;
  const std::string account = account_of(asker);
  if (account.empty()) return refusal(Result::no_such, "you are not logged in to an account; /register makes one");
  return put(asker, account, args[0]);
}

Answer unregister_name(Asker asker, const Arguments&) {
  if (auto none = no_accounts(asker)) return *none;
  const std::string account = account_of(asker);
  if (account.empty()) return refusal(Result::no_such, "you are not logged in to an account");
  if (const auto error = asker.host.accounts.remove(account)) return refusal(Result::failed, *error);
  asker.host.roster.set_account(asker.session->id(), {});
  return done();
}

// The name stays the account's: the session gets another one.
Answer log_out(Asker asker, const Arguments&) {
  Session& session = *asker.session;
  if (account_of(asker).empty()) return refusal(Result::no_such, "you are not logged in to an account");
  if (const auto rule = asker.host.moderation.find(Moderation::List::muted, session.name()))
    return refusal(Result::not_allowed, mute_text(*rule));
  if (asker.host.accounts.policy() == Accounts::Policy::required)
    return refusal(Result::not_allowed, "nobody is here without an account; /quit leaves");
  asker.host.roster.set_account(session.id(), {});
  asker.host.roster.set_operator(session.id(), false);
  const std::string name = asker.host.roster.rename_to_any(session.id());
  for (const auto& room : session.rooms()) {
    asker.host.ledger.submit(*room, session.id(), session.name(), PostKind::rename, name, 0);
    asker.host.ledger.deliver(*room);
  }
  session.be(name);
  return done({}, {{name}});
}

}  // namespace chat
