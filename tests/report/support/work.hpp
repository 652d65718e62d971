// How much a piece of code does, counted and not timed: allocations and their bytes. What never ends runs out of them.
#pragma once

#include <cstdint>

namespace straycat::test {

struct Work {
  std::uint64_t allocations = 0, bytes = 0;
};

// From here to its end. An allocation beyond the limit throws std::bad_alloc.
class WorkMeter {
 public:
  explicit WorkMeter(Work limit = {UINT64_MAX, UINT64_MAX});
  ~WorkMeter();
  WorkMeter(const WorkMeter&) = delete;
  WorkMeter& operator=(const WorkMeter&) = delete;
  [[nodiscard]] Work done() const;
};

}  // namespace straycat::test
