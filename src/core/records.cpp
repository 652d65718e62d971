#include <straycat/core/records.hpp>

namespace straycat {
namespace {

using json = nlohmann::json;

// Reads and writes one record's fields by one list, so that the two directions cannot differ. Fields with their default
// value are left out; fields of a wrong type keep their default (a log may come from elsewhere).
class Writer {
 public:
  explicit Writer(json& out) : out_(out) { out_ = json::object(); }
  template <class T>
  void operator()(const char* key, const T& value) {
    if (!(value == T{})) out_[key] = value;
  }
  void operator()(const char* key, const bool& value) { out_[key] = value; }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) out_[key] = *value;
  }
  void operator()(const char* key, const json& value) {
    if (!value.is_null()) out_[key] = value;
  }

 private:
  json& out_;
};

class Reader {
 public:
  explicit Reader(const json& in) : in_(in) {}
  template <class T>
  void operator()(const char* key, T& value) {
    const auto found = in_.find(key);
    if (found == in_.end()) return;
    try {
      found->get_to(value);
    } catch (const json::exception&) {
      value = T{};
    }
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    const auto found = in_.find(key);
    if (found == in_.end() || found->is_null()) return;
    value.emplace();
    (*this)(key, *value);
  }
  void operator()(const char* key, json& value) {
    if (const auto found = in_.find(key); found != in_.end()) value = *found;
  }

 private:
  const json& in_;
};

template <class F, class R>
void fields(F f, R& r, const Header*) {
  f("format", r.format), f("run", r.run), f("version", r.version), f("wallNs", r.wall_ns), f("seed", r.seed);
  f("scenario", r.scenario), f("plan", r.plan), f("namespace", r.ns), f("cluster", r.cluster);
  f("clusterVersion", r.cluster_version), f("dataPlane", r.data_plane);
}
template <class F, class R>
void fields(F f, R& r, const StepRecord*) {
  f("index", r.index), f("name", r.name), f("verb", r.verb), f("phase", r.phase), f("detail", r.detail);
  f("ok", r.ok), f("error", r.error);
}
template <class F, class R>
void fields(F f, R& r, const WatchRecord*) {
  f("resource", r.resource), f("selector", r.selector), f("fromNs", r.from_ns), f("toNs", r.to_ns),
      f("reason", r.reason);
}
template <class F, class R>
void fields(F f, R& r, const ClockBound*) {
  f("vantage", r.vantage), f("lowerNs", r.lower_ns), f("upperNs", r.upper_ns);
}
template <class F, class R>
void fields(F f, R& r, const VantageRecord*) {
  f("id", r.id), f("where", r.where), f("address", r.address), f("node", r.node), f("zone", r.zone);
  f("namespace", r.ns), f("pod", r.pod), f("version", r.version), f("dialing", r.dialing);
}
template <class F, class R>
void fields(F f, R& r, const AttemptFailed*) {
  f("traffic", r.traffic), f("id", r.id), f("intendedNs", r.intended_ns), f("startedNs", r.started_ns);
  f("connectNs", r.connect_ns), f("endedNs", r.ended_ns), f("failure", r.failure);
  f("localAddress", r.local_address), f("localPort", r.local_port);
  f("remoteAddress", r.remote_address), f("remotePort", r.remote_port), f("reused", r.reused);
  f("status", r.status), f("bodyHash", r.body_hash), f("bodyBytes", r.body_bytes);
}
template <class F, class R>
void fields(F f, R& r, const AttemptWindow*) {
  f("traffic", r.traffic), f("fromNs", r.from_ns), f("toNs", r.to_ns), f("sent", r.sent), f("ok", r.ok);
  f("failed", r.failed), f("failedNotKept", r.failed_not_kept);
  f("firstStartNs", r.first_start_ns), f("lastStartNs", r.last_start_ns);
  f("firstOkStartNs", r.first_ok_start_ns), f("lastOkStartNs", r.last_ok_start_ns), f("lastOkEndNs", r.last_ok_end_ns);
  f("firstFailedStartNs", r.first_failed_start_ns), f("lastFailedStartNs", r.last_failed_start_ns);
  f("maxGapNs", r.max_gap_ns), f("latency", r.latency), f("lateness", r.lateness);
  f("bodies", r.bodies), f("statuses", r.statuses);
}
template <class F, class R>
void fields(F f, R& r, const DirectProbe*) {
  f("traffic", r.traffic), f("address", r.address), f("port", r.port), f("pod", r.pod), f("podUid", r.pod_uid);
  f("why", r.why), f("startedNs", r.started_ns), f("endedNs", r.ended_ns), f("ok", r.ok), f("failure", r.failure);
  f("uidKept", r.uid_kept), f("status", r.status), f("bodyHash", r.body_hash);
}
template <class F, class R>
void fields(F f, R& r, const VantageHealth*) {
  f("fromNs", r.from_ns), f("toNs", r.to_ns), f("loopLagNs", r.loop_lag_ns), f("localExhaustion", r.local_exhaustion);
  f("recordsLost", r.records_lost), f("skipped", r.skipped), f("limit", r.limit);
}
template <class F, class R>
void fields(F f, R& r, const VantageSummary*) {
  f("records", r.records), f("sent", r.sent), f("reason", r.reason);
}
template <class F, class R>
void fields(F f, R& r, const VantageLost*) {
  f("vantage", r.vantage), f("missing", r.missing), f("reason", r.reason);
}
template <class F, class R>
void fields(F f, R& r, const NoteRecord*) {
  f("text", r.text);
}
template <class F, class R>
void fields(F f, R& r, const RunEnded*) {
  f("reason", r.reason), f("error", r.error);
}

}  // namespace

#define STRAYCAT_RECORD(Type)                                                                                     \
  void to_json(json& out, const Type& record) { fields(Writer(out), record, static_cast<const Type*>(nullptr)); } \
  void from_json(const json& in, Type& record) { fields(Reader(in), record, static_cast<const Type*>(nullptr)); }
STRAYCAT_RECORD(Header)
STRAYCAT_RECORD(StepRecord)
STRAYCAT_RECORD(WatchRecord)
STRAYCAT_RECORD(ClockBound)
STRAYCAT_RECORD(VantageRecord)
STRAYCAT_RECORD(AttemptFailed)
STRAYCAT_RECORD(AttemptWindow)
STRAYCAT_RECORD(DirectProbe)
STRAYCAT_RECORD(VantageHealth)
STRAYCAT_RECORD(VantageSummary)
STRAYCAT_RECORD(VantageLost)
STRAYCAT_RECORD(NoteRecord)
STRAYCAT_RECORD(RunEnded)

}  // namespace straycat
