// Coroutines in the background that can be ended together. Private to `runner`.
#pragma once

#include <list>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace straycat::runner {

class Tasks {
 public:
  explicit Tasks(boost::asio::any_io_executor executor) : executor_(std::move(executor)), ended_(executor_) {}

  void spawn(boost::asio::awaitable<void> work) {
    auto& one = running_.emplace_back();
    const auto at = std::prev(running_.end());
    boost::asio::co_spawn(executor_, std::move(work),
                          boost::asio::bind_cancellation_slot(one.slot(), [this, at](const std::exception_ptr&) {
                            running_.erase(at);
                            ended_.cancel();
                          }));
  }

  // Cancels all and waits until they have ended.
  boost::asio::awaitable<void> stop() {
    for (auto& one : running_) one.emit(boost::asio::cancellation_type::terminal);
    while (!running_.empty()) {
      ended_.expires_at(boost::asio::steady_timer::time_point::max());
      co_await ended_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
  }

 private:
  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer ended_;
  std::list<boost::asio::cancellation_signal> running_;
};

}  // namespace straycat::runner
