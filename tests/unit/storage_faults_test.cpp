// Rows E2, E4, E6 and E9 of the fault table: writes that fail, power cuts, and octets that changed.
#include <fstream>
#include <set>

#include "host/data_folder.hpp"
#include "unit/desk.hpp"

namespace chat {
namespace {

// Three senders, one message after the other; each that was refused is sent once more. What was acknowledged.
std::set<std::pair<std::uint64_t, std::uint64_t>> work(Desk& desk, int messages, std::mt19937& random) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> acknowledged;
  std::vector<std::shared_ptr<Sender>> senders;
  for (std::uint8_t i = 1; i <= 3; ++i) senders.push_back(desk.ledger.recall(ClientKey{i}));
  std::map<Sender*, std::uint64_t> next;
  for (int i = 0; i < messages; ++i) {
    Sender& sender = *senders[random() % senders.size()];
    const std::uint64_t id = sender.last_message() + 1;
    const std::size_t before = posts(desk.lobby).size();
    desk.say(sender, id, std::string(1 + random() % 6000, 'x'));
    for (const Post& post : posts(desk.lobby)) acknowledged.emplace(post.session, post.message);
    EXPECT_LE(posts(desk.lobby).size(), before + 1);
  }
  return acknowledged;
}

// Everything acknowledged is there, nothing twice, the numbers without holes; the file is whole.
::testing::AssertionResult whole(const std::string& folder,
                                 const std::set<std::pair<std::uint64_t, std::uint64_t>>& acknowledged) {
  try {
    Store(folder, {}).close();
    std::ostringstream out;
    std::ostringstream err;
    if (check_data(folder, out, err) != 0) return ::testing::AssertionFailure() << err.str();
    std::set<std::pair<std::uint64_t, std::uint64_t>> there;
    for (const Post& post : stored_in(folder))
      if (!there.emplace(post.session, post.message).second) return ::testing::AssertionFailure() << "twice";
    for (const auto& each : acknowledged)
      if (!there.contains(each))
        return ::testing::AssertionFailure()
               << "message " << each.second << " of " << acknowledged.size() << " is lost";
    return ::testing::AssertionSuccess();
  } catch (const StoreError& error) {
    return ::testing::AssertionFailure() << error.what();
  }
}

TEST(StorageFaults, E2_AFailedWriteOrSyncIsNeverAcknowledged) {
  using Fault = TestVfs::Fault;
  int hit = 0;
  for (const Fault fault :
       {Fault::write_error, Fault::disk_full, Fault::short_write, Fault::sync_error, Fault::truncate_error})
    for (int nth = 1; nth <= 40; nth += nth < 10 ? 1 : 5) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " at " + std::to_string(nth));
      const TempFolder folder;
      { Store(folder.path(), {}).close(); }
      std::mt19937 random(static_cast<unsigned>(nth));
      std::set<std::pair<std::uint64_t, std::uint64_t>> acknowledged;
      {
        TestVfs vfs;
        Desk desk(folder.path(), {Durability::power, 0, TestVfs::name});
        vfs.fail(fault, nth);
        acknowledged = work(desk, 12, random);
        if (vfs.failures() > 0) {
          ++hit;
          EXPECT_EQ(desk.refusals.empty(), false);
          EXPECT_EQ(desk.ledger.broken(), fault != Fault::disk_full);
        }
      }
      EXPECT_TRUE(whole(folder.path(), acknowledged));
    }
  EXPECT_GT(hit, 30);
}

TEST(StorageFaults, E6_ALostLogIsNotForgottenByAStartThatDoesNotGetThrough) {
  const TempFolder folder;
  HostId id{};
  {
    Store store(folder.path(), {});
    id = store.host_id();
    std::filesystem::copy(database_in(folder.path()), folder.path() + "/without");
  }
  int refused = 0;
  for (int nth = 1; nth <= 12; ++nth) {
    SCOPED_TRACE(nth);
    const TempFolder copy;
    std::filesystem::copy(folder.path() + "/without", database_in(copy.path()));
    try {
      TestVfs vfs;
      vfs.fail(TestVfs::Fault::disk_full, nth, 1000);
      const Store store(copy.path(), {Durability::power, 0, TestVfs::name});
    } catch (const StoreError&) {
      ++refused;
    }
    const Store store(copy.path(), {});
    EXPECT_NE(store.host_id(), id);
  }
  EXPECT_GT(refused, 2);
}

TEST(StorageFaults, E9_ABirthThatIsInterruptedIsBegunAgain) {
  int interrupted = 0;
  for (int operations = 0; operations < 60; ++operations) {
    const TempFolder folder;
    std::mt19937 random(static_cast<unsigned>(operations));
    {
      TestVfs vfs;
      vfs.cut_after(operations);
      try {
        Store(folder.path(), {Durability::power, 0, TestVfs::name}).close();
      } catch (const StoreError&) {
        ++interrupted;
      }
      vfs.leave_what_survived(512, random);
    }
    EXPECT_TRUE(whole(folder.path(), {})) << "after " << operations << " operations";
    Desk desk(folder.path());
    EXPECT_TRUE(desk.say(*desk.ledger.recall(ClientKey{1}), 1));
  }
  EXPECT_GT(interrupted, 10);
}

// A thousand octets, spread over the whole file: one bit of each, or all.
TEST(StorageFaults, E6_AnOctetThatChangedIsRefusedOrSurvivedNeverTheReasonToBeginAnew) {
  const TempFolder good;
  {
    Desk desk(good.path(), {Durability::process});
    const auto sender = desk.ledger.recall(ClientKey{1});
    for (std::uint64_t id = 1; id <= 200; ++id)
      desk.ledger.submit(desk.lobby, *sender, "name", id, PostKind::message, std::string(100, 'x'));
    desk.ledger.commit();
  }
  std::string octets = content_of(database_in(good.path()));
#ifdef CLINT_SANITIZED  // each is a host's whole start, and takes up to twenty times as long there
  constexpr std::size_t places = 250;
#else
  constexpr std::size_t places = 1000;
#endif
  int refused = 0;
  for (std::size_t at = 0; at < octets.size(); at += 1 + octets.size() / places) {
    SCOPED_TRACE("octet " + std::to_string(at));
    const TempFolder folder;
    octets[at] = static_cast<char>(octets[at] ^ (at % 2 == 0 ? 0x01 : 0xff));
    std::ofstream(database_in(folder.path()), std::ios::binary) << octets;
    octets[at] = static_cast<char>(octets[at] ^ (at % 2 == 0 ? 0x01 : 0xff));
    try {
      Desk desk(folder.path());
      EXPECT_GE(desk.lobby.log().last(), 200u) << "it began anew";
      desk.say(*desk.ledger.recall(ClientKey{2}), 1);
    } catch (const StoreError& error) {
      ++refused;
      EXPECT_NE(error.kind, StoreError::Kind::full);
    }
    EXPECT_GE(content_of(database_in(folder.path())).size(), octets.size()) << "something was thrown away";
  }
  EXPECT_GT(refused, static_cast<int>(places / 50));
}

// How many rounds of a power cut lost or damaged something.
int losses(Durability durability, int rounds) {
  int lost = 0;
  for (int round = 0; round < rounds; ++round) {
    const TempFolder folder;
    { Store(folder.path(), {}).close(); }
    std::mt19937 random(static_cast<unsigned>(round));
    std::set<std::pair<std::uint64_t, std::uint64_t>> acknowledged;
    TestVfs vfs;
    {
      Desk desk(folder.path(), {durability, 0, TestVfs::name});
      vfs.cut_after(static_cast<int>(1 + random() % 120));
      acknowledged = work(desk, 15, random);
    }
    vfs.leave_what_survived(round % 2 == 0 ? 4096 : 512, random);
    if (durability == Durability::power) {
      EXPECT_FALSE(Store(folder.path(), {}).lost_log()) << "round " << round;
    }
    const auto result = whole(folder.path(), acknowledged);
    if (result) continue;
    ++lost;
    if (durability == Durability::power) ADD_FAILURE() << "round " << round << ": " << result.message();
  }
  return lost;
}

TEST(StorageFaults, E4_APowerCutLosesNothingThatWasAcknowledged) {
  const char* const amount = std::getenv("CLINT_FAULTS");  // `make faults`
  EXPECT_EQ(losses(Durability::power, amount && std::string_view(amount) == "full" ? 200 : 100), 0);
}

TEST(StorageFaults, E4_TheSameCutBitesWithoutSyncs) { EXPECT_GT(losses(Durability::process, 40), 5); }

}  // namespace
}  // namespace chat
