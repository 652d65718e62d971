// The prober's own limits, found from evidence, so that its troubles are never laid at the target's door.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

// What the kernel says of this thread: time on a processor, and time ready to run without getting one.
struct CpuUse {
  Nanos ran{};
  Nanos waited{};
};
// /proc/thread-self/schedstat; zeros where there is none.
[[nodiscard]] CpuUse cpu_use();
[[nodiscard]] CpuUse parse_schedstat(std::string_view text);

// Why an event loop came late.
enum class Stall : std::uint8_t {
  none,     // it did not, or too little to matter
  cpu,      // busy, or without a processor
  stopped,  // neither: the process was stopped or frozen (SIGSTOP, a debugger, a suspended machine)
};
// `late`: how long after its time the loop came back; `spent`: what the thread used meanwhile.
[[nodiscard]] Stall classify_stall(Nanos late, CpuUse spent);

// Follows a metronome in the event loop.
class LoopLag {
 public:
  struct Seen {
    Nanos worst{};
    Stall stall = Stall::none;  // of the worst one
    Stamp from, to;             // of the worst one
  };

  // The metronome was due at `due` and came at `now`; `use` counts from the thread's start. Returns what kind of stall
  // ended.
  Stall tick(Stamp due, Stamp now, CpuUse use);
  // What was seen since the last call.
  [[nodiscard]] Seen take();

 private:
  Seen seen_;
  CpuUse last_;
};

// The local ports of this network namespace.
struct PortTable {
  std::uint64_t time_waits = 0;  // sockets in TIME_WAIT
  std::uint64_t range = 28'232;  // ports to choose from
};
[[nodiscard]] PortTable port_table();
[[nodiscard]] PortTable parse_port_table(std::string_view sockstat, std::string_view port_range);

// The kernel's table of tracked connections, where this network namespace shows it: zeros elsewhere.
struct ConntrackTable {
  std::uint64_t count = 0, max = 0;
};
[[nodiscard]] ConntrackTable conntrack_table();

// Which limit the prober ran into: the first that holds, in the order of the enum. Conntrack: the table is full to 95
// %. Ports also without an errno: connect() calls that keep the processor while TIME_WAITs fill the range (half of it,
// because connect() tries the other half last).
[[nodiscard]] Limit limit_of(const EngineHealth& health, const PortTable& ports, Stall stall,
                             const ConntrackTable& conntrack = {});

}  // namespace straycat::probe
