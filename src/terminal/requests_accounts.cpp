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

void Requests::make_account(Verb verb) {
  ask_new_password("New password for your account: ", [this, verb](Secret password) {
    const bool made = verb == Verb::register_name;
    MutexLock lock(mu_);
    ++unanswered_;
    asked_[client_.make_account(verb, std::move(password))] = [made](const Answer&) {
      return std::string(made ? "* your name is yours: from now on it needs this password\n"
                              : "* your account has the new password\n");
    };
  });
}

void Requests::login(const std::string& arguments) {
  if (arguments.empty()) return view_.refuse("! which account? /login alice\n");
  const auto name = check_name(arguments);
  if (!name) return view_.refuse("! " + name.error + " - /login alice\n");
  ask_secret_("Password of the account " + *name + ": ", [this, name = *name](std::optional<Secret> password) {
    if (!password) return;
    ++unanswered_;
    becoming_ = true;
    client_.log_in(name, std::move(*password));
  });
}

void Requests::logout() {
  ask(Verb::logout, {}, [this](const Answer& answer) -> std::string {
    if (answer.rows.size() != 1 || answer.rows[0].empty()) return {};
    view_.be(answer.rows[0][0]);
    return "* you are now " + printable(answer.rows[0][0]) + "\n";
  });
}

void Requests::unregister() {
  ask(Verb::unregister, {}, [](const Answer&) { return std::string("* anybody may have your name again\n"); });
}

// ---- Operators -----------------------------------------------------------------------------------------------------

void Requests::order(std::string_view word, const std::string& arguments) {
  ask(Verb::order, {Bytes(word), clean_text(arguments)}, [](const Answer& answer) {
    std::string lines;
    for (const Answer::Row& row : answer.rows)
      if (!row.empty()) lines += "* " + printable(row[0]) + "\n";
    return lines;
  });
}

}  // namespace chat
