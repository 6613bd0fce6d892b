// How far this client has read: what is new, what is its own, and whether the host keeps its promises about order.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "protocol/packets.hpp"

namespace chat {

// The host broke the protocol in a way that has no Goodbye of its own; `what` completes "host misbehaves: ...".
struct HostFault {
  std::string what;
};

// Lives as long as the client, across its connections. Pure; belongs to the client's network thread.
class Reading {
 public:
  // The packet to log in with on a new connection to the host with this id. `backlog`: posts wanted at first contact.
  Join join(const HostId& host, const ClientKey& key, const std::string& name, std::uint32_t backlog);
  void welcome(const Welcome& welcome);  // the host is believed from here on only
  // Posts wanted of a room that is entered: the usual number, or, where its log has begun anew since it was read, all.
  std::uint32_t backlog(const std::string& room, std::uint32_t usual) const;

  struct Arrival {
    bool own = false;                // said by this client, on this or an earlier connection
    std::uint64_t acknowledged = 0;  // own message id; 0: none
    std::uint64_t missed = 0;        // posts before this one that never came; 2^31 and more: nobody knows how many
  };
  // Throws HostFault when `seq` does not rise or there are too many rooms.
  Arrival arrive(const Post& post);
  // The first post of the room that was shown here; 0: none was.
  Seq first_shown(const std::string& room) const;
  Seq last_shown(const std::string& room) const;  // likewise the last one
  bool was_away(const std::string& room) const;   // it was read on an earlier connection
  void forget(const std::string& room);           // we left it: when we come back it is new to us
  // Leaves those in the answer that were not shown; `shown`: they count as shown then. It was asked for posts before
  // `before`; throws HostFault when they are not.
  void past(Past& past, Seq before, bool shown);
  bool own(const Post& post) const;
  // How many posts nobody will ever see here. Throws HostFault.
  std::uint64_t gap(const Gap& gap);

 private:
  struct Room {
    Seq shown = 0;      // the highest seen, on whatever connection
    Seq first = 0;      // the lowest
    Seq arrived = 0;    // the highest on this connection; 0: none yet
    bool away = false;  // was read on an earlier connection
    bool anew = false;  // the log is another than the one that was read: all that is in it may have been said since
  };
  Room& room(const std::string& name);

  std::map<std::string, Room> rooms_;
  std::deque<std::uint64_t> sessions_;  // our own, the present one last
  HostId asked_{};                      // the host that the last log-in was for
  HostId host_{};                       // the one whose logs these are, if met_
  bool met_ = false;                    // logged in before
};

}  // namespace chat
