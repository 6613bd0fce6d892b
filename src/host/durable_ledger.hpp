// The ledger of a host with --data: nobody sees a post, its sender included, before it is stored.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "host/ledger.hpp"
#include "host/store.hpp"
#include "host/store_reader.hpp"
#include "net/socket.hpp"

namespace chat {

// One thread owns the store. What sessions submit waits in a queue (bounded: then they wait, too); the thread takes all
// of it, stores it in one transaction, and only then appends it to the rooms' logs and rings: while one batch is
// being synced, the next one comes together. Any thread may call any method but start() and stop().
//
// While history is off nothing is stored, and posts are appended at once. The store has been told before (leave_off),
// so that even after a crash no number is given twice; what it has to know of the time is in `unstored_` and stored
// when history is on again, or when the host stops. It is on after every start.
class DurableLedger final : public Ledger {
 public:
  // What could not be stored. From its thread, which must not be held up; nothing may be submitted from it.
  struct Refusal {
    std::uint64_t session = 0;
    std::string room;
    std::uint64_t message = 0;  // the first one; all later ones of this sender are refused, too. 0: the host's own
    std::string why;
    std::string lost;  // of the host's own: what nobody is told now, unless it is what was typed there
  };
  struct Settings {
    Keep keep;
    std::function<void(const Refusal&)> refused;
    std::function<void(const std::string&)> report;  // the store failed, or is well again: one line
  };
  DurableLedger(Store& store, const std::string& folder, Settings settings);
  ~DurableLedger() override { ensure(!thread_.joinable(), "the ledger was not stopped"); }

  bool start();  // false: the system has no thread to give
  // Stores what was submitted, ends the thread and closes the connection that reads. Nothing may be called any more.
  void stop();
  // The store failed in a way after which nothing is written any more: do not say that it was closed well.
  bool broken() const { return broken_; }

  void keep_no_more_than(const Keep& keep);

  // These two may throw StoreError, and recall() PeerFault{busy} instead.
  void open(Room& room) override;
  std::shared_ptr<Sender> recall(const ClientKey& key) override;
  void submit(Room& room, Speaker from, const std::string& name, std::uint64_t message, PostKind kind,
              Bytes body) override;
  void submit(Room& room, std::uint64_t session, const std::string& name, PostKind kind, Bytes body,
              std::uint64_t message) override;
  bool announce(Room& room, const std::string& text) override;
  void skip(Speaker from, std::uint64_t message) override;
  void skip(Speaker from, const std::string& room) override;
  void deliver(Room& room) override;
  void commit() override;
  std::vector<StoredRoom> stored_rooms() override;  // may throw StoreError
  bool lock_room(const std::string& name, std::string_view lock) override;
  bool forget_rooms(const std::vector<std::string>& names) override;
  std::vector<Fact> facts() override;  // may throw StoreError
  bool keep(const std::vector<Fact>& facts) override;
  bool stores() const override { return true; }
  std::optional<std::string> keep_history(bool on) override;
  bool keeps_history() const override { return keeps_; }
  // Runs `work` on the ledger's thread in a transaction of its own, after everything submitted before. True: it is
  // stored. False: nothing of it is. `work` may throw StoreError.
  bool transact(const std::function<void(Store&)>& work);

 private:
  struct Item {
    std::shared_ptr<Room> room;
    std::shared_ptr<Sender> sender;  // null: the host's own post
    Post post;
    Bytes frame;
    std::uint64_t refusals = 0;                   // the sender's, when this was taken over
    bool void_since = false;                      // an earlier one of its sender was refused meanwhile
    const std::function<void()>* work = nullptr;  // instead of a post
    bool* refused = nullptr;                      // of whoever waits for it: set when it could not be stored
    std::size_t bytes() const { return post.body.size() + frame.size(); }
  };

  void run();
  void wait_for_place() EXCLUDES(mu_);
  std::uint64_t push(Item item) EXCLUDES(mu_);  // gives what wait_until_done() takes
  void wake() REQUIRES(mu_);
  void wait_until_done(std::uint64_t item) EXCLUDES(mu_);
  void run_in_thread(const std::function<void()>& work) EXCLUDES(mu_);

  // The ledger's thread:
  void process(std::span<Item> items);
  void take_posts(std::span<Item> posts);
  bool store(std::span<Item> posts, std::string& why);
  void number(std::span<Item> posts);
  void append(std::span<Item> posts);
  void refuse(std::span<Item> posts, const std::string& why);
  std::optional<std::string> leave_off();
  std::optional<std::string> keep_again();
  // Does something with the store; false, and nothing of it is there, when that failed: then `why` says why.
  template <class Body>
  bool attempt(std::string& why, Body body);
  void failed(const StoreError& error);
  Clock::time_point keep_house();

  Store& store_;
  std::optional<StoreReader> reader_;  // until stop()
  const Settings settings_;
  Senders senders_;
  Thread thread_;
  std::atomic<bool> broken_ = false;
  std::atomic<bool> keeps_ = true;  // the ledger's thread sets it

  Mutex mu_;  // rank 5
  Condition bell_;
  Condition place_;
  Condition done_;
  std::vector<Item> items_ GUARDED_BY(mu_);
  std::size_t bytes_ GUARDED_BY(mu_) = 0;  // of items_
  std::uint64_t pushed_ GUARDED_BY(mu_) = 0;
  std::uint64_t processed_ GUARDED_BY(mu_) = 0;
  bool sleeping_ GUARDED_BY(mu_) = false;
  bool rung_ GUARDED_BY(mu_) = false;
  bool stopping_ GUARDED_BY(mu_) = false;
  Keep keep_ GUARDED_BY(mu_);
  // Rooms in which something was said while history is off: the last number there, and the topic if it is another one.
  struct Unstored {
    Seq last = 0;
    std::optional<Bytes> topic;
  };
  std::map<std::string, Unstored> unstored_ GUARDED_BY(mu_);

  // The ledger's thread alone:
  std::string why_broken_;
  bool told_ = false;  // that nothing can be stored at the moment
  Clock::time_point last_failure_{};
  std::map<std::uint64_t, std::shared_ptr<Sender>> unstored_senders_;  // by session: who spoke while history is off
};

}  // namespace chat
