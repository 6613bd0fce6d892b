#include <algorithm>

#include "crypto/password.hpp"
#include "host/orders.hpp"

namespace chat::orders {

namespace {

using List = Moderation::List;

constexpr std::string_view address_mark = "ip=";

// An address, also as ip=ADDRESS; empty: the word is none.
std::string address_from(const std::string& word) {
  const std::string address = word.starts_with(address_mark) ? word.substr(address_mark.size()) : word;
  return is_address(address) ? address : std::string();
}

// The rule's name: somebody's, as it is written there, or an address, if there may be one.
std::optional<std::string> whom_from(const std::string& word, bool address_too) {
  if (const std::string address = address_from(word); address_too && !address.empty()) return address;
  const auto name = check_name(word);
  return name ? name.value : std::nullopt;
}

std::string until_text(const Moderation::Rule& rule) { return rule.until ? " for " + time_left(*rule.until) : ""; }

// Whether somebody may have meant a time: what begins with a number, but 2nd, 3rd, 4th.
bool begins_like_time(std::string_view word) {
  if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
  const std::string_view rest = word.substr(std::min(word.find_first_not_of("0123456789"), word.size()));
  return rest.size() < word.size() && rest != "nd" && rest != "rd" && rest != "th";
}

// "1h30m flooding": a time, if the first word is one, and a reason. What is wrong with it: a mistyped time shall not
// become a reason, and the rule one without an end; nor shall an address, and the reason the name of who is meant.
std::optional<std::string> take_terms(Order& order, Moderation::Rule& rule) {
  const std::string before = order.rest;
  const std::string word = order.word();
  if (const auto time = check_duration(word))
    rule.until = Clock::now() + *time;
  else if (!word.empty() && begins_like_time(word))
    return time.error + " - nothing was done; a reason begins with another word";
  else
    order.rest = before;
  const std::string why = order.rest;
  if (const std::string first = order.word(); first.starts_with(address_mark) || is_address(first))
    return "\"" + printable(first) +
           "\" is no reason - nothing was done; /ban takes an address first: /ban ip=ADDRESS spam";
  order.rest = why;
  rule.by = order.by;
  rule.why = order.reason();
  return std::nullopt;
}

void show_out(Order& order, const Person& person, Goodbye why, const std::string& text) {
  person.delivery->end(why, Farewell{why, text}.encode());
  order.host.courier_of(person.session).nudge(person.delivery);
}

Answer nobody(const std::string& name) {
  return refusal(Result::no_such, "there is no " + printable(name) + " here - /who lists who is");
}

std::optional<Person> person_named(Order& order, const std::string& word) {
  const auto name = check_name(word);
  return name ? order.host.roster.find(*name) : std::nullopt;
}

// Of whoever has this name now, or else 0.
std::uint64_t session_of(Order& order, const std::string& whom) {
  const auto person = is_address(whom) ? std::nullopt : person_named(order, whom);
  return person ? person->session : 0;
}

std::optional<std::string> lift(Order& order, List list, const std::string& whom) {
  auto rule = order.host.moderation.find(list, whom);
  if (!rule) rule = order.host.moderation.find(list, whom, session_of(order, whom));  // under another name by now
  return order.host.moderation.remove(list, rule ? rule->whom : whom);
}

Answer rules_of(Order& order, List list, const char* what) {
  const auto rules = order.host.moderation.all(list);
  Answer answer = line(std::to_string(rules.size()) + " " + what);
  for (const Moderation::Rule& rule : rules) {
    std::string text = "  " + printable(rule.whom) + until_text(rule);
    if (!rule.by.empty()) text += ", by " + printable(rule.by);
    if (!rule.why.empty()) text += ": " + printable(rule.why);
    answer.rows.push_back({text});
  }
  return answer;
}

// Everybody who is here, for so long at least, so that turning the list on keeps none of them out.
Answer allow_present(Order& order) {
  constexpr std::size_t most = 500;  // each is stored by itself
  const std::string word = order.word();
  auto least = Checked<std::chrono::milliseconds>{0ms, {}};
  if (!word.empty()) least = check_duration(word);
  if (!least || !order.rest.empty())
    return wrong("/allowlist import takes all who are here - import 10m who are for so long");
  std::size_t added = 0;
  std::size_t left = 0;
  for (const Person& person : order.host.roster.people(SIZE_MAX).listed) {
    if (Clock::now() - person.came < *least || order.host.moderation.find(List::allowed, person.name)) continue;
    if (added == most) {
      ++left;
      continue;
    }
    if (const auto error = order.host.moderation.add(List::allowed, {person.name, std::nullopt, order.by, {}}))
      return refusal(Result::failed, *error);
    ++added;
  }
  const std::string again = left > 0 ? ", " + std::to_string(left) + " are left: once more takes them, too" : "";
  return line(std::to_string(added) + (added == 1 ? " name more is" : " names more are") + " on the list" + again);
}

// The account of this name is no operator's any more, nor is whoever has it: looked up last, since who came while that
// was stored came as an operator.
std::optional<std::string> take_rule(Order& order, const std::string& name) {
  if (auto error = order.host.moderation.remove(List::operators, name)) return error;
  if (const auto person = order.host.roster.find(name)) order.host.roster.set_operator(person->session, {});
  return std::nullopt;
}

// By which this account is an operator's; nothing: by none, and then somebody is one until leaving, if at all. Somebody
// may have an operator's name, or one that looks like it, and not the account.
std::optional<Moderation::Rule> rule_of(Order& order, const std::string& account) {
  if (account.empty()) return std::nullopt;
  const auto rule = order.host.moderation.find(List::operators, account);
  return rule && rule->whom == account ? rule : std::nullopt;
}

std::optional<Moderation::Rule> own_rule(Order& order) {
  const auto self = order.host.roster.find(order.by);
  return self ? rule_of(order, self->account) : std::nullopt;
}

// Nothing: whoever gives the order is an operator for as long as the other one, by `rule` or as `person`, and may
// change that. An operator for a time, or until leaving, would else be one for good in a few steps, or be rid of those
// who are.
std::optional<Answer> outranked(Order& order, const std::string& name, const std::optional<Moderation::Rule>& rule,
                                const std::optional<Person>& person) {
  if (order.at_console) return std::nullopt;
  const auto end_of = [&](const std::optional<Moderation::Rule>& by, const std::optional<Person>& who) {
    const auto by_rule = by ? by->until.value_or(Clock::time_point::max()) : Clock::time_point::min();
    return who ? std::max(by_rule, who->operator_until) : by_rule;
  };
  const auto own = own_rule(order);
  const auto own_end = end_of(own, order.host.roster.find(order.by));
  if (end_of(rule, person) <= own_end && (own || !rule)) return std::nullopt;
  return refusal(Result::not_allowed,
                 name + " is an operator for longer than you are - the host's console changes that");
}

// To change what this name is.
std::optional<Answer> outranked(Order& order, const std::string& name) {
  return outranked(order, name, order.host.moderation.find(List::operators, name), order.host.roster.find(name));
}

// To show this one out.
std::optional<Answer> outranked(Order& order, const Person& person) {
  return outranked(order, person.name, rule_of(order, person.account), person);
}

// Accounts, and who is one for as long as it is here.
Answer operators(Order& order) {
  Answer answer = rules_of(order, List::operators, "with an account may be operators");
  for (const Person& person : order.host.roster.people(SIZE_MAX).listed)
    if (person.is_operator() && !rule_of(order, person.account))
      answer.rows.push_back(
          {"  " + printable(person.name) + ", until leaving" +
           (person.operator_until == Clock::time_point::max() ? "" : ", or for " + time_left(person.operator_until))});
  return answer;
}

}  // namespace

Answer kick(Order& order) {
  const std::string name = order.word();
  if (name.empty()) return wrong("whom? - /kick bob spam");
  const auto person = person_named(order, name);
  if (!person) return nobody(name);
  if (auto no = outranked(order, *person)) return *no;
  if (person->held)
    return refusal(Result::failed, person->name + " has lost the connection already - /ban keeps somebody out");
  const std::string why = order.reason();
  const std::string text = person->name + " was shown out";
  // That it left, and that an operator wanted it, is posted when it happens; what the operator said is not.
  Answer answer = why.empty() ? line(text) : told(order, text, why);
  show_out(order, *person, Goodbye::kicked, why);
  return answer;
}

Answer ban(Order& order) {
  Moderation::Rule rule;
  const std::string word = order.word();
  const auto whom = whom_from(word, true);
  if (!whom) return wrong("whom? - /ban bob 2h spam, or an address: /ban ip=192.0.2.7");
  rule.whom = *whom;
  if (const auto error = take_terms(order, rule)) return wrong(*error);
  rule.session = session_of(order, rule.whom);
  for (const Moderation::Rule& each : order.host.moderation.all(List::operators)) {  // also who is not here
    const auto account = order.host.accounts.find(each.whom);
    if (!account || account->name != each.whom || !look_alike(each.whom, rule.whom)) continue;
    if (auto no = outranked(order, each.whom, each, std::nullopt)) return *no;
  }
  for (const Person& person : order.host.roster.people(SIZE_MAX).listed)
    if (is_meant(rule, person))
      if (auto no = outranked(order, person)) return *no;
  if (const auto error = order.host.moderation.add(List::banned, rule)) return refusal(Result::failed, *error);
  const std::string text = rule.whom + " is banned" + until_text(rule);
  const std::string group = is_address(rule.whom) ? Address{rule.whom, 0}.group() : std::string();
  Answer answer = group.empty() ? told(order, text, rule.why) : line(text);  // where people are is nobody's business
  std::vector<std::string> names;
  for (const Person& person : order.host.roster.people(SIZE_MAX).listed) {
    if (!is_meant(rule, person)) continue;
    names.push_back(person.name);
    if (group.empty())
      answer.rows.push_back({person.name + " was at " + person.address + "; /ban of the address keeps that out, too"});
    show_out(order, person, Goodbye::banned, rule.why);
    // Whose place is kept has nobody who would leave it.
    if (person.held && order.host.roster.leave(person.session, *person.delivery))
      order.host.say_left({person.session, person.connection}, person.name, Goodbye::banned);
  }
  if (group.empty() || rule.why.empty() || names.empty()) return answer;
  // All are out by now: this one may wait for the disk. That they left is posted for each.
  const std::string who = names.size() == 1 ? names[0] + " was" : std::to_string(names.size()) + " people were";
  const Answer more = told(order, who + " shown out", rule.why);
  answer.rows.insert(answer.rows.end(), more.rows.begin(), more.rows.end());
  return answer;
}

Answer unban(Order& order) {
  const auto whom = whom_from(order.word(), true);
  if (!whom) return wrong("whom? - a name, or where it was one ip=ADDRESS");
  return outcome(lift(order, List::banned, *whom), *whom + " is banned no more");
}

Answer unmute(Order& order) {
  const auto whom = whom_from(order.word(), false);
  if (!whom) return wrong("whom? - /unmute bob");
  if (const auto error = lift(order, List::muted, *whom)) return refusal(Result::failed, *error);
  return told(order, *whom + " may speak again");
}

Answer bans(Order& order) { return rules_of(order, List::banned, "banned"); }

Answer mute(Order& order) {
  if (order.rest.empty()) return rules_of(order, List::muted, "muted");
  Moderation::Rule rule;
  const std::string word = order.word();
  const auto whom = whom_from(word, false);
  // Some addresses could be names; one that nobody has is not meant as such, and is not for everybody to read.
  if (const std::string address = address_from(word); !address.empty() && !person_named(order, word))
    return wrong(address + " is an address, and /mute takes a name - /ban ip=" + address + " keeps it out");
  if (!whom) return wrong("whom? - /mute bob 10m");
  rule.whom = *whom;
  if (const auto error = take_terms(order, rule)) return wrong(*error);
  rule.session = session_of(order, rule.whom);
  if (const auto error = order.host.moderation.add(List::muted, rule)) return refusal(Result::failed, *error);
  return told(order, rule.whom + " may say nothing" + until_text(rule), rule.why);
}

Answer allowlist(Order& order) {
  Moderation& moderation = order.host.moderation;
  const std::string word = order.word();
  if (word.empty())
    return rules_of(order, List::allowed,
                    moderation.allowlist() ? "may come, and nobody else" : "on the list, which is off");
  if (word == "on" || word == "off")
    return outcome(moderation.set_allowlist(word == "on"),
                   word == "on" ? "only names on the list may come from now on" : "everybody may come again");
  if (word == "import") return allow_present(order);
  const auto name = check_name(order.word());
  if ((word != "add" && word != "remove") || !name)
    return wrong("/allowlist on, off, add NAME, remove NAME or import [TIME]");
  if (word == "remove") return outcome(moderation.remove(List::allowed, *name), *name + " is not on the list any more");
  return outcome(moderation.add(List::allowed, {*name, std::nullopt, order.by, {}}), *name + " is on the list");
}

namespace {

// Until when whoever gives the order is an operator itself: nobody gives more than he has.
Clock::time_point own_end(Order& order) {
  if (order.at_console) return Clock::time_point::max();
  const auto self = order.host.roster.find(order.by);
  return self ? self->operator_until : Clock::time_point::min();
}

}  // namespace

// An account is one for good or for the time, somebody without an account no longer than it is here.
Answer op(Order& order) {
  const std::string name = order.word();
  if (name.empty()) return operators(order);
  const auto person = person_named(order, name);
  if (!person) return nobody(name);
  Moderation::Rule rule{person->account, std::nullopt, order.by, {}};
  if (const std::string word = order.word(); !word.empty()) {
    const auto time = check_duration(word);
    if (!time || !order.rest.empty()) return wrong("/op NAME, or for how long: /op alice 1h30m");
    rule.until = Clock::now() + *time;
  }
  if (auto no = outranked(order, person->name)) return *no;
  if (const auto end = own_end(order); end < rule.until.value_or(Clock::time_point::max())) rule.until = end;
  if (!person->account.empty() && !order.at_console && !own_rule(order))
    return refusal(Result::not_allowed, "you are an operator until you leave, and " + person->name +
                                            " would be one for longer - the host's console makes such: /op NAME");
  const auto until = rule.until.value_or(Clock::time_point::max());
  const std::string text = person->name + " is an operator" + until_text(rule);
  if (!person->account.empty()) {
    if (const auto error = order.host.moderation.add(List::operators, std::move(rule)))
      return refusal(Result::failed, *error);
    // Whoever has the account by now: that was stored first.
    order.host.roster.set_operator(person->account, until);
    return told(order, text);
  }
  order.host.roster.set_operator(person->session, until);
  return told(order, text + (until == Clock::time_point::max() ? " until leaving" : ", or until leaving"));
}

Answer deop(Order& order) {
  const auto name = check_name(order.word());
  if (!name) return wrong("whom? - /deop bob");
  const auto person = order.host.roster.find(*name);
  const auto rule = order.host.moderation.find(List::operators, *name);
  if (!rule && !(person && person->is_operator()))
    return refusal(Result::no_such, *name + " is no operator - /op lists them");
  if (auto no = outranked(order, *name)) return *no;
  if (rule)
    if (const auto error = take_rule(order, *name)) return refusal(Result::failed, *error);
  if (person) order.host.roster.set_operator(person->session, {});
  return told(order, *name + " is no operator any more");
}

Answer rename(Order& order) {
  const std::string from = order.word();
  if (from.empty()) return wrong("whom? - /rename bob robert");
  const auto person = person_named(order, from);
  if (!person) return nobody(from);
  const auto name = check_name(order.word());
  if (!name) return wrong(name.error);
  if (!person->account.empty())
    return refusal(Result::not_allowed, person->name + " is an account's name - /unregister takes it away");
  if (person->held) return refusal(Result::failed, person->name + " has lost the connection - try again in a moment");
  if (order.host.accounts.find(*name))
    return refusal(Result::taken, *name + " is an account's name - choose another one");
  if (order.host.moderation.find(List::banned, *name))
    return refusal(Result::not_allowed, *name + " is banned here - choose another one, or /unban it");
  if (const auto held_by = order.host.roster.find(*name); held_by && held_by->session != person->session)
    return refusal(Result::taken,
                   "somebody has the name " + *name + ", or one that looks like it - choose another one");
  // The client has to do it: what it seals is tied to its name.
  order.host.roster.want_name(person->session, *name);
  person->delivery->post(NameWanted{*name}.encode());
  order.host.courier_of(person->session).nudge(person->delivery);
  return line(person->name + " was told to be " + *name + "; who does not obey can be shown out");
}

// For hosts on which everybody has to have one: its owner gets the password from the operator, and may change it.
Answer register_for(Order& order) {
  if (!order.host.encrypted() || order.host.accounts.policy() == Accounts::Policy::off)
    return refusal(Result::not_here,
                   "this host has no accounts - start it with --accounts optional, and --secure or --tls");
  const auto name = check_name(order.word());
  if (!name) return wrong(name.error);
  if (!order.rest.empty()) return wrong("/register NAME, and nothing behind it: the password is made here");
  if (order.host.accounts.find(*name))
    return refusal(Result::taken, *name + " has an account already - /unregister takes it away");
  if (!order.at_console && order.host.moderation.find(List::operators, *name))
    return refusal(Result::not_allowed, *name + " is an operator's name - the host's console makes that account");
  if (order.host.roster.find(*name))
    return refusal(Result::taken, *name + " is here - its owner can /register, or has to go first");
  const Secret password = random_password();
  auto made = make_account_verifier(
      password, order.host.options.small_kdf ? small_kdf_parameters() : normal_kdf_parameters(), *name);
  if (const auto error = order.host.accounts.put(*name, std::move(made), true)) return refusal(Result::failed, *error);
  if (order.host.roster.find(*name)) {  // took the name while the account was made
    order.host.accounts.remove(*name);
    return refusal(Result::taken, *name + " has come meanwhile - its owner can /register");
  }
  return line(*name + " has an account with the password " + std::string(password.view()) +
              " - pass it on, and have it changed with /passwd");
}

Answer unregister(Order& order) {
  const auto name = check_name(order.word());
  if (!name) return wrong(name.error);
  if (auto no = outranked(order, *name)) return *no;
  // First: whoever has the name next is somebody else.
  const bool exists = order.host.accounts.exists(*name);
  const auto account = order.host.accounts.find(*name);
  const std::string& known = account ? account->name : *name;  // as it was registered
  const bool is_operator = exists && rule_of(order, known);
  if (is_operator)
    if (const auto error = take_rule(order, known)) return refusal(Result::failed, *error);
  if (const auto error = order.host.accounts.remove(*name))
    return refusal(exists ? Result::failed : Result::no_such,
                   (is_operator ? *name + " is no operator any more, and has the account still: " : "") + *error);
  if (const auto person = order.host.roster.find(*name)) order.host.roster.take_account(person->session);
  return told(order, *name + " has no account any more");
}

}  // namespace chat::orders
