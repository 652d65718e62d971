// The report for programs: "straycat.report/1". Times are nanoseconds on the run's reference clock, relative to its
// zero.
#include "report/story.hpp"
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using json = nlohmann::json;
using history::History;

json run_section(const History& history) {
  const Header& header = history.header;
  return json::object({{"id", header.run},
                       {"scenario", header.scenario},
                       {"version", header.version},
                       {"seed", header.seed},
                       {"namespace", header.ns},
                       {"cluster", header.cluster},
                       {"clusterVersion", header.cluster_version},
                       {"dataPlane", header.data_plane},
                       {"started", format_wall(header.wall_ns)},
                       {"lengthNs", history.end - history.zero.ns},
                       {"ended", end_word(history)},
                       {"referenceClock", history.reference}});
}

// An error of a clock that was never bounded has no number.
json error_of(std::int64_t error_ns) { return error_ns >= history::unbounded ? json() : json(error_ns); }

json timeline_section(const History& history, const diagnose::Verdict& verdict) {
  json moments = json::array();
  for (const Moment& moment : tell(history, verdict)) {
    json one = json::object({{"atNs", moment.at.ns - history.zero.ns},
                             {"errorNs", error_of(moment.at.error_ns)},
                             {"wall", format_wall(history.wall_ns(moment.at.ns))},
                             {"topic", to_string(moment.topic)},
                             {"text", moment.text},
                             {"bad", moment.bad}});
    if (!moment.details.empty()) one["details"] = moment.details;
    moments.push_back(std::move(one));
  }
  return moments;
}

json endpoint_section(const History& history, const history::ServiceView& view, const history::Endpoint& endpoint,
                      bool stray) {
  json memberships = json::array();
  for (const history::Membership& membership : endpoint.memberships) {
    memberships.push_back(
        json::object({{"fromNs", membership.from - history.zero.ns}, {"toNs", membership.to - history.zero.ns}}));
  }
  std::uint64_t probes_ok = 0;
  for (const DirectProbe& probe : endpoint.probes) probes_ok += probe.ok ? 1 : 0;
  json out = endpoint.id;
  out["service"] = view.service;
  out["owner"] = endpoint.owner.kind.empty() ? json() : json(endpoint.owner.display());
  out["stray"] = stray;
  out["routable"] = std::move(memberships);
  out["directProbes"] = {{"sent", endpoint.probes.size()}, {"ok", probes_ok}};
  return out;
}

json endpoints_section(const History& history, const diagnose::Verdict& verdict) {
  json all = json::array();
  for (const history::ServiceView& view : history.views) {
    for (const history::Endpoint& endpoint : view.endpoints)
      all.push_back(endpoint_section(history, view, endpoint, is_stray(view, endpoint, verdict)));
  }
  return all;
}

json burst_section(const History& history, const history::Burst& burst) {
  const auto relative = [&](std::int64_t ns) { return ns == 0 ? json() : json(ns - history.zero.ns); };
  json out = json::object({{"firstNs", relative(burst.first_ns)},
                           {"lastNs", relative(burst.last_ns)},
                           {"failed", burst.failed},
                           {"attempts", burst.attempts},
                           {"kinds", burst.kinds},
                           {"lastOkBeforeNs", relative(burst.last_ok_before_ns)},
                           {"firstOkAfterNs", relative(burst.first_ok_after_ns)}});
  if (burst.onset) out["onsetAfterChangeNs"] = burst.onset->distance_ns;
  if (burst.end) out["endAfterChangeNs"] = burst.end->distance_ns;
  return out;
}

json traffic_section(const History& history) {
  json all = json::array();
  for (const history::Traffic& traffic : history.traffic) {
    json bursts = json::array();
    for (const history::Burst& burst : traffic.bursts) bursts.push_back(burst_section(history, burst));
    all.push_back(json::object({{"name", traffic.name},
                                {"vantage", traffic.vantage},
                                {"attempts", traffic.totals.attempts},
                                {"ok", traffic.totals.ok},
                                {"failed", traffic.totals.failed},
                                {"unfinished", traffic.totals.unfinished},
                                {"kinds", traffic.totals.kinds},
                                {"latencyNs", json::object({{"p50", traffic.latency.quantile(0.5).count()},
                                                            {"p99", traffic.latency.quantile(0.99).count()},
                                                            {"max", traffic.latency.max().count()}})},
                                {"latenessNs", json::object({{"p99", traffic.lateness.quantile(0.99).count()},
                                                             {"max", traffic.lateness.max().count()}})},
                                {"bursts", std::move(bursts)}}));
  }
  return all;
}

}  // namespace

json render_json(const History& history, const diagnose::Verdict& verdict) {
  return json::object({{"format", "straycat.report/1"},
                       {"run", run_section(history)},
                       {"verdict", diagnose::to_json(verdict)},
                       {"endpoints", endpoints_section(history, verdict)},
                       {"traffic", traffic_section(history)},
                       {"timeline", timeline_section(history, verdict)}});
}

}  // namespace straycat::report
