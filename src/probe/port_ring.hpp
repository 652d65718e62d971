// The local ports of one address towards one destination, and which of them rest. Pure: no socket, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <straycat/core/time.hpp>
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

// Takes ports in turn, so that each rests as long as can be before it is used again: TIME_WAIT holds a port that was
// closed by us, for this destination, and the kernel's own choice does not look at how long.
class PortRing {
 public:
  // `rest`: how long a port is held, at most 62 s. `reserved`: "8080,9148,30000-32767", as the kernel prints it.
  PortRing(PortRange range, Nanos rest, std::string_view reserved = {});

  // A connection from this port was closed by us: it rests from now on.
  void used(std::uint16_t port, Stamp now);
  // The kernel would not have it. Whether it rested already; if not, somebody else has it, and it is left alone as
  // long.
  bool refused(std::uint16_t port, Stamp now);
  // The next port in turn that does not rest; none when as many were looked at as is cheap.
  [[nodiscard]] std::optional<std::uint16_t> next(Stamp now);
  // The next in turn, resting or not; of those that rest one that was handed out here, because bind() does not give a
  // port that the kernel chose.
  [[nodiscard]] std::uint16_t any();
  // How many rest, to a tenth of a second.
  [[nodiscard]] std::uint32_t resting(Stamp now);
  [[nodiscard]] std::uint32_t size() const { return size_; }
  // The kernel's choice gets dear here: it looks through one half of the ports first.
  [[nodiscard]] bool crowded(Stamp now) { return resting(now) * 5 >= size_ * 2; }

 private:
  using Tick = std::uint32_t;  // tenths of a second; 0 = never
  static constexpr Tick reserved_for_ever = ~Tick{0};
  static Tick tick(Stamp at) { return static_cast<Tick>(at.ns / 100'000'000) + 1; }
  void prepare();
  void skip_reserved();
  [[nodiscard]] std::uint16_t hand_out();
  void advance(Tick now);
  [[nodiscard]] bool rests(std::uint32_t index, Tick now) const;

  std::uint16_t low_;
  std::uint32_t size_;
  Tick rest_;
  std::uint32_t turn_ = 0, resting_ = 0;
  Tick seen_ = 0;
  std::vector<Tick> used_;  // when each port was last used; empty until it matters
  enum class Origin : std::uint8_t { none, handed_out, ours, kernels };
  std::vector<Origin> origins_;           // of the last use
  std::array<std::uint32_t, 640> ended_;  // how many ports began to rest in each of the last ticks
  std::vector<PortRange> reserved_;
};

// "1-3,7" to ranges; what is none is left out.
[[nodiscard]] std::vector<PortRange> parse_port_ranges(std::string_view text);

}  // namespace straycat::probe
