// What a log tells, folded once: objects over time, who stood behind each Service when, what the traffic met, and what
// was not seen. Pure: the same log gives the same History, on any machine.
//
// One clock. Everything here is on the *reference clock*: that of the first vantage point in the log (the runner's when
// there is none). Records of that clock are exact. Records of another clock are placed on it with an error: the true
// instant lies within ns +- error_ns. Without a clock.bound the error is `unbounded`; ns is then a guess good enough
// for a picture, and no rule may take an order from it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/core/result.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::history {

inline constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max() / 4;

// An instant on the reference clock.
struct Placed {
  std::int64_t ns = 0;
  std::int64_t error_ns = 0;  // `unbounded`: not known at all
  [[nodiscard]] bool bounded() const { return error_ns < unbounded; }
  [[nodiscard]] std::int64_t earliest() const { return bounded() ? ns - error_ns : -unbounded; }
  [[nodiscard]] std::int64_t latest() const { return bounded() ? ns + error_ns : unbounded; }
  bool operator==(const Placed&) const = default;
};

// A half-open stretch [from, to) of the reference clock, in ns.
struct Span {
  std::int64_t from = 0, to = 0;
  [[nodiscard]] bool contains(std::int64_t ns) const { return from <= ns && ns < to; }
  [[nodiscard]] bool overlaps(std::int64_t a, std::int64_t b) const { return a < to && from <= b; }
  [[nodiscard]] std::int64_t length() const { return to > from ? to - from : 0; }
  bool operator==(const Span&) const = default;
};

// One object over time: each version as the log has it; an empty `object` is a deletion.
template <class T>
struct Version {
  Placed at;
  std::optional<T> object;
  std::uint64_t event = 0;  // Event::number
};
template <class T>
struct Timeline {
  std::string clock;                 // whose watch saw it
  std::vector<Version<T>> versions;  // in the log's order
  std::optional<T> last;             // the last state known, kept when the object is deleted

  // The state at an instant; null before the first version and after a deletion.
  [[nodiscard]] const T* at(std::int64_t ns) const {
    const T* found = nullptr;
    for (const auto& version : versions) {
      if (version.at.ns > ns) break;
      found = version.object ? &*version.object : nullptr;
    }
    return found;
  }
};
// By uid, or "namespace/name" for objects that carry none.
template <class T>
using Timelines = std::map<std::string, Timeline<T>>;

struct KubeEventSeen {
  Placed at;  // when the watch brought it (Kubernetes' own stamps in it are whole seconds of another clock)
  model::KubeEvent event;
};

// --- coverage
// ---------------------------------------------------------------------------------------------------------

struct Gap {
  Span span;
  std::string reason;
};
// One watch. Absence is evidence only inside `open`, less `gaps`.
struct Watch {
  std::string clock, resource, selector;
  // A watch that nobody closed was open as long as anything was heard of whoever watched, and of the cluster.
  std::vector<Span> open;
  std::vector<Gap> gaps;
  std::int64_t error_ns = 0;  // of all of these; `unbounded` covers nothing
  WatchEnd end{};             // how it ended last; none: it was open to the last
  // It never saw anything: whoever asks for what it was to see must ask another.
  [[nodiscard]] bool denied() const { return end == WatchEnd::denied || (end == WatchEnd::died && open.empty()); }
};

// A vantage point and what it could not do.
struct Vantage {
  VantageRecord record;
  std::int64_t offset_ns = 0;  // reference clock = own clock + offset_ns +- error_ns
  std::int64_t error_ns = 0;
  bool spoke = false;                      // some record is its own; else the runner's tell of it
  std::int64_t first_ns = 0, last_ns = 0;  // its first and last record
  std::vector<VantageHealth> health;       // on the reference clock
  bool summed_up = false;                  // its vantage.summary is there
  VantageSummary summary;                  // what it said at its end
  std::uint64_t records_lost = 0;          // by its own count
  std::uint64_t records_missing = 0;       // by the runner's count, or windows that lack attempts of the summary
  std::uint64_t local_exhaustion = 0, skipped = 0;
  std::string lost_reason;  // of vantage.lost, "" when it was not lost
};

// A part that the run stood on and that died under it. Nothing is known of it after `at`.
struct Loss {
  Placed at;            // when the runner knew
  std::string vantage;  // whose; "" = the cluster, with all that stands in it
  std::string why;
};

// --- steps and phases
// -------------------------------------------------------------------------------------------------

// A fault that a step ordered, as the cluster says that it began and ended. For people: no rule may claim by it, as no
// other cluster would tell it; it may make one less sure (diagnose/steady.hpp, may_be_on_the_way).
struct Fault {
  FaultRecord record;  // of fault.started; its detail, where there is one, of fault.ended
  Placed started;
  std::optional<Placed> ended;  // none: the log ends inside it
};

struct Step {
  StepRecord record;  // of step.started; ok and error of step.ended
  Placed started;
  std::optional<Placed> ended;  // none: the log ends inside it
};
// A phase of the scenario: from the start of the step that opens it to the start of the next phase (or the log's end).
struct ScenarioPhase {
  std::string name;
  Placed from, to;
  bool closed = false;  // another phase followed, or the run finished
};

// --- endpoints
// --------------------------------------------------------------------------------------------------------

// How the slices listed one endpoint, from one change to the next. discovery/v1's conditions, defaults applied; what
// several slices say of one endpoint is joined (any slice that has it ready makes it ready).
struct EndpointState {
  Placed at;
  bool listed = false, ready = false, serving = false, terminating = false;
  bool routable = false;    // a proxy that knew this state would send to it (model/routable.hpp)
  std::uint64_t event = 0;  // of the slice that changed it
};

// An endpoint's routable time by the slices alone. A proxy lags: see Lag.
struct Membership {
  std::int64_t from = 0, to = 0;  // ns; `to` is ServiceView::seen_until when it was routable to the last
  bool open_start = false;        // it was there when the watch began (or after a gap): `from` is no onset
  bool open_end = false;
};

// One address:port of one pod behind one Service port. An address that passes to another pod is another endpoint.
struct Endpoint {
  EndpointId id;
  std::string node;
  model::ObjectRef owner;  // the workload at the top of its owners; the pod itself when it has none; kind "" when
                           // the log knows neither pod nor owner
  std::vector<EndpointState> states;
  std::vector<Membership> memberships;
  std::vector<DirectProbe> probes;  // on the reference clock, by start
};

enum class ChangeKind { joined, left, ready, unready, terminating, listed, unlisted };
// joined/left: the endpoint becomes / stops being routable. The others move it while that stays the same.
struct Change {
  Placed at;
  std::size_t endpoint = 0;  // index in ServiceView::endpoints
  ChangeKind kind = ChangeKind::joined;
  EndpointState after;
  std::uint64_t event = 0;
};

// A stretch in which the routable set did not change.
struct MembershipPhase {
  std::int64_t from = 0, to = 0;
  std::size_t size = 0;  // endpoints in the routable set
};

// One port of one Service, as one vantage point (or, where that saw none, the runner) saw its endpoints.
struct ServiceView {
  std::string ns, service, port_name;
  int service_port = 0;
  std::string clock;                    // whose slices these are
  std::int64_t error_ns = 0;            // of every instant in it
  bool known = false;                   // a slice of it was ever seen
  bool repeats = false;                 // another vantage point's view of what an earlier one shows
  std::vector<Endpoint> endpoints;      // by first appearance
  std::vector<Change> changes;          // by time
  std::vector<MembershipPhase> phases;  // from the first change to the end, without holes
  std::vector<Span> blind;              // stretches in which its slices were not watched (before, after, gaps)
  // How far anything is known of it: History::end, unless whoever watched was lost, or its watch died.
  std::int64_t seen_until = 0;
  // The endpoints (indices) routable at an instant, by the slices.
  [[nodiscard]] std::vector<std::size_t> routable_at(std::int64_t at) const;
};

// How far a proxy may lag behind the slices (kube-proxy writes its rules at once when quiet and else at most once in
// minSyncPeriod; measured 0 to 1,025 ms at 1 s), and how far the vantage point's own watch may lag behind the proxy's.
struct Lag {
  std::int64_t early_ns = 100'000'000;   // routable up to this long before its slice change was seen
  std::int64_t late_ns = 1'250'000'000;  // and up to this long after it was seen to leave
};

// --- traffic
// ----------------------------------------------------------------------------------------------------------

// Where the nearest endpoint change lies. distance_ns > 0: the change came first.
struct Nearest {
  std::size_t change = 0;  // index in ServiceView::changes
  std::int64_t distance_ns = 0, error_ns = 0;
};

// A stretch of failures of one traffic. Two failures belong to one stretch when less than `burst_gap_ns` lies between
// them, or when no endpoint change does (and less than ten times that).
struct Burst {
  std::int64_t first_ns = 0, last_ns = 0;  // starts of its first and last failure, exact
  std::int64_t last_end_ns = 0;            // when the last one's outcome was known (its start, when it was not kept)
  std::uint64_t failed = 0;
  std::uint64_t attempts = 0;  // all attempts of the windows from the first failure to the last
  std::map<std::string, std::uint64_t> kinds;
  std::int64_t last_ok_before_ns = 0;  // latest success known to have started before first_ns; 0: none
  std::int64_t first_ok_after_ns = 0;  // earliest success known to have started after last_ns; 0: none
  std::optional<Nearest> onset, end;   // nearest changes of the routable set, at most 5 s away (or the burst gap)
};

struct Totals {
  std::uint64_t attempts = 0, ok = 0, failed = 0;
  std::uint64_t unfinished = 0;       // the rest: still without an outcome when the agent ended
  std::uint64_t failed_not_kept = 0;  // of `failed`: without a record of their own
  std::uint64_t local = 0;            // of `failed`: local_exhaustion, the prober's own
  std::map<std::string, std::uint64_t> kinds;
  void add(const AttemptWindow& window);
};

// How long the requests took that began in one part of the run, from the first of its windows on.
struct Durations {
  std::int64_t from_ns = 0;
  Histogram latency, lateness;
};

// A stretch of a second or more in which a traffic was to send and sent nothing: the prober stood still.
struct Hole {
  Span span;
  std::uint64_t due = 0;  // attempts that its pace wanted in it; 0: not known (closed loops)
  bool operator==(const Hole&) const = default;
};

// One traffic of one vantage point.
struct Traffic {
  std::string name, vantage;
  std::optional<std::size_t> view;      // index in History::views
  std::int64_t error_ns = 0;            // of its instants (0 on the reference clock)
  std::vector<AttemptWindow> windows;   // on the reference clock, by from_ns; without their histograms
  std::vector<Durations> durations;     // these, by from_ns: a window's own, or in a long run those of some together
  std::vector<AttemptFailed> failures;  // on the reference clock, by started_ns
  std::vector<Burst> bursts;
  std::vector<Hole> holes;  // by time
  std::int64_t burst_gap_ns = 0;
  Totals totals;
  Histogram latency, lateness;
};

// The attempts known nearest to an instant; 0 where there is none.
struct Around {
  std::int64_t last_ok_before_ns = 0, last_failed_before_ns = 0, first_ok_after_ns = 0, first_failed_after_ns = 0;
};
[[nodiscard]] Around around(const Traffic& traffic, std::int64_t ns);

// Attempts of a span: of the windows that start in it (a window lies on one side of each endpoint change, not of a
// step), and of one that an edge cuts, each failure that was kept by its own start.
[[nodiscard]] Totals totals_in(const Traffic& traffic, Span span);
// The longest stretch inside the span in which no attempt of it started, in ns (the whole span when there was none).
[[nodiscard]] std::int64_t largest_gap(const Traffic& traffic, Span span);

// --- the whole
// --------------------------------------------------------------------------------------------------------

struct History {
  Header header;
  std::optional<plan::Plan> plan;  // none when the header's plan cannot be read
  std::string plan_error;
  std::string reference;            // the reference clock's name
  Placed zero;                      // the run's zero (the header); wall time = header.wall_ns + (ns - zero.ns)
  std::int64_t begin = 0, end = 0;  // the earliest and latest instant of the log
  bool cut = false;                 // its last line was torn, or run.ended is missing
  std::optional<RunEnded> ended;
  std::uint64_t events = 0, unreadable = 0, unknown = 0;  // lines; of them not read; of unknown kinds (kept out)
  Oddities odd;                                           // fields and words of the others that could not be taken
  Lag lag;

  std::vector<Step> steps;
  std::vector<Fault> faults;  // in the log's order
  std::vector<ScenarioPhase> phases;
  std::vector<Watch> watches;
  std::vector<Vantage> vantages;
  std::vector<Loss> losses;  // in the log's order
  std::vector<std::pair<Placed, std::string>> notes;

  Timelines<model::Pod> pods;
  Timelines<model::Service> services;
  Timelines<model::Workload> workloads;
  Timelines<model::Node> nodes;
  Timelines<model::NetworkPolicy> policies;
  std::map<std::string, Timelines<model::EndpointSlice>> slices;  // by the clock that watched
  std::vector<KubeEventSeen> kube_events;

  std::vector<ServiceView> views;
  std::vector<Traffic> traffic;  // by vantage, then name
  Totals totals;

  // Milliseconds since the run's zero: what the report prints.
  [[nodiscard]] double relative_ms(std::int64_t ns) const { return static_cast<double>(ns - zero.ns) / 1e6; }
  [[nodiscard]] std::int64_t wall_ns(std::int64_t ns) const;
  [[nodiscard]] const Vantage* vantage(std::string_view id) const;
  // Where a vantage point stands, in words: "node2", "a pod on node2", "straycat's own machine",
  // "the API server's proxy"; its id when the log does not say.
  [[nodiscard]] std::string place(std::string_view vantage) const;
  [[nodiscard]] const Timeline<model::Pod>* pod(const std::string& ns, const std::string& name,
                                                const std::string& uid) const;
  // A Service as the log last saw it, else as the plan's manifest has it; none when neither knows it.
  [[nodiscard]] std::optional<model::Service> service(const std::string& ns, const std::string& name) const;
  // True when some watch of `resource` without a label selector (any selector for "endpointslices") saw the whole span,
  // clock error included, without a gap.
  [[nodiscard]] bool covered(std::string_view resource, Span span) const;
};

// Folds a log. Fails only when it has no readable header; whatever else is missing, torn or unknown is tolerated and
// counted. Time and memory grow with the number of events (n log n), not with endpoints times events.
[[nodiscard]] Result<History> fold(const EventLog& log);
// The same while it is read, twice from the stream's beginning (a file): memory grows with the windows and the kept
// failures alone.
[[nodiscard]] Result<History> fold(std::istream& in);

}  // namespace straycat::history
