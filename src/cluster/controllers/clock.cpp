#include "cluster/controllers/clock.hpp"

#include <memory>

#include <boost/asio/steady_timer.hpp>

namespace straycat::cluster {

std::int64_t SystemClock::wall_ns() const { return wall_now_ns(); }

void SystemClock::after(Nanos delay, std::function<void()> then) {
  auto timer = std::make_shared<boost::asio::steady_timer>(executor_, delay);
  timer->async_wait([timer, then = std::move(then)](boost::system::error_code error) {
    if (!error) then();
  });
}

}  // namespace straycat::cluster
