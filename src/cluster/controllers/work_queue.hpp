// client-go's work queue, on one thread: a key that waits is not queued twice, and work never runs inside `add`.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "cluster/controllers/clock.hpp"

namespace straycat::cluster {

using Key = std::pair<std::string, std::string>;  // namespace, name

class WorkQueue {
 public:
  // `work` is posted to the executor for each key. The clock must outlive the queue; the queue may go while keys wait.
  WorkQueue(boost::asio::any_io_executor executor, Clock& clock, std::function<void(const Key&)> work);
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(const Key& key);
  // Later additions of the same key do not cancel earlier ones: a key may be worked at more often than asked, never
  // less. One that would come after a pending one for the same instant is dropped.
  void add_after(const Key& key, Nanos delay);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace straycat::cluster
