// Wakes whoever waits, all of them, when something has changed. Private to `runner`.
#pragma once

#include <list>
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
    for (auto* timer : waiting_) timer->cancel();
  }
  // Returns when it rings, or after `most`.
  boost::asio::awaitable<void> wait(Nanos most) {
    boost::asio::steady_timer timer(executor_, std::chrono::duration_cast<boost::asio::steady_timer::duration>(most));
    const Place place(waiting_, timer);
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

 private:
  using Waiting = std::list<boost::asio::steady_timer*>;
  // A timer's place among those that wait, for as long as it waits.
  class Place {
   public:
    Place(Waiting& all, boost::asio::steady_timer& timer) : all_(all), at_(all.insert(all.end(), &timer)) {}
    ~Place() { all_.erase(at_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Waiting& all_;
    Waiting::iterator at_;
  };

  boost::asio::any_io_executor executor_;
  Waiting waiting_;
};

}  // namespace straycat::runner
