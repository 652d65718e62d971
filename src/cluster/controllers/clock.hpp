// Time as controllers see it: the wall's for what they write, a way to be called later for what they wait for. The real
// one stands on the io_context; tests have one that they turn by hand.
#pragma once

#include <cstdint>
#include <functional>

#include <boost/asio/any_io_executor.hpp>

#include <straycat/core/time.hpp>

namespace straycat::cluster {

class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since 1970.
  [[nodiscard]] virtual std::int64_t wall_ns() const = 0;
  // Calls `then` once, from the executor, never from inside this call. It cannot be taken back: `then` must bear that
  // its owner is gone.
  virtual void after(Nanos delay, std::function<void()> then) = 0;

  [[nodiscard]] std::int64_t wall_seconds() const { return wall_ns() / 1'000'000'000; }
};

class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  [[nodiscard]] std::int64_t wall_ns() const override;
  void after(Nanos delay, std::function<void()> then) override;

 private:
  boost::asio::any_io_executor executor_;
};

}  // namespace straycat::cluster
