// The rooms this client is in besides the lobby, and its way into them: asked for, with a password where there is one,
// and again after a cut.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "client/events.hpp"
#include "client/membership.hpp"
#include "client/outbox.hpp"
#include "client/reading.hpp"

namespace chat {

struct EnterWish {
  std::string room;  // as typed
  std::optional<Secret>
      password;  // makes the room, with this password, if there is none; else only a locked one will do
};

// Lives as long as the client, across its connections; belongs to its network thread.
class Residence {
 public:
  using Tell = std::function<void(const Event&)>;
  // small_kdf: keys of new rooms take half the memory.
  Residence(Reading& reading, Envelope& envelope, Outbox& outbox, const Tell& tell, std::uint32_t backlog,
            bool small_kdf)
      : reading_(reading),
        envelope_(envelope),
        outbox_(outbox),
        tell_(tell),
        backlog_(backlog),
        small_kdf_(small_kdf) {}

  // Each appends what is to be sent to `out`.
  void resume(const Hello& hello, const ChannelBinding& binding, Bytes& out);  // a new connection: into all of them
  void enter(EnterWish wish, Bytes& out);
  void leave(const std::string& room, Bytes& out);
  // True: the answer was to a request made here. Throws HostFault.
  bool answered(const Answer& answer, Bytes& out);
  // Whether everything may be said: no room that we were in is still to be entered again, and none to be left. What is
  // said behind a leave could be stored before what was refused in front of it.
  bool settled() const { return returned() && leaving_ == 0; }
  bool returned() const { return returning_ == 0; }  // to the rooms, after a cut
  bool is_in(const std::string& room) const { return rooms_.contains(room); }

 private:
  static constexpr std::uint32_t first_id = 0x80000000;  // requests of the owner have lower ones,
  static constexpr std::uint32_t end_id = 0xc0000000;    // those of Correspondence higher ones

  struct Attempt {
    enum class Step { enter, lock, share, confirm, leave, give_up } step = Step::enter;
    std::string room;
    bool leaves() const { return step == Step::leave || step == Step::give_up; }
    bool proves() const { return step == Step::share || step == Step::confirm; }
    bool again = false;  // we were in it before the cut
    std::optional<Secret> password;
    std::shared_ptr<const Membership> membership;
    std::optional<Prover> prover;
    std::string taken;  // why it could not be made: somebody else was faster, or has a room without a password
  };
  struct ToProve {
    Attempt attempt;
    Answer wanted;
  };
  struct Inside {
    std::shared_ptr<const Membership> membership;  // null: the room has no password
  };
  void ask(Attempt attempt, Verb verb, std::vector<Bytes> args, Bytes& out);
  void ask_enter(Attempt attempt, Bytes& out);
  void step_out(const std::string& typed, Bytes& out);
  void give_up(const std::string& room, Bytes& out);
  bool proving() const;
  void go_on(Attempt attempt, const Answer& answer, Bytes& out);
  void entered(Attempt attempt, const Answer& answer, Bytes& out);
  void refused(Attempt attempt, Result result, std::string text, Bytes& out);
  void make(Attempt attempt, Bytes& out);
  void prove(Attempt attempt, const Answer& answer, Bytes& out);
  void confirm(Attempt attempt, const Answer& answer, Bytes& out);

  Reading& reading_;
  Envelope& envelope_;
  Outbox& outbox_;
  const Tell& tell_;
  const std::uint32_t backlog_;
  const bool small_kdf_;
  std::map<std::string, Inside> rooms_;
  std::map<std::uint32_t, Attempt> attempts_;  // by the id of the request that is under way
  std::deque<ToProve> to_prove_;               // one after the other: at the host a share ends the proof before
  std::uint32_t last_id_ = first_id;
  std::size_t returning_ = 0;
  std::size_t leaving_ = 0;
  Hello hello_;  // of the present connection
  ChannelBinding binding_;
};

}  // namespace chat
