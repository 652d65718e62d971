// Wakes whoever waits, all of them, when something has changed. Private to `runner`.
#pragma once

#include <list>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <straycat/core/time.hpp>

namespace straycat::runner {

class Bell {
 public:
  explicit Bell(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() {
    for (auto* timer : *waiting_) timer->cancel();
  }
  // Returns when it rings, or after `most`.
  boost::asio::awaitable<void> wait(Nanos most) {
    boost::asio::steady_timer timer(executor_, std::chrono::duration_cast<boost::asio::steady_timer::duration>(most));
    const Place place(waiting_, timer);
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

 private:
  using Waiting = std::list<boost::asio::steady_timer*>;
  // A timer's place among those that wait, for as long as it waits. A coroutine that was abandoned goes with its loop,
  // perhaps after the bell.
  class Place {
   public:
    Place(std::shared_ptr<Waiting> all, boost::asio::steady_timer& timer)
        : all_(std::move(all)), at_(all_->insert(all_->end(), &timer)) {}
    ~Place() { all_->erase(at_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    std::shared_ptr<Waiting> all_;
    Waiting::iterator at_;
  };

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace straycat::runner
