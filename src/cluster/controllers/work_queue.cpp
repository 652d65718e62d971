#include "cluster/controllers/work_queue.hpp"

#include <boost/asio/post.hpp>

namespace straycat::cluster {

struct WorkQueue::State {
  boost::asio::any_io_executor executor;
  Clock& clock;
  std::function<void(const Key&)> work;
  std::set<Key> waiting;
  std::set<std::pair<std::int64_t, Key>> timers;  // due instants, to drop doubles
};

WorkQueue::WorkQueue(boost::asio::any_io_executor executor, Clock& clock, std::function<void(const Key&)> work)
    : state_(std::make_shared<State>(State{std::move(executor), clock, std::move(work), {}, {}})) {}

void WorkQueue::add(const Key& key) {
  if (!state_->waiting.insert(key).second) return;
  boost::asio::post(state_->executor, [weak = std::weak_ptr(state_), key] {
    const auto state = weak.lock();
    if (!state) return;
    state->waiting.erase(key);
    state->work(key);
  });
}

void WorkQueue::add_after(const Key& key, Nanos delay) {
  if (delay.count() <= 0) return add(key);
  const auto due = state_->clock.wall_ns() + delay.count();
  if (!state_->timers.insert({due, key}).second) return;
  state_->clock.after(delay, [this, weak = std::weak_ptr(state_), due, key] {
    const auto state = weak.lock();
    if (!state) return;  // the queue is gone, and `this` with it
    state->timers.erase({due, key});
    add(key);
  });
}

}  // namespace straycat::cluster
