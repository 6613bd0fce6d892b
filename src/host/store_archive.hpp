// The archive of a host with --data.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "host/archive.hpp"
#include "host/store_reader.hpp"
#include "net/thread.hpp"

namespace chat {

// One thread, which waits for the disk so that no courier has to.
class StoreArchive final : public Archive {
 public:
  // Throws StoreError.
  explicit StoreArchive(const std::string& folder) : reader_(std::in_place, folder) {}
  ~StoreArchive() override { ensure(!thread_.joinable(), "the archive was not stopped"); }

  bool start();  // false: the system has no thread to give
  void stop();   // what is not answered yet stays unanswered; closes its connection

  void fetch(Courier& to, std::shared_ptr<Delivery> delivery, std::shared_ptr<Room> room, Seq from) override;
  void history(Courier& to, std::shared_ptr<Delivery> delivery, History question) override;

 private:
  struct Fetch {
    Courier* to;
    std::shared_ptr<Delivery> delivery;
    std::shared_ptr<Room> room;
    Seq from;
  };
  struct Question {
    Courier* to;
    std::shared_ptr<Delivery> delivery;
    History history;
  };
  using Order = std::variant<Fetch, Question>;
  void run();
  void order(Order order);
  void answer(const Fetch& fetch);
  void answer(const Question& question);

  std::optional<StoreReader> reader_;  // the thread's, and gone after it
  Thread thread_;
  Mutex mu_;  // rank 6: a leaf
  Condition bell_;
  std::deque<Order> orders_ GUARDED_BY(mu_);
  bool stopping_ GUARDED_BY(mu_) = false;
};

}  // namespace chat
