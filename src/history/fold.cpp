#include <algorithm>
#include <functional>
#include <istream>
#include <limits>
#include <optional>

#include "folding.hpp"

namespace straycat::history {
namespace {

// A log from its beginning; may be asked for again.
using Take = std::function<void(const LogLine&)>;
using Lines = std::function<Result<LogTail>(Bodies, const Take&)>;

// What the first pass over a log learns: without it, no later line can be placed in time.
struct FirstPass {
  Clocks clocks;
  std::optional<Event> header;
};

Result<FirstPass> look_through(const Lines& lines) {
  FirstPass pass;
  const auto tail = lines(Bodies::when_asked, [&](const LogLine& line) {
    if (!pass.header) pass.header = line.event();
    pass.clocks.note(line);
  });
  if (!tail) return tail.error();
  return pass;
}

Result<Header> read_header(const std::optional<Event>& first, Oddities& odd) {
  if (!first || !(first->kind == Header::kind)) return bad_input("the log has no header");
  auto header = read_record<Header>(first->body, odd);
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
  if (history.header.embedded() && history.plan)
    history.lag.late_ns = in_reach(history.plan->cluster.min_sync_period.count()) + margin;
}

void widen(History& history, const Placed& at) {
  if (history.events == 0) history.begin = history.end = at.ns;
  history.begin = std::min(history.begin, at.ns);
  history.end = std::max(history.end, at.ns);
  ++history.events;
}

void fold_line(History& history, TrafficFolder& traffic, const Clocks& clocks, const LogLine& line) {
  widen(history, clocks.place(line.clock(), line.at().ns));
  note_life(history, clocks, line);
  switch (line.topic()) {
    case Topic::header:
    case Topic::clock_bound:
    case Topic::beacon:
      return;  // what they say has been used up
    case Topic::step_started:
    case Topic::step_ended:
      return fold_step(history, clocks, line);
    case Topic::fault_started:
    case Topic::fault_ended:
      return fold_fault(history, clocks, line);
    case Topic::note:
      return fold_note(history, clocks, line);
    case Topic::run_ended:
      history.ended = line.read<RunEnded>(history.odd);
      return;
    case Topic::watch_started:
    case Topic::watch_gap:
    case Topic::watch_ended:
      return fold_watch(history, clocks, line);
    case Topic::vantage:
      return fold_vantage(history, clocks, line);
    case Topic::vantage_health:
      return fold_health(history, clocks, line);
    case Topic::vantage_summary:
      return fold_summary(history, clocks, line);
    case Topic::vantage_lost:
      return fold_loss(history, clocks, line);
    case Topic::cluster_lost:
      return fold_cluster_loss(history, clocks, line);
    case Topic::attempts_window:
      return traffic.take_window(clocks, line, history.odd);
    case Topic::attempt_failed:
      return traffic.take_failure(clocks, line, history.odd);
    case Topic::probe_direct:
      return traffic.take_probe(clocks, line, history.odd);
    case Topic::pod:
    case Topic::service:
    case Topic::slice:
    case Topic::workload:
    case Topic::node:
    case Topic::network_policy:
    case Topic::kube_event:
      return fold_object(history, clocks, line.event());
    case Topic::unknown:
      ++history.unknown;
  }
}

Result<History> fold(const Lines& lines) {
  const auto pass = look_through(lines);
  if (!pass) return pass.error();
  History history;
  auto header = read_header(pass->header, history.odd);
  if (!header) return header.error();
  history.header = std::move(*header);
  read_plan(history);
  set_lag(history);

  const Clocks& clocks = pass->clocks;
  history.reference = clocks.reference();
  history.zero = clocks.place(pass->header->clock, pass->header->at.ns);
  TrafficFolder traffic;
  std::int64_t runner_last = history.zero.ns;
  const auto tail = lines(Bodies::at_once, [&](const LogLine& line) {
    if (line.clock() == runner_clock) runner_last = clocks.place(line.clock(), line.at().ns).ns;
    fold_line(history, traffic, clocks, line);
  });
  if (!tail) return tail.error();
  history.unreadable = tail->unreadable;
  history.cut = tail->cut || !history.ended;

  close_watches(history, runner_last);
  close_phases(history);
  traffic.finish(history);
  build_views(history);
  traffic.place_probes(history);
  for (Traffic& one : history.traffic) {
    find_bursts(one, one.view ? &history.views[*one.view] : nullptr);
    find_holes(history, one);
  }
  return history;
}

}  // namespace

std::string History::place(std::string_view id) const {
  const Vantage* seen_from = vantage(id);
  if (seen_from == nullptr) return std::string(id);
  const VantageRecord& record = seen_from->record;
  switch (record.where) {
    case Place::host:
      return "straycat's own machine";
    case Place::api:
      return "the API server's proxy";
    case Place::node:
      return record.node.empty() ? record.id : record.node;
    case Place::pod:
      return record.node.empty() ? record.id : "a pod on " + record.node;
    case Place::unknown:
      return record.id;
  }
  return record.id;
}

std::int64_t History::wall_ns(std::int64_t ns) const {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;  // the year 2116
  return std::clamp(header.wall_ns, -most, most) + std::clamp(ns - zero.ns, -most, most);
}

const Vantage* History::vantage(std::string_view id) const {
  const auto found =
      std::find_if(vantages.begin(), vantages.end(), [&](const Vantage& v) { return v.record.id == id; });
  return found == vantages.end() ? nullptr : &*found;
}

Result<History> fold(const EventLog& log) {
  return fold([&](Bodies, const Take& take) -> Result<LogTail> {
    for (const Event& event : log.events) take(LogLine(event));
    return LogTail{log.cut, log.unreadable};
  });
}

Result<History> fold(std::istream& in) {
  return fold([&](Bodies bodies, const Take& take) {
    in.clear();
    in.seekg(0);
    return read_lines(in, bodies, take);
  });
}

}  // namespace straycat::history
