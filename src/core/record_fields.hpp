// Each record's fields, as one list for whoever reads or writes them: so that no two of them can differ.
#pragma once

#include <string_view>

#include <straycat/core/fields.hpp>
#include <straycat/core/records.hpp>

namespace straycat {

// What does not say how it failed is a failure all the same, of the least telling kind: never a refusal.
inline const Failure unsaid{Vocabulary<FailureKind>::unknown, Vocabulary<Phase>::unknown, 0, ""};
template <class F, class R>
void fields(F f, R& r, const Failure*) {
  f.always("kind", r.kind, unsaid.kind), f.always("phase", r.phase, unsaid.phase);
  f("errno", r.error_number), f("message", r.message);
}
template <class F, class R>
void fields(F f, R& r, const Header*) {
  f("format", r.format), f("run", r.run), f("version", r.version), f("wallNs", r.wall_ns), f("seed", r.seed);
  f("scenario", r.scenario), f("plan", r.plan), f("namespace", r.ns), f("cluster", r.cluster);
  f("clusterVersion", r.cluster_version), f("dataPlane", r.data_plane), f("again", r.again);
}
template <class F, class R>
void fields(F f, R& r, const StepRecord*) {
  f("index", r.index), f("name", r.name), f.always("verb", r.verb), f("phase", r.phase), f("detail", r.detail);
  f.always("ok", r.ok), f("error", r.error);
}
template <class F, class R>
void fields(F f, R& r, const FaultRecord*) {
  f("step", r.step), f("fault", r.fault), f("pods", r.pods), f("detail", r.detail);
}
template <class F, class R>
void fields(F f, R& r, const WatchRecord*) {
  f("resource", r.resource), f("selector", r.selector), f("fromNs", r.from_ns), f("toNs", r.to_ns);
  f("reason", r.reason), f("end", r.end);
}
template <class F, class R>
void fields(F f, R& r, const ClockBound*) {
  f("vantage", r.vantage), f("lowerNs", r.lower_ns), f("upperNs", r.upper_ns);
}
template <class F, class R>
void fields(F f, R& r, const VantageRecord*) {
  f("id", r.id), f.always("where", r.where), f("address", r.address), f("node", r.node), f("zone", r.zone);
  f("namespace", r.ns), f("pod", r.pod), f("version", r.version), f.always("dialing", r.dialing);
}
template <class F, class R>
void fields(F f, R& r, const AttemptFailed*) {
  f("traffic", r.traffic), f("id", r.id), f("intendedNs", r.intended_ns), f("startedNs", r.started_ns);
  f("connectNs", r.connect_ns), f("endedNs", r.ended_ns), f.always("failure", r.failure, unsaid);
  f("localAddress", r.local_address), f("localPort", r.local_port);
  f("remoteAddress", r.remote_address), f("remotePort", r.remote_port), f.always("reused", r.reused);
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
  f("traffic", r.traffic), endpoint_fields(f, r.endpoint);
  f.always("why", r.why), f("startedNs", r.started_ns), f("endedNs", r.ended_ns), f.always("ok", r.ok);
  f("failure", r.failure), f.always("uidKept", r.uid_kept), f("status", r.status), f("bodyHash", r.body_hash);
}
template <class F, class R>
void fields(F f, R& r, const VantageHealth*) {
  f("fromNs", r.from_ns), f("toNs", r.to_ns), f("loopLagNs", r.loop_lag_ns), f("localExhaustion", r.local_exhaustion);
  f("recordsLost", r.records_lost), f("skipped", r.skipped), f("limit", r.limit);
}
template <class F, class R>
void fields(F f, R& r, const VantageSummary*) {
  f("records", r.records), f("sent", r.sent), f.always("reason", r.reason);
}
template <class F, class R>
void fields(F f, R& r, const VantageLost*) {
  f("vantage", r.vantage), f("missing", r.missing), f("reason", r.reason);
}
template <class F, class R>
void fields(F f, R& r, const ClusterLost*) {
  f("reason", r.reason);
}
template <class F, class R>
void fields(F f, R& r, const NoteRecord*) {
  f("text", r.text);
}
template <class F, class R>
void fields(F f, R& r, const RunEnded*) {
  f.always("reason", r.reason), f("error", r.error);
}

// What an old spelling said in one field goes where it stands today. `read` reads the record's own fields.
template <class Source, class Record>
void modernise(FieldReader<Source>, Record&) {}
template <class Source>
void modernise(FieldReader<Source>, WatchRecord& r) {
  if (r.end != WatchEnd::none || r.to_ns != 0) return;  // what has an end is a gap
  const auto word = from_word<WatchEnd>(r.reason);
  if (!word) return;
  r.end = *word;
  constexpr std::string_view with_words = "denied: ";
  r.reason = r.reason.starts_with(with_words) ? r.reason.substr(with_words.size()) : std::string{};
}
template <class Source>
void modernise(FieldReader<Source> read, VantageRecord& r) {
  constexpr std::string_view with_name = "node:";
  std::string where;
  read("where", where);
  if (r.node.empty() && where.starts_with(with_name)) r.node = where.substr(with_name.size());
}

template <class Record, class Source>
Record record_from(typename Source::Value in, Oddities& odd) {
  Record record;
  fields(FieldReader<Source>(in, odd), record, static_cast<const Record*>(nullptr));
  Oddities counted_already;
  modernise(FieldReader<Source>(in, counted_already), record);
  return record;
}

}  // namespace straycat
