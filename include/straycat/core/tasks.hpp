// Coroutines in the background. None ends unheard: whoever starts one says who is told when an exception leaves it, for
// what it saw and did ends there. The only place that starts coroutines (scripts/check-includes).
//
// Of headers only: whoever includes it links Asio.
#pragma once

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <straycat/core/result.hpp>

namespace straycat {

// Told once why a coroutine ended by an exception; never for one that came to its end.
using OnFailure = std::function<void(const std::string& why)>;

// What an exception says of itself.
[[nodiscard]] inline std::string words_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that says nothing of itself";
  }
}

// Starts `work`, which nobody can cancel.
inline void spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work, OnFailure failed) {
  boost::asio::co_spawn(executor, std::move(work), [failed = std::move(failed)](const std::exception_ptr& thrown) {
    if (thrown) failed(words_of(thrown));
  });
}

// The same work, whose exceptions are errors. For both sides of Asio's `||`, which waits for a success, and drops the
// exception of the other side.
template <class T>
boost::asio::awaitable<Result<T>> as_value(boost::asio::awaitable<Result<T>> work) {
  try {
    co_return co_await std::move(work);
  } catch (const std::exception& thrown) {
    co_return own_trouble(thrown.what());
  }
}

// Coroutines that can be ended together. Must outlive them: stop() first.
class Tasks {
 public:
  explicit Tasks(boost::asio::any_io_executor executor) : executor_(std::move(executor)), ended_(executor_) {}
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  void spawn(boost::asio::awaitable<void> work, OnFailure failed) {
    auto& one = running_.emplace_back();
    const auto at = std::prev(running_.end());
    auto ended = [this, at, failed = std::move(failed)](const std::exception_ptr& thrown) {
      running_.erase(at);
      ended_.cancel();
      // What was cancelled ends by an exception that says so: that is stop()'s own echo.
      if (thrown && !(stopping_ && is_echo(thrown))) failed(words_of(thrown));
    };
    boost::asio::co_spawn(executor_, std::move(work),
                          boost::asio::bind_cancellation_slot(one.slot(), std::move(ended)));
  }

  // Cancels all and waits until they have ended.
  boost::asio::awaitable<void> stop() {
    stopping_ = true;
    for (auto& one : running_) one.emit(boost::asio::cancellation_type::terminal);
    while (!running_.empty()) {
      ended_.expires_at(boost::asio::steady_timer::time_point::max());
      co_await ended_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    stopping_ = false;
  }

 private:
  static bool is_echo(const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
      return error.code() == boost::asio::error::operation_aborted;
    } catch (...) {
      return false;
    }
  }

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer ended_;
  std::list<boost::asio::cancellation_signal> running_;
  bool stopping_ = false;
};

}  // namespace straycat
