// Stamps and durations. Everything a verdict compares is in nanoseconds of one monotonic clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <straycat/core/result.hpp>

namespace straycat {

// A length of time in nanoseconds; may be negative (an offset between two clocks).
using Nanos = std::chrono::nanoseconds;

// An instant of one monotonic clock (CLOCK_MONOTONIC of the process that took it), in nanoseconds since that clock's
// own zero. Stamps of different clocks must not be compared: `history` places them on one clock, with an error bound.
struct Stamp {
  std::int64_t ns = 0;

  auto operator<=>(const Stamp&) const = default;
  friend Stamp operator+(Stamp a, Nanos d) { return {a.ns + d.count()}; }
  friend Stamp operator-(Stamp a, Nanos d) { return {a.ns - d.count()}; }
  friend Nanos operator-(Stamp a, Stamp b) { return Nanos{a.ns - b.ns}; }
};

// Now, by CLOCK_MONOTONIC. The only clock call that rooms outside core make for stamps.
[[nodiscard]] Stamp monotonic_now();
// Now, in nanoseconds since 1970-01-01T00:00:00Z. Written once into a run's header; never compared.
[[nodiscard]] std::int64_t wall_now_ns();

// "2026-11-24T20:15:23.123Z" (milliseconds, UTC, RFC 3339).
[[nodiscard]] std::string format_wall(std::int64_t wall_ns);
// Kubernetes' metav1.Time and MicroTime (RFC 3339) -> nanoseconds since 1970.
[[nodiscard]] Result<std::int64_t> parse_wall(std::string_view text);

// Go's duration syntax as Kubernetes people write it: "300ms", "1s", "2m30s", "1h". A bare number, a sign and an empty
// string are errors (the message says what was expected).
[[nodiscard]] Result<Nanos> parse_duration(std::string_view text);
// The shortest form that parse_duration reads back: "1.5s", "300ms", "2m30s".
[[nodiscard]] std::string format_duration(Nanos length);

}  // namespace straycat
