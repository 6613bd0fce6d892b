#include "net/stdio.hpp"
#include "terminal/requests.hpp"

namespace chat {

// Twice, since nobody sees what is typed.
void Requests::ask_new_password(const std::string& prompt, std::function<void(Secret)> then) {
  ask_secret_(prompt, [this, then = std::move(then)](std::optional<Secret> first) {
    if (!first) return;
    const auto kept = std::make_shared<Secret>(std::move(*first));
    ask_secret_("Once more: ", [this, kept, then](std::optional<Secret> second) {
      if (!second) return;
      if (!(*second == *kept))
        return view_.refuse("! the two are not the same: nothing was changed - give the command again\n");
      then(std::move(*second));
    });
  });
}

void Requests::change_account(Verb verb, std::optional<Secret> password, std::optional<Secret> old, std::string done) {
  MutexLock lock(mu_);
  ++unanswered_;
  asked_[client_.change_account(verb, std::move(password), std::move(old))] = [done = std::move(done)](const Answer&) {
    return done;
  };
}

// What the host will refuse for sure is refused before a password is asked for; ours: it takes one that we are in. Not
// where nobody reads that: the passwords that a script has for the questions would be said.
bool Requests::lacks_account(bool ours) {
  const auto refuse = [&](const std::string& why) {
    view_.refuse("! " + why + "\n");
    return true;
  };
  if (!input_is_terminal()) return false;
  if (!encrypted_) return refuse("accounts need a host with TLS - ask whoever runs it for --secure, or --tls");
  if (ours && !client_.may_have_account())
    return refuse("you are not logged in to an account - /register makes one, /login NAME is for one that there is");
  return false;
}

void Requests::make_account() {
  if (lacks_account(false)) return;
  ask_new_password("New password for your account: ", [this](Secret password) {
    change_account(Verb::register_name, std::move(password), std::nullopt,
                   "* your name is yours: from now on it needs this password\n");
  });
}

// Who finds a clint that somebody left alone shall neither take the account over nor take it away.
void Requests::ask_old_password(std::function<void(Secret)> then) {
  ask_secret_("Password of your account: ", [then = std::move(then)](std::optional<Secret> old) {
    if (old) then(std::move(*old));
  });
}

void Requests::passwd() {
  if (lacks_account(true)) return;
  ask_old_password([this](Secret old) {
    const auto kept = std::make_shared<Secret>(std::move(old));
    ask_new_password("New password for your account: ", [this, kept](Secret password) {
      change_account(Verb::passwd, std::move(password), std::move(*kept), "* your account has the new password\n");
    });
  });
}

void Requests::unregister() {
  if (lacks_account(true)) return;
  ask_old_password([this](Secret old) {
    change_account(Verb::unregister, std::nullopt, std::move(old), "* anybody may have your name again\n");
  });
}

void Requests::login(const std::string& arguments) {
  const auto refuse = [&](const std::string& why) {
    misread_ = true;
    view_.refuse("! " + why + "\n");
  };
  if (arguments.empty()) return refuse("which account? /login alice");
  if (lacks_account(false)) return;
  const auto name = check_name(arguments);
  if (!name) return refuse(name.error + " - /login alice");
  ask_secret_("Password of the account " + *name + ": ", [this, name = *name](std::optional<Secret> password) {
    if (!password) return;
    ++unanswered_;
    becoming_ = true;
    client_.log_in(name, std::move(*password));
  });
}

void Requests::logout() {
  ++naming_;
  ask(Verb::logout, {}, [this](const Answer& answer) -> std::string {
    if (answer.rows.size() != 1 || answer.rows[0].empty()) return {};
    view_.be(answer.rows[0][0]);
    return "* you are now " + printable(answer.rows[0][0]) + "\n";
  });
}

// ---- Operators -----------------------------------------------------------------------------------------------------

namespace {

std::string ordered_lines(const Answer& answer) {
  std::string lines;
  for (const Answer::Row& row : answer.rows)
    if (!row.empty()) lines += "* " + printable(row[0]) + "\n";
  return lines;
}

}  // namespace

void Requests::order(std::string_view word, const std::string& arguments) {
  ask(Verb::order, {Bytes(word), clean_text(arguments)}, ordered_lines);
}

// About somebody's account. Who is no operator may have meant the own one, and have its passwords in the next lines.
void Requests::order_of_account(std::string_view word, const std::string& name) {
  MutexLock lock(mu_);
  account_order_ = ask_locked(Verb::order, {Bytes(word), clean_text(name)}, ordered_lines);
}

}  // namespace chat
