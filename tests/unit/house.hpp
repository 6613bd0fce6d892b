// A host's parts without its listener and its threads. What is stored, and when, is up to the test.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/session.hpp"
#include "unit/memory_link.hpp"

namespace chat {

class HouseLedger final : public MemoryLedger {
 public:
  bool announce(Room& room, const std::string& text) override {
    announced.push_back(text);
    on_announce();
    return stores_notices && MemoryLedger::announce(room, text);
  }

  bool keep(const std::vector<Fact>& facts) override {
    on_keep(facts);
    return stores_facts && MemoryLedger::keep(facts);
  }

  std::vector<std::string> announced;
  std::function<void(const std::vector<Fact>&)> on_keep = [](const std::vector<Fact>&) {};
  std::function<void()> on_announce = [] {};
  bool stores_notices = true;
  bool stores_facts = true;
};

struct House {
  House() {
    options.security = Security::plain;
    services.couriers.push_back(std::make_unique<Courier>());
  }

  // Somebody who is here, by a link that nobody reads.
  std::shared_ptr<Delivery> enter(const std::string& name, const std::string& address,
                                  std::shared_ptr<Link> link = std::make_shared<MemoryLink>()) {
    const auto delivery = std::make_shared<Delivery>(std::move(link));
    const std::uint64_t session = sender(name)->session();
    EXPECT_EQ(roster.enter(session, name, Address{address, 1}, delivery).name, name);
    return delivery;
  }
  // The session of somebody who is here. It does not run.
  std::unique_ptr<Session> session(const std::string& name, const std::string& address) {
    Entry entry;
    entry.delivery = enter(name, address);
    entry.link = std::make_shared<MemoryLink>();
    entry.frames = std::make_unique<FrameStream>(*entry.link, limits::frame_bytes);
    EXPECT_FALSE(gate.admit({address, 1}, Clock::now()));
    entry.ticket = std::make_unique<Ticket>(gate, Address{address, 1});
    entry.sender = sender(name);
    entry.name = name;
    return std::make_unique<Session>(services, std::move(entry));
  }
  std::shared_ptr<Sender> sender(const std::string& name) { return ledger.recall(key_of(name)); }
  static ClientKey key_of(const std::string& name) {
    ClientKey key{};
    std::copy_n(name.begin(), std::min(name.size(), key.size()), key.begin());
    return key;
  }

  HostOptions options;
  Current<const Terms> terms{std::make_shared<const Terms>()};
  Current<const TlsContext> tls;
  Guesses guesses;
  HouseLedger ledger;
  Moderation moderation{ledger, {}};
  Accounts accounts{ledger, Accounts::Policy::optional, true, Accounts::random_secret()};
  Waker stop;
  std::atomic<bool> stopping{false};
  Journal journal{"", LogLevel::off};
  Roster roster{100};
  Console console{roster, nullptr, true};
  Gate gate{false, 1};
  Rooms rooms{ledger,
              {},
              [this] { return roster.size(); },
              [this](std::uint64_t session, const std::string& name) { return roster.is_here(session, name); },
              [] {}};
  ThreadGroup threads{[] {}};
  Services services{options,
                    terms,
                    {},
                    tls,
                    nullptr,
                    guesses,
                    moderation,
                    accounts,
                    stop,
                    stopping,
                    journal,
                    console,
                    gate,
                    roster,
                    ledger,
                    rooms,
                    rooms.lobby(),
                    nullptr,
                    rooms.lobby_announcer(),
                    threads,
                    [](std::optional<std::chrono::seconds>) { return false; },
                    {}};
};

}  // namespace chat
