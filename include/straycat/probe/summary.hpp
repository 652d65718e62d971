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

// All failures of one kind.
struct FailureGroup {
  std::uint64_t count = 0;
  // Of these, what the prober itself may have caused: all want of ports, descriptors and memory; and what a clock or a
  // lost packet decides, while the prober was at a limit of its own. A refusal stays one, however slow its reader is.
  std::uint64_t own = 0;
  Stamp first, last;    // when the outcome was known
  std::string message;  // of the first, in curl's wording
};

// From when to when the prober was at a limit of its own (limit_of() has the names).
struct LimitSpan {
  std::string limit;
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
  std::map<FailureKind, FailureGroup> failures;
  // The longest time between two successes; the begin and the end of the session count as one each.
  Nanos longest_gap{};
  Stamp gap_from, gap_to;
  Histogram latency;                            // of successes, from *intended* start to end
  Histogram lateness;                           // actual - intended start, of all: the prober's own
  std::map<std::string, std::uint64_t> bodies;  // sha256 hex -> count; beyond 16 different ones: "other"
  std::map<int, std::uint64_t> statuses;
  std::map<std::string, Count> families;  // "IPv4", "IPv6", "no address"
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
// `allowed`: the share of attempts that may fail, 0 to 1.
[[nodiscard]] Judgement judge(const Summary& summary, double allowed);

// Adds attempts up. Whether a failure is the prober's own is known only when the metronome has told of the time in
// which it fell: `limit` and `settle` come after it.
class Tally {
 public:
  explicit Tally(Stamp began);

  void started(Stamp intended, Stamp started);
  void ended(const Attempt& attempt);
  // The prober was at this limit then. Spans of one limit that touch become one.
  void limit(const std::string& name, Stamp from, Stamp to);
  // No limit will be told any more of the time before `now`.
  void settle(Stamp now);
  void skipped(std::uint64_t total) { summary_.skipped = total; }
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
