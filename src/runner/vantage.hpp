// A vantage point, as the steps see it. Private to `runner`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "runner/site.hpp"

namespace straycat::runner {

class Vantage {
 public:
  Vantage() = default;
  Vantage(const Vantage&) = delete;
  Vantage& operator=(const Vantage&) = delete;
  virtual ~Vantage() = default;

  // Returns when its first record has come. Errors: why it cannot speak.
  virtual boost::asio::awaitable<Result<>> start() = 0;
  // Ends it, waits for its summary (at most 15 s), and says in the log when it was lost.
  virtual boost::asio::awaitable<void> stop() = 0;
};

// One vantage point for each place where a plan's traffic is to start (on each node, for `nodes`), with all the traffic
// that starts there; numbered a0, a1, ... from `first`. Errors: the nodes cannot be listed.
boost::asio::awaitable<Result<std::vector<std::unique_ptr<Vantage>>>> make_vantages(Site& site, std::size_t first);

}  // namespace straycat::runner
