// Failure mode 21: the probing host runs out of ports, descriptors or time. The tool's own fault: it is never claimed
// against the Service, it only speaks against being sure.
#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {

namespace {

Ruling claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  std::uint64_t local = 0;
  std::uint64_t stalled = 0;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (cell.sight == Sight::local) local += cell.count;
    if (cell.sight == Sight::stalled) stalled += cell.count;
  }
  if (local > 0) {
    ruling.open.push_back(fmt::format("the prober itself ran out of ports, descriptors or memory: {} of its own",
                                      count(local, "failure")));
  }
  if (stalled > 0) {
    ruling.open.push_back(
        fmt::format("the prober stood still around {} (its loop was up to {} late)", count(stalled, "failure"),
                    in_ms(the_case.worst_loop_lag_ns)));
  }
  ruling.excluded =
      fmt::format("no attempt failed for want of ports or descriptors, and its loop was never later than {}",
                  in_ms(the_case.worst_loop_lag_ns));
  return ruling;
}

}  // namespace

Rule prober_limit_rule() {
  return {.cause = Cause::prober_limit, .explains = any_failure(), .claim = claim, .claims = false};
}

}  // namespace straycat::diagnose
