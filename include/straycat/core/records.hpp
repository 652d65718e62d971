// The bodies of the log's own records. JSON keys are camelCase; times end in Ns and are on the record's clock; a field
// with its default value may be left out. Words are of vocabulary.hpp. Object projections ("pod", "slice", ...) are in
// model/objects.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/embedded.hpp>
#include <straycat/core/endpoint_id.hpp>
#include <straycat/core/fields.hpp>
#include <straycat/core/histogram.hpp>
#include <straycat/core/outcome.hpp>
#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>

namespace straycat {

// kind "header": the first line. Clock runner; `at` is the run's zero.
struct Header {
  static constexpr Topic kind = Topic::header;
  std::string format;        // log_format
  std::string run;           // the run's id: it is in the label of every object the run makes
  std::string version;       // straycat's
  std::int64_t wall_ns = 0;  // wall time at `at`
  std::uint64_t seed = 0;
  std::string scenario;         // its name
  std::string again;            // the command that makes this run again, as a shell reads it; "" = not known
  nlohmann::json plan;          // plan::to_json
  std::string ns;               // the namespace the run lives in ("namespace")
  std::string cluster;          // what the API says it is: "embedded" is learnt from /version, not assumed
  std::string cluster_version;  // gitVersion
  std::string data_plane;       // as the node's status says ("kernel nftables", "loopback fallback"), or ""

  // By what its API server calls its version.
  [[nodiscard]] bool embedded() const { return cluster_version.ends_with(embedded_mark); }
};

// kind "step.started" / "step.ended". Clock runner.
struct StepRecord {
  static constexpr Topic started = Topic::step_started;
  static constexpr Topic ended = Topic::step_ended;
  std::size_t index = 0;
  std::string name;
  Verb verb = Verb::unknown;
  std::string phase;   // the phase that this step opens or lies in; "" before the first
  std::string detail;  // for people: "apply job.yaml (Job/sayhi)"
  bool ok = true;      // only in step.ended
  std::string error;
};

// kind "fault.started" / "fault.ended": what a step with the verb chaos did, by whoever did it. Clock runner; `at` is
// when the cluster says that it began and ended. For people: no accusation rests on it.
struct FaultRecord {
  static constexpr Topic started = Topic::fault_started;
  static constexpr Topic ended = Topic::fault_ended;
  std::string step;               // the step's name
  std::string fault;              // its word: "drop"
  std::vector<std::string> pods;  // whom it hit
  std::string detail;             // for people: what was done, or how it ended
};

// kind "watch.started" / "watch.gap" / "watch.ended": coverage. Absence is evidence only inside it.
struct WatchRecord {
  static constexpr Topic started = Topic::watch_started;
  static constexpr Topic gap = Topic::watch_gap;
  static constexpr Topic ended = Topic::watch_ended;
  std::string resource;      // "pods", "endpointslices", "events", ...
  std::string selector;      // label selector, or ""
  std::int64_t from_ns = 0;  // gap: blind from ...
  std::int64_t to_ns = 0;    // ... to
  std::string reason;        // for people: why the gap, or the API server's words at the end
  WatchEnd end{};            // only in watch.ended
};

// kind "clock.bound". Clock runner. Bounds (vantage clock - runner clock): lower <= difference <= upper, in ns.
struct ClockBound {
  static constexpr Topic kind = Topic::clock_bound;
  std::string vantage;
  std::int64_t lower_ns = 0;
  std::int64_t upper_ns = 0;
};

// kind "vantage": a vantage point introduces itself. Clock: its own.
struct VantageRecord {
  static constexpr Topic kind = Topic::vantage;
  std::string id;  // also the name of its clock: "a0"
  Place where = Place::pod;
  std::string address, node, zone, ns, pod;
  std::string version;
  Dialing dialing = Dialing::kernel;
};

// kind "attempt.failed": one failed request, whole. Clock: the vantage point's.
struct AttemptFailed {
  static constexpr Topic kind = Topic::attempt_failed;
  std::string traffic;           // the name of its traffic
  std::uint64_t id = 0;          // its number within this traffic, from 0
  std::int64_t intended_ns = 0;  // when the pace wanted it to start
  std::int64_t started_ns = 0;   // when it did
  std::int64_t connect_ns = 0;   // when connect() was called; 0 when it never was
  std::int64_t ended_ns = 0;     // when its outcome was known
  Failure failure;
  std::string local_address;  // "10.244.0.2"
  std::uint16_t local_port = 0;
  std::string remote_address;  // the address dialled (a ClusterIP)
  std::uint16_t remote_port = 0;
  bool reused = false;    // on a connection used before
  int status = 0;         // HTTP status, 0 when none came
  std::string body_hash;  // sha256 hex, "" when no body
  std::uint64_t body_bytes = 0;
};

// kind "attempts.window": all attempts of one traffic that *started* in [fromNs, toNs). Written when the last of them
// has ended. The agent closes a window at once when it sees an EndpointSlice change, so a window lies on one side of
// it.
struct AttemptWindow {
  static constexpr Topic kind = Topic::attempts_window;
  std::string traffic;
  std::int64_t from_ns = 0, to_ns = 0;
  std::uint64_t sent = 0, ok = 0;                      // sent > ok + failed: still under way when the agent ended
  std::map<std::string, std::uint64_t> failed;         // FailureKind -> count, those kept one by one included
  std::uint64_t failed_not_kept = 0;                   // failures counted here without an attempt.failed of their own
  std::int64_t first_start_ns = 0, last_start_ns = 0;  // of any outcome; 0 when none
  std::int64_t first_ok_start_ns = 0, last_ok_start_ns = 0;  // 0 when none
  std::int64_t last_ok_end_ns = 0;
  std::int64_t first_failed_start_ns = 0, last_failed_start_ns = 0;
  std::int64_t max_gap_ns = 0;                    // the longest stretch in the window in which no attempt started
  Histogram latency;                              // of successes, from *intended* start to end
  Histogram lateness;                             // actual - intended start, of all: the prober's own
  std::map<std::string, std::uint64_t> bodies;    // sha256 hex -> count
  std::map<std::string, std::uint64_t> statuses;  // "200" -> count
};

// kind "probe.direct": the traffic's own request, sent to one endpoint's own address. Never counts as traffic.
struct DirectProbe {
  static constexpr Topic kind = Topic::probe_direct;
  std::string traffic;  // whose request it used
  EndpointId endpoint;  // its pod: from the slice, when the probe started
  ProbeReason why = ProbeReason::unknown;
  std::int64_t started_ns = 0, ended_ns = 0;
  bool ok = false;
  std::optional<Failure> failure;
  bool uid_kept = true;  // the same pod uid stood at this address before and after
  int status = 0;
  std::string body_hash;
};

// kind "vantage.health": once a second, and when something is wrong. What the prober could not do is its own fault.
struct VantageHealth {
  static constexpr Topic kind = Topic::vantage_health;
  std::int64_t from_ns = 0, to_ns = 0;
  std::int64_t loop_lag_ns = 0;        // the longest that the event loop was late
  std::uint64_t local_exhaustion = 0;  // attempts that failed for want of ports, descriptors, memory
  std::uint64_t records_lost = 0;      // records dropped because the output's reader was slow
  std::uint64_t skipped = 0;           // attempts that the pace wanted and the prober could not send
  Limit limit = Limit::none;           // what it ran into
};

// kind "vantage.summary": the last record of a vantage point; without it, it died.
struct VantageSummary {
  static constexpr Topic kind = Topic::vantage_summary;
  std::uint64_t records = 0;                  // numbered records written, this one not counted
  std::map<std::string, std::uint64_t> sent;  // traffic -> attempts
  VantageEnd reason = VantageEnd::unknown;
};

// kind "vantage.lost": clock runner. Its record stream ended without a summary, or numbers were missing.
struct VantageLost {
  static constexpr Topic kind = Topic::vantage_lost;
  std::string vantage;
  std::uint64_t missing = 0;
  std::string reason;  // at once when it was lost in the middle, with how its process ended
};

// kind "cluster.lost": clock runner, when it was known. Nothing is known of anything in the cluster after it.
struct ClusterLost {
  static constexpr Topic kind = Topic::cluster_lost;
  std::string reason;  // which cluster, and how it ended
};

// kind "note": something a person should read in the report ("the Service is meant for Deployment/sayhi: inferred
// ...").
struct NoteRecord {
  static constexpr Topic kind = Topic::note;
  std::string text;
};

// kind "run.ended": the last line of a whole log. Clock runner.
struct RunEnded {
  static constexpr Topic kind = Topic::run_ended;
  RunEnd reason = RunEnd::unknown;
  std::string error;  // of the step or the surroundings that failed
};

// An event's body as a record. What could not be taken as it stands is counted; from_json() does the same and forgets
// the count.
template <class Record>
[[nodiscard]] Record read_record(const nlohmann::json& body, Oddities& odd);

#define STRAYCAT_RECORD(Type)                                                 \
  template <>                                                                 \
  [[nodiscard]] Type read_record<Type>(const nlohmann::json&, Oddities& odd); \
  void to_json(nlohmann::json& out, const Type& record);                      \
  void from_json(const nlohmann::json& in, Type& record);
STRAYCAT_RECORD(Header)
STRAYCAT_RECORD(StepRecord)
STRAYCAT_RECORD(FaultRecord)
STRAYCAT_RECORD(WatchRecord)
STRAYCAT_RECORD(ClockBound)
STRAYCAT_RECORD(VantageRecord)
STRAYCAT_RECORD(AttemptFailed)
STRAYCAT_RECORD(AttemptWindow)
STRAYCAT_RECORD(DirectProbe)
STRAYCAT_RECORD(VantageHealth)
STRAYCAT_RECORD(VantageSummary)
STRAYCAT_RECORD(VantageLost)
STRAYCAT_RECORD(ClusterLost)
STRAYCAT_RECORD(NoteRecord)
STRAYCAT_RECORD(RunEnded)
#undef STRAYCAT_RECORD

}  // namespace straycat
