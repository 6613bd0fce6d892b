#include "host/requests.hpp"

namespace chat {

namespace {

constexpr const char* not_logged_in = "you are not logged in to an account - /login NAME does that";

// Nothing: there are accounts here. Without TLS whoever listens could try passwords, and take the session over.
std::optional<Answer> no_accounts(Asker asker) {
  if (!asker.host.encrypted())
    return refusal(Result::not_here, "accounts need a host with TLS - ask whoever runs it for --secure, or --tls");
  if (asker.host.accounts.policy() == Accounts::Policy::off)
    return refusal(Result::not_here, "this host has no accounts - ask whoever runs it for --accounts optional");
  if (!asker.session->may_enter()) return refusal(Result::too_many, "too many changes in a short time - wait a little");
  return std::nullopt;
}

std::string account_of(Asker asker) {
  const auto self = asker.host.roster.person(asker.session->id());
  return self ? self->account : std::string();
}

Answer put(Asker asker, const std::string& name, const Bytes& text, bool is_new) {
  auto verifier = parse_verifier(text);
  if (!verifier) return refusal(Result::bad_value, verifier.error);
  // Where all need an account it shall not be seen from without which names have one.
  const KdfParameters wanted = asker.host.options.small_kdf ? small_kdf_parameters() : normal_kdf_parameters();
  const KdfParameters& kdf = verifier.value->kdf;
  const bool alike =
      kdf.n == wanted.n && kdf.r == wanted.r && kdf.p == wanted.p && kdf.salt.size() == wanted.salt.size();
  if (!alike && asker.host.accounts.policy() == Accounts::Policy::required)
    return refusal(Result::bad_value, std::string("this host wants it made with clint --kdf ") +
                                          (asker.host.options.small_kdf ? "small" : "normal"));
  if (const auto error = asker.host.accounts.put(name, std::move(*verifier.value), is_new))
    return refusal(Result::failed, *error);
  if (!is_new) return done();  // the session goes on; its next connection has to know the new password
  const auto made = asker.host.accounts.find(name);
  if (made && asker.host.roster.set_account(asker.session->id(), asker.session->delivery(), name, made->verifier))
    return done();
  asker.host.accounts.remove(name);
  return refusal(Result::failed, "another connection has taken this one's place");
}

}  // namespace

// Claims the name that the session has: nobody else has it now, or will get it from now on.
Answer register_name(Asker asker, const Arguments& args) {
  if (auto none = no_accounts(asker)) return *none;
  const std::string name = asker.session->name();
  if (!account_of(asker).empty()) return refusal(Result::taken, name + " is registered - /passwd changes the password");
  if (asker.host.accounts.find(name))
    return refusal(Result::taken, "there is an account of this name, or like it - /login " + name +
                                      " if it is yours, or take another /nick");
  if (asker.host.moderation.find(Moderation::List::operators, name))
    return refusal(Result::not_allowed,
                   name + " is an operator's name - ask at the host's console for /register " + name);
  return put(asker, name, args[0], true);
}

Answer change_password(Asker asker, const Arguments& args) {
  if (auto none = no_accounts(asker)) return *none;
  const std::string account = account_of(asker);
  if (account.empty()) return refusal(Result::no_such, "you are not logged in to an account - /register makes one");
  return put(asker, account, args[0], false);
}

Answer unregister_name(Asker asker, const Arguments&) {
  if (auto none = no_accounts(asker)) return *none;
  const std::string account = account_of(asker);
  if (account.empty()) return refusal(Result::no_such, not_logged_in);
  // First: whoever has the name next is somebody else.
  const auto rule = asker.host.moderation.find(Moderation::List::operators, account);
  const bool is_operator = rule && rule->whom == account;
  if (is_operator) {
    if (const auto error = asker.host.moderation.remove(Moderation::List::operators, account))
      return refusal(Result::failed, *error);
    asker.host.roster.set_operator(account, {});
  }
  if (const auto error = asker.host.accounts.remove(account))
    return refusal(Result::failed,
                   (is_operator ? "you are no operator any more, and have the account still: " : "") + *error);
  asker.host.roster.take_account(asker.session->id());
  return done();
}

// The name stays the account's: the session gets another one.
Answer log_out(Asker asker, const Arguments&) {
  Session& session = *asker.session;
  if (account_of(asker).empty()) return refusal(Result::no_such, not_logged_in);
  if (const auto rule = asker.host.moderation.find(Moderation::List::muted, session.name(), session.id()))
    return refusal(Result::not_allowed, mute_text(*rule));
  if (asker.host.accounts.policy() == Accounts::Policy::required)
    return refusal(Result::not_allowed, "nobody is here without an account - /quit leaves");
  const std::string name =
      asker.host.roster.rename_to_any(session.id(), session.delivery(), asker.host.keys != nullptr);
  if (name.empty()) return refusal(Result::failed, "another connection has taken this one's place");
  asker.host.roster.take_account(session.id());
  for (const auto& room : session.rooms()) {
    asker.host.ledger.submit(*room, session.id(), session.name(), PostKind::rename, name, 0);
    asker.host.ledger.deliver(*room);
  }
  session.be(name);
  return done({}, {{name}});
}

}  // namespace chat
