#include "host/roster.hpp"

#include <algorithm>
#include <charconv>

#include "net/socket.hpp"

namespace chat {

namespace {

constexpr std::string_view nameless = "clint";  // and a number
constexpr std::size_t addresses_kept = 100;     // of those that left

// At most `most` characters from the front of valid UTF-8.
std::string_view front(std::string_view text, std::size_t most) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (begins && most-- == 0) return text.substr(0, at);
  }
  return text;
}

}  // namespace

// Who has this name, or one that looks like it, but for this session; null: nobody.
const Person* Roster::holder(const std::string& name, std::uint64_t but) const {
  for (const std::string& skeleton : name_skeletons(name))
    if (const auto found = by_skeleton_.find(skeleton); found != by_skeleton_.end() && found->second != but)
      return &members_.at(found->second).person;
  return nullptr;
}

bool Roster::is_free(const std::string& name) const { return !holder(name) && !(reserved_ && reserved_(name)); }

// A name nobody has, made from the wanted one; empty when it only looks like somebody's.
std::string Roster::free_name(const std::string& wanted) {
  if (wanted.empty()) {
    while (!is_free(std::string(nameless) + std::to_string(lowest_free_))) ++lowest_free_;
    return std::string(nameless) + std::to_string(lowest_free_++);
  }
  const Person* const taken_by = holder(wanted);
  if (!taken_by) return is_free(wanted) ? wanted : std::string();
  if (taken_by->name != wanted) return {};
  for (std::size_t number = 2;; ++number) {
    const std::string suffix = "-" + std::to_string(number);
    std::string name = std::string(front(wanted, limits::name_characters - suffix.size())) + suffix;
    if (number == 2 && !check_name(name)) return {};  // its digits are not those of its script
    if (is_free(name)) return name;
  }
}

void Roster::take_name(Person& person, const std::string& name) {
  person.name = name;
  for (std::string& skeleton : name_skeletons(name)) by_skeleton_.emplace(std::move(skeleton), person.session);
}

void Roster::give_name_back(const Person& person) {
  const std::string& name = person.name;
  for (const std::string& skeleton : name_skeletons(name)) by_skeleton_.erase(skeleton);
  std::uint32_t number = 0;
  if (!name.starts_with(nameless)) return;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + nameless.size(), end, number);
  if (parsed.ec == std::errc{} && parsed.ptr == end && number > 0) lowest_free_ = std::min(lowest_free_, number);
}

// Its key was made for another name: it announces one anew.
void Roster::await_key(Person& person) {
  person.key.clear();
  person.keyless_since = Clock::now();
}

// ---- Coming and going ----------------------------------------------------------------------------------------------

Roster::Admission Roster::enter(std::uint64_t session, const std::string& wanted, const Address& from,
                                std::shared_ptr<Delivery> delivery, const Claim& claim, const Judge& judge) {
  const std::string& account = claim.account;
  std::string address = from.text();
  std::string address_group = from.group();
  MutexLock lock(mu_);
  Admission admission;
  const Verdict verdict = judge ? judge() : Verdict{};
  admission.refused = verdict.refused;
  if (admission.refused) return admission;
  if (const auto here = members_.find(session); here != members_.end()) {
    Person& person = here->second.person;
    if (!account.empty() && account != person.account) {  // it becomes somebody else
      if (holder(account, session)) {
        admission.refused = Goodbye::bad_name;  // nothing was touched: its old connection goes on
        return admission;
      }
      admission.was = person.name;
      if (!person.account.empty()) person.operator_until = {};
      give_name_back(person);
      take_name(person, account);
      person.account = account;
      await_key(person);
    }
    delivery->take_over(*person.delivery);
    if (!account.empty()) person.proven = claim.proven;
    if (verdict.operator_until) person.operator_until = *verdict.operator_until;
    admission.name = person.name;
    admission.members = members_.size();
    admission.replaced = std::exchange(person.delivery, std::move(delivery));
    admission.connection = person.connection = ++connections_;
    person.address = std::move(address);
    person.address_group = std::move(address_group);
    person.held = false;
    if (std::exchange(here->second.held_until, Clock::time_point::max()) != Clock::time_point::max()) --held_;
    return admission;
  }
  if (members_.size() >= most_ + (verdict.operator_until ? 1 : 0)) {
    admission.refused = Goodbye::full;
    return admission;
  }
  if (const Person* const before = account.empty() ? nullptr : holder(account)) {
    const auto place = members_.find(before->session);
    const bool is_it = before->account == account && before->held;
    if (is_it && !holder(account, before->session)) {  // its owner is here, by another client
      admission.gone = Gone{{before->session, before->connection}, before->name, place->second.why};
      take_out(place);
    }
  }
  if (account.empty()) {
    admission.name = free_name(wanted);
  } else if (!holder(account)) {
    admission.name = account;
  }
  if (admission.name.empty()) {
    admission.refused = Goodbye::bad_name;
    return admission;
  }
  Person& person = members_[session].person;
  person.session = session;
  // First: by it the place is found again, should there be no memory for the rest.
  person.delivery = std::move(delivery);
  person.address = std::move(address);
  person.address_group = std::move(address_group);
  person.account = account;
  person.proven = claim.proven;
  person.operator_until = verdict.operator_until.value_or(Clock::time_point{});
  admission.connection = person.connection = ++connections_;
  person.since_ms = unix_ms();
  person.came = person.spoke = person.keyless_since = Clock::now();
  take_name(person, admission.name);
  admission.members = members_.size();
  return admission;
}

std::optional<std::size_t> Roster::leave(std::uint64_t session, const Delivery& delivery) {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  if (here == members_.end() || here->second.person.delivery.get() != &delivery) return std::nullopt;
  take_out(here);
  return members_.size();
}

bool Roster::hold(std::uint64_t session, const Delivery& delivery, Goodbye why, Clock::time_point until) {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  if (here == members_.end() || here->second.person.delivery.get() != &delivery) return false;
  here->second.held_until = until;
  here->second.why = why;
  here->second.person.held = true;
  ++held_;
  return true;
}

std::vector<Roster::Gone> Roster::take_expired(Clock::time_point now) {
  MutexLock lock(mu_);
  std::vector<Gone> gone;
  if (held_ == 0) return gone;
  for (auto at = members_.begin(); at != members_.end();) {
    const auto here = at++;
    if (here->second.held_until > now) continue;
    gone.push_back({{here->first, here->second.person.connection}, here->second.person.name, here->second.why});
    take_out(here);
  }
  return gone;
}

Clock::time_point Roster::next_expiry() const {
  MutexLock lock(mu_);
  auto next = Clock::time_point::max();
  if (held_ == 0) return next;
  for (const auto& [session, member] : members_) next = std::min(next, member.held_until);
  return next;
}

void Roster::take_out(Members::iterator here) {
  if (here->second.held_until != Clock::time_point::max()) --held_;
  give_name_back(here->second.person);
  left_from_.emplace_back(here->first, std::move(here->second.person.address));
  if (left_from_.size() > addresses_kept) left_from_.pop_front();
  members_.erase(here);
}

// ---- Changing ------------------------------------------------------------------------------------------------------

// The session's place, if this connection has it still.
Person* Roster::person_of(std::uint64_t session, const Delivery& delivery) {
  const auto here = members_.find(session);
  const bool present = here != members_.end() && here->second.person.delivery.get() == &delivery;
  return present ? &here->second.person : nullptr;
}

bool Roster::rename(std::uint64_t session, const Delivery& delivery, const std::string& name, bool key_is_named) {
  MutexLock lock(mu_);
  Person* const person = person_of(session, delivery);
  if (!person) return false;
  give_name_back(*person);
  const bool may_have_it = is_free(name);
  take_name(*person, may_have_it ? name : person->name);
  if (may_have_it && key_is_named) await_key(*person);
  if (person->name == person->wanted_name) person->wanted_name.clear();
  return may_have_it;
}

void Roster::want_name(std::uint64_t session, const std::string& name) {
  MutexLock lock(mu_);
  if (const auto here = members_.find(session); here != members_.end()) here->second.person.wanted_name = name;
}

std::string Roster::rename_to_any(std::uint64_t session, const Delivery& delivery, bool key_is_named) {
  MutexLock lock(mu_);
  Person* const person = person_of(session, delivery);
  if (!person) return {};
  give_name_back(*person);
  take_name(*person, free_name({}));
  if (key_is_named) await_key(*person);
  return person->name;
}

bool Roster::set_account(std::uint64_t session, const Delivery& delivery, const std::string& account,
                         std::shared_ptr<const Verifier> made) {
  MutexLock lock(mu_);
  Person* const person = person_of(session, delivery);
  if (!person || person->name != account) return false;
  person->account = account;
  person->proven = std::move(made);
  return true;
}

void Roster::take_account(std::uint64_t session) {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  if (here == members_.end()) return;
  here->second.person.account.clear();
  here->second.person.proven.reset();
  here->second.person.operator_until = {};
}

void Roster::set_operator(std::uint64_t session, Clock::time_point until) {
  MutexLock lock(mu_);
  if (const auto here = members_.find(session); here != members_.end()) here->second.person.operator_until = until;
}

void Roster::set_operator(const std::string& account, Clock::time_point until) {
  MutexLock lock(mu_);
  const Person* const person = holder(account);
  if (person && person->account == account) members_.at(person->session).person.operator_until = until;
}

void Roster::spoke(std::uint64_t session) {
  MutexLock lock(mu_);
  if (const auto here = members_.find(session); here != members_.end()) here->second.person.spoke = Clock::now();
}

void Roster::set_status(std::uint64_t session, Status status, std::string text) {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  if (here == members_.end()) return;
  here->second.person.status = status;
  here->second.person.status_text = std::move(text);
}

void Roster::set_key(std::uint64_t session, Bytes key) {
  MutexLock lock(mu_);
  if (const auto here = members_.find(session); here != members_.end()) here->second.person.key = std::move(key);
}

// ---- Looking -------------------------------------------------------------------------------------------------------

std::size_t Roster::size() const {
  MutexLock lock(mu_);
  return members_.size();
}

std::optional<Person> Roster::find(const std::string& name) const {
  MutexLock lock(mu_);
  const Person* const person = holder(name);
  return person ? std::optional(*person) : std::nullopt;
}

std::optional<Person> Roster::person(std::uint64_t session) const {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  return here == members_.end() ? std::nullopt : std::optional(here->second.person);
}

bool Roster::is_here(std::uint64_t session, const std::string& name) const {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  return here != members_.end() && here->second.person.name == name;
}

Roster::People Roster::people(std::size_t most, std::optional<std::uint64_t> seen_by) const {
  People people;
  {
    MutexLock lock(mu_);
    for (const auto& [session, member] : members_) {
      if (seen_by && !member.person.visible_to(*seen_by)) continue;
      if (++people.all <= most) people.listed.push_back(member.person);
    }
  }
  std::sort(people.listed.begin(), people.listed.end(),
            [](const Person& one, const Person& other) { return one.name < other.name; });
  return people;
}

std::set<std::uint64_t> Roster::hidden_from(std::uint64_t session) const {
  MutexLock lock(mu_);
  std::set<std::uint64_t> hidden;
  for (const auto& [each, member] : members_)
    if (!member.person.visible_to(session)) hidden.insert(each);
  return hidden;
}

std::shared_ptr<Delivery> Roster::delivery_of(std::uint64_t session) const {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  return here == members_.end() ? nullptr : here->second.person.delivery;
}

std::string Roster::address_of(std::uint64_t session) const {
  MutexLock lock(mu_);
  const auto here = members_.find(session);
  if (here != members_.end()) return here->second.person.address;
  const auto left =
      std::find_if(left_from_.rbegin(), left_from_.rend(), [&](const auto& each) { return each.first == session; });
  return left == left_from_.rend() ? std::string() : left->second;
}

std::vector<std::string> Roster::names() const {
  std::vector<std::string> names;
  {
    MutexLock lock(mu_);
    for (const auto& [session, member] : members_) names.push_back(member.person.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::pair<std::uint64_t, std::shared_ptr<Delivery>>> Roster::deliveries() const {
  MutexLock lock(mu_);
  std::vector<std::pair<std::uint64_t, std::shared_ptr<Delivery>>> all;
  for (const auto& [session, member] : members_) all.emplace_back(session, member.person.delivery);
  return all;
}

}  // namespace chat
