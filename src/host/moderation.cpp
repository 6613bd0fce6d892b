#include "host/moderation.hpp"

#include <algorithm>

#include "host/sqlite.hpp"

namespace chat {

namespace {

constexpr std::array<const char*, 4> kinds{"ban", "mute", "allow", "operator"};
constexpr const char* setting = "setting";
constexpr const char* allowlist_on = "allowlist";

const char* kind_of(Moderation::List list) { return kinds[static_cast<std::size_t>(list)]; }

// The command that shows it.
std::string_view command_of(Moderation::List list) {
  switch (list) {
    case Moderation::List::banned: return "/bans";
    case Moderation::List::muted: return "/mute";
    case Moderation::List::allowed: return "/allowlist";
    case Moderation::List::operators: return "/op";
  }
  return {};
}

constexpr const char* not_stored = "that could not be stored - the host's log says why";

// As it is stored: the end by the clock on the wall, since the host may be stopped meanwhile; 0: none.
Bytes stored(const Moderation::Rule& rule) {
  std::uint64_t until_ms = 0;
  if (rule.until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*rule.until - Clock::now());
    until_ms = unix_ms() + static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 1));
  }
  Bytes value;
  ByteWriter out(value);
  out.u64(until_ms);
  out.bytes(rule.by);
  out.bytes(rule.why);
  return value;
}

// Nothing: its time is over.
std::optional<Moderation::Rule> rule_from(const Ledger::Fact& fact) {
  ByteReader in(fact.value);
  Moderation::Rule rule;
  rule.whom = fact.name;
  const std::uint64_t until_ms = in.u64();
  rule.by = Bytes(in.bytes());
  rule.why = Bytes(in.bytes());
  in.end();
  const std::uint64_t now_ms = unix_ms();
  if (until_ms == 0) return rule;
  if (until_ms <= now_ms) return std::nullopt;
  rule.until = Clock::now() + std::chrono::milliseconds(until_ms - now_ms);
  return rule;
}

bool over(const Moderation::Rule& rule) { return rule.until && *rule.until <= Clock::now(); }

}  // namespace

bool is_address(const std::string& text) {
  if (!check_host(text)) return false;
  return text.find(':') != std::string::npos || text.find_first_not_of("0123456789.") == std::string::npos;
}

std::string time_left(Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(until - Clock::now()).count();
  const auto in = [left](std::int64_t unit) { return (left + unit / 2) / unit; };  // the nearest number of them
  if (left < 120) return std::to_string(std::max<std::int64_t>(left, 1)) + " s";
  if (in(60) < 120) return std::to_string(in(60)) + " min";
  if (in(3600) < 48) return std::to_string(in(3600)) + " h";
  return std::to_string(in(86'400)) + " days";
}

std::string mute_text(const Moderation::Rule& rule) {
  std::string text = "an operator has muted you";
  if (rule.until) text += " for " + time_left(*rule.until);
  return text + (rule.why.empty() ? "" : ": " + rule.why);
}

Moderation::Moderation(Ledger& ledger, const std::vector<std::string>& operators) : ledger_(ledger) {
  MutexLock lock(mu_);
  for (const Ledger::Fact& fact : ledger_.facts()) {
    if (fact.kind == setting && fact.name == allowlist_on) allowlist_ = true;
    const auto kind = std::find(kinds.begin(), kinds.end(), fact.kind);
    if (kind == kinds.end()) continue;
    try {
      if (auto rule = rule_from(fact)) put(static_cast<List>(kind - kinds.begin()), std::move(*rule));
    } catch (const PeerFault&) {
      throw StoreError(StoreError::Kind::damaged, "the rule for " + printable(fact.name) + " does not read as one");
    }
  }
  for (const std::string& name : operators) put(List::operators, {name, std::nullopt, "--operator", {}});
}

const Moderation::Rule* Moderation::found(List list, const std::string& whom, std::uint64_t session) const {
  const auto under_another_name = rules(list).sessions.find(session);
  if (under_another_name != rules(list).sessions.end() && under_another_name->second != whom)
    if (const Rule* rule = found(list, under_another_name->second)) return rule;
  const Rule* rule = nullptr;
  if (list == List::banned && is_address(whom)) {
    const auto at = rules(list).addresses.find(Address{whom, 0}.group());
    if (at != rules(list).addresses.end()) rule = &at->second;
  } else if (const auto* at = whom.empty() ? nullptr : rules(list).names.find(whom)) {
    rule = &at->second;
  }
  return rule && !over(*rule) ? rule : nullptr;
}

void Moderation::put(List list, Rule rule) {
  const std::string whom = rule.whom;
  if (rule.session != 0) rules(list).sessions.insert_or_assign(rule.session, whom);
  if (list == List::banned && is_address(whom))
    rules(list).addresses.insert_or_assign(Address{whom, 0}.group(), std::move(rule));
  else
    rules(list).names.put(whom, std::move(rule));
  count_muted();
}

void Moderation::erase(List list, const std::string& whom) {
  std::erase_if(rules(list).sessions, [&](const auto& each) { return each.second == whom; });
  if (list == List::banned && is_address(whom))
    rules(list).addresses.erase(Address{whom, 0}.group());
  else
    rules(list).names.erase(whom);
  count_muted();
}

void Moderation::count_muted() { muted_ = rules(List::muted).names.all().size(); }

std::optional<std::string> Moderation::add(List list, Rule rule) {
  MutexLock changing(changing_);
  // One that is there under another spelling goes, those whose time is over, too: when the new one is stored.
  std::vector<std::string> old;
  std::vector<std::uint64_t> sessions;  // that it is for
  {
    MutexLock lock(mu_);
    if (const Rule* present = found(list, rule.whom)) {
      old.push_back(present->whom);
      for (const auto& [session, whom] : rules(list).sessions)
        if (whom == present->whom) sessions.push_back(session);
    }
    for (const auto& [name, each] : rules(list).names.all())
      if (over(each)) old.push_back(name);
    for (const auto& [group, each] : rules(list).addresses)
      if (over(each)) old.push_back(each.whom);
    if (rules(list).names.all().size() + rules(list).addresses.size() >= limits::rules + old.size())
      return "there are " + std::to_string(limits::rules) + " of them - take some back first";
  }
  // All of it or nothing: an old spelling that stayed would be there again after a restart.
  std::vector<Ledger::Fact> facts{{kind_of(list), rule.whom, stored(rule)}};
  for (const std::string& name : old)
    if (name != rule.whom) facts.push_back({kind_of(list), name, {}});
  if (!ledger_.keep(facts)) return not_stored;
  MutexLock lock(mu_);
  for (const std::string& name : old) erase(list, name);
  for (const std::uint64_t session : sessions) rules(list).sessions.emplace(session, rule.whom);
  put(list, std::move(rule));
  return std::nullopt;
}

std::optional<std::string> Moderation::remove(List list, const std::string& whom) {
  MutexLock changing(changing_);
  std::string name;
  {
    MutexLock lock(mu_);
    const Rule* rule = found(list, whom);
    if (!rule) return printable(whom) + " is not on that list - " + std::string(command_of(list)) + " shows it";
    name = rule->whom;
  }
  if (!ledger_.keep({{kind_of(list), name, {}}})) return not_stored;
  MutexLock lock(mu_);
  erase(list, name);
  return std::nullopt;
}

void Moderation::follow(List list, const std::string& whom, std::uint64_t session) {
  MutexLock changing(changing_);  // a change under way would forget this one
  MutexLock lock(mu_);
  const Rule* const present = found(list, whom);
  if (!present) return;
  Rule rule = *present;
  rule.session = session;
  put(list, std::move(rule));
}

std::vector<Moderation::Rule> Moderation::all(List list) const {
  MutexLock lock(mu_);
  std::vector<Rule> all;
  for (const auto& [name, rule] : rules(list).names.all())
    if (!over(rule)) all.push_back(rule);
  for (const auto& [group, rule] : rules(list).addresses)
    if (!over(rule)) all.push_back(rule);
  return all;
}

std::optional<Moderation::Rule> Moderation::find(List list, const std::string& whom, std::uint64_t session) const {
  MutexLock lock(mu_);
  const Rule* rule = found(list, whom, session);
  return rule ? std::optional(*rule) : std::nullopt;
}

std::optional<std::string> Moderation::set_allowlist(bool on) {
  MutexLock changing(changing_);
  if (!ledger_.keep({{setting, allowlist_on, on ? "on" : ""}})) return not_stored;
  allowlist_ = on;
  return std::nullopt;
}

std::optional<Moderation::Refusal> Moderation::judge(const std::string& name, const Address& from, bool newcomer,
                                                     std::uint64_t session) const {
  MutexLock lock(mu_);
  const Rule* ban = found(List::banned, name, session);
  if (!ban) ban = found(List::banned, from.ip);
  if (ban) {
    std::string text = ban->until ? "for " + time_left(*ban->until) : "";
    if (!ban->why.empty()) text += (text.empty() ? "" : ": ") + ban->why;
    return Refusal{Goodbye::banned, text};
  }
  if (!newcomer) return std::nullopt;
  if (closed_) return Refusal{Goodbye::closed, {}};
  if (allowlist_ && (name.empty() || !found(List::allowed, name)))
    return Refusal{Goodbye::closed, "only names on the host's list"};
  return std::nullopt;
}

}  // namespace chat
