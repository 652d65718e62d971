#include <algorithm>
#include <array>

#include "folding.hpp"

namespace straycat::history {
namespace {

// Kinds that carry nothing to fold: what they say has been used up (clock bounds) or is of the machinery.
bool carries_nothing(const std::string& kind) {
  static constexpr std::array kinds = {"header", "clock.bound", "beacon"};
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

Result<Header> read_header(const EventLog& log) {
  if (log.events.empty() || log.events.front().kind != Header::kind) return bad_input("the log has no header");
  auto header = log.events.front().body.get<Header>();
  if (header.format != log_format) return bad_input("the log's format is not " + std::string(log_format));
  return header;
}

void read_plan(History& history) {
  auto plan = plan::from_json(history.header.plan);
  if (plan) {
    history.plan = std::move(*plan);
  } else {
    history.plan_error = plan.error().message;
  }
}

// kube-proxy's default stands for every cluster that does not take the plan's settings.
void set_lag(History& history) {
  constexpr std::int64_t margin = 250'000'000;
  const bool takes_settings = history.header.cluster_version.find("+straycat") != std::string::npos;
  if (takes_settings && history.plan) history.lag.late_ns = history.plan->cluster.min_sync_period.count() + margin;
}

void widen(History& history, const Placed& at) {
  if (history.events == 0) history.begin = history.end = at.ns;
  history.begin = std::min(history.begin, at.ns);
  history.end = std::max(history.end, at.ns);
  ++history.events;
}

void fold_event(History& history, TrafficFolder& traffic, const Clocks& clocks, const Event& event) {
  widen(history, clocks.place(event.clock, event.at.ns));
  note_life(history, clocks, event);
  if (carries_nothing(event.kind) || traffic.fold(clocks, event) || fold_object(history, clocks, event)) return;
  if (fold_coverage(history, clocks, event) || fold_step(history, clocks, event)) return;
  ++history.unknown;
}

}  // namespace

std::string History::place(std::string_view id) const {
  const Vantage* seen_from = vantage(id);
  if (seen_from == nullptr) return std::string(id);
  const VantageRecord& record = seen_from->record;
  if (record.where == "host") return "straycat's own machine";
  if (record.where == "api") return "the API server's proxy";
  if (record.node.empty()) return record.id;
  return record.where == "node" ? record.node : "a pod on " + record.node;
}

const Vantage* History::vantage(std::string_view id) const {
  const auto found =
      std::find_if(vantages.begin(), vantages.end(), [&](const Vantage& v) { return v.record.id == id; });
  return found == vantages.end() ? nullptr : &*found;
}

Result<History> fold(const EventLog& log) {
  auto header = read_header(log);
  if (!header) return header.error();
  History history;
  history.header = std::move(*header);
  history.unreadable = log.unreadable;
  read_plan(history);
  set_lag(history);

  const Clocks clocks(log.events);
  history.reference = clocks.reference();
  history.zero = clocks.place(log.events.front().clock, log.events.front().at.ns);
  TrafficFolder traffic;
  for (const Event& event : log.events) fold_event(history, traffic, clocks, event);
  history.cut = log.cut || !history.ended;

  close_watches(history);
  close_phases(history);
  traffic.finish(history);
  build_views(history);
  traffic.place_probes(history);
  for (Traffic& one : history.traffic) find_bursts(one, one.view ? &history.views[*one.view] : nullptr);
  return history;
}

}  // namespace straycat::history
