// What a stretch of probing came to. Pure: attempts in, a summary out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <straycat/core/histogram.hpp>
#include <straycat/core/outcome.hpp>
#include <straycat/probe/request.hpp>

namespace straycat::probe {

// How a failure came about: how far the request was, and errno (0 where there was none).
struct Way {
  Phase phase = Phase::connect;
  int error_number = 0;
  auto operator<=>(const Way&) const = default;
};

// All failures of one kind.
struct FailureGroup {
  std::uint64_t count = 0;
  // Of these, what the prober itself may have caused: all want of ports, descriptors and memory; and what a clock or a
  // lost packet decides, while the prober was at a limit of its own. A refusal stays one, however slow its reader is.
  std::uint64_t own = 0;
  Stamp first, last;    // when the outcome was known
  std::string message;  // of the first, in curl's wording
  std::map<Way, std::uint64_t> ways;
};

// From when to when the prober was at a limit of its own.
struct LimitSpan {
  Limit limit = Limit::none;
  Stamp from, to;
  bool operator==(const LimitSpan&) const = default;
};

struct Count {
  std::uint64_t sent = 0, failed = 0;
  bool operator==(const Count&) const = default;
};

struct Summary {
  Stamp began, ended;
  std::uint64_t sent = 0, ok = 0;
  std::uint64_t unfinished = 0;  // under way when the session ended: no outcome
  std::uint64_t skipped = 0;     // wanted by the pace and not sent: the prober was late beyond what it makes up for
  std::uint64_t reused = 0;      // over a connection used before
  std::uint64_t own_ports = 0;   // connections whose local port the prober chose, to spare the kernel's search
  std::map<std::string, std::uint64_t> sources;  // local address -> requests that left from there; at most 64
  std::map<FailureKind, FailureGroup> failures;
  // The longest time between two successes; the begin and the end of the session count as one each.
  Nanos longest_gap{};
  Stamp gap_from, gap_to;
  Histogram latency;                            // of successes, from *intended* start to end
  Histogram lateness;                           // actual - intended start, of all: the prober's own
  std::map<std::string, std::uint64_t> bodies;  // sha256 hex -> count; beyond 16 different ones: "other"
  std::map<int, std::uint64_t> statuses;
  std::map<int, std::uint64_t> versions;  // of HTTP, as in Attempt
  // "IPv4", "IPv6", "no address". A request that was refused by one family's address and answered by the other's counts
  // in both, and as failed in the first.
  std::map<std::string, Count> families;
  std::vector<LimitSpan> limits;

  [[nodiscard]] std::uint64_t failed() const;
  // Failures that a limit of the prober's own explains.
  [[nodiscard]] std::uint64_t own_failures() const;
};

enum class Judgement : std::uint8_t {
  passed,        // no more failures than allowed
  failed,        // the target's failures are more than allowed
  inconclusive,  // only the prober's own limits stand against it, or nothing was sent
};
// So many attempts may fail: a share of them (0 to 1), or a count.
struct Allowance {
  bool share = true;
  double amount = 0;
};
[[nodiscard]] Judgement judge(const Summary& summary, const Allowance& allowed);

// Adds attempts up. Whether a failure is the prober's own is known only when the metronome has told of the time in
// which it fell: `limit` and `settle` come after it.
class Tally {
 public:
  explicit Tally(Stamp began);

  void started(Stamp intended, Stamp started);
  void ended(const Attempt& attempt);
  // The prober was at this limit then. Spans of one limit that touch become one.
  void limit(Limit name, Stamp from, Stamp to);
  // No limit will be told any more of the time before `now`.
  void settle(Stamp now);
  void skipped(std::uint64_t total) { summary_.skipped = total; }
  void own_ports(std::uint64_t more) { summary_.own_ports += more; }
  // Nothing starts any more from `now` on, though outcomes may still come: where finish() puts the end.
  void close(Stamp now) { closed_ = now; }

  [[nodiscard]] std::uint64_t sent() const { return summary_.sent; }
  [[nodiscard]] const Summary& so_far() const { return summary_; }
  [[nodiscard]] Summary finish(Stamp now);

 private:
  struct Open {
    FailureKind kind;
    Stamp started, ended;
  };
  void note_success(Stamp at);
  [[nodiscard]] bool is_own(const Open& failure) const;

  Summary summary_;
  Stamp last_success_;
  Stamp closed_;  // 0: not yet
  std::uint64_t finished_ = 0;
  std::vector<Open> open_;  // failures not yet settled
};

}  // namespace straycat::probe
