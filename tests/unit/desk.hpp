// A host's ledger on a folder, and what tests look at: what is shown, what is stored.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "host/durable_ledger.hpp"
#include "host/store_reader.hpp"
#include "host/store_tools.hpp"
#include "unit/room_posts.hpp"
#include "unit/temp_folder.hpp"
#include "unit/test_vfs.hpp"

namespace chat {

// A ledger with the lobby, as a host has it.
struct Desk {
  explicit Desk(const std::string& folder, StoreSettings settings = {})
      : store(folder, settings),
        ledger(store, folder,
               {{},
                [this](const DurableLedger::Refusal& refusal) {
                  MutexLock lock(mu);
                  refusals.push_back(refusal);
                },
                [this](const std::string& line) {
                  MutexLock lock(mu);
                  reports.push_back(line);
                }}) {
    ledger.open(lobby);
    EXPECT_TRUE(ledger.start());
  }
  ~Desk() {
    ledger.stop();
    if (!ledger.broken()) store.close();
  }
  // Waits for the answer; true: it was stored and appended.
  bool say(Sender& sender, std::uint64_t message, const std::string& text = "text") {
    const Seq before = lobby.log().last();
    ledger.submit(lobby, sender, "name", message, PostKind::message, text);
    ledger.commit();
    return lobby.log().last() > before;
  }

  Mutex mu;
  std::vector<DurableLedger::Refusal> refusals;
  std::vector<std::string> reports;
  Store store;
  const std::shared_ptr<Room> shared_lobby =
      std::make_shared<Room>("lobby", LogLimits{.bytes = SIZE_MAX, .entries = SIZE_MAX}, std::vector<Bell*>{});
  Room& lobby = *shared_lobby;
  DurableLedger ledger;
};

inline std::vector<Post> stored_in(const std::string& folder) {
  return StoreReader(folder).history("lobby", 0, 0, UINT32_MAX, SIZE_MAX);
}

// What `host --check` says is wrong.
inline std::string checked(const std::string& folder) {
  std::ostringstream out;
  std::ostringstream err;
  check_data(folder, out, err);
  return err.str();
}

}  // namespace chat
