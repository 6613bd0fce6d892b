#include "host/requests.hpp"

#include <algorithm>

namespace chat {

namespace {

struct Rule {
  Verb verb;
  std::size_t least;  // arguments
  std::size_t most;
  bool for_console;  // the console may ask it, too
  Answer (*answer)(Asker, const Arguments&);
};

constexpr Rule rules[]{
    {Verb::enter, 3, 4, false, enter_room},       {Verb::leave, 1, 1, false, leave_room},
    {Verb::rooms, 0, 0, true, list_rooms},        {Verb::lock, 2, 2, false, lock_room},
    {Verb::share, 2, 2, false, share_for_room},   {Verb::confirm, 4, 4, false, confirm_for_room},
    {Verb::who, 0, 1, true, who_is_here},         {Verb::whois, 1, 1, true, who_is},
    {Verb::nick, 1, 1, false, take_nick},         {Verb::status, 2, 2, false, set_status},
    {Verb::key, 1, 1, false, announce_key},       {Verb::key_of, 1, 1, false, key_of},
    {Verb::letter, 4, 4, false, carry_letter},    {Verb::register_name, 1, 1, false, register_name},
    {Verb::passwd, 1, 1, false, change_password}, {Verb::unregister, 0, 0, false, unregister_name},
    {Verb::logout, 0, 0, false, log_out},         {Verb::order, 2, 2, true, order},
};

}  // namespace

bool Asker::is_operator() const {
  if (!session) return true;
  const auto self = host.roster.person(session->id());
  return self && self->is_operator();
}

std::set<std::uint64_t> hidden_from(Asker asker) {
  if (!asker.session) return {};
  return asker.host.roster.hidden_from(asker.session->id());
}

Answer carry_out(const Request& request, Asker asker) {
  const auto* rule =
      std::find_if(std::begin(rules), std::end(rules), [&](const Rule& each) { return each.verb == request.verb; });
  if (rule == std::end(rules))
    return refusal(Result::not_here,
                   "this host does not know that command - an older one? /version tells which clint this is");
  if (!asker.session && !rule->for_console) return refusal(Result::not_allowed, "the console cannot do that");
  if (request.args.size() < rule->least || request.args.size() > rule->most)
    return refusal(Result::bad_value, "the command has a wrong number of arguments");
  return rule->answer(asker, request.args);
}

}  // namespace chat
