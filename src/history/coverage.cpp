// What was watched and what was not; vantage points and what they could not do.
#include <algorithm>

#include "folding.hpp"

namespace straycat::history {
namespace {

Watch& watch_of(History& history, std::string_view clock, const WatchRecord& record, std::int64_t error) {
  const auto found = std::find_if(history.watches.begin(), history.watches.end(), [&](const Watch& watch) {
    return watch.clock == clock && watch.resource == record.resource && watch.selector == record.selector;
  });
  if (found != history.watches.end()) return *found;
  Watch watch;
  watch.clock = clock;
  watch.resource = record.resource;
  watch.selector = record.selector;
  watch.error_ns = error;
  return history.watches.emplace_back(std::move(watch));
}

bool still_open(const Watch& watch) { return !watch.open.empty() && watch.open.back().to == unbounded; }

Vantage& vantage_of(History& history, const Clocks& clocks, std::string_view id) {
  const auto found = std::find_if(history.vantages.begin(), history.vantages.end(),
                                  [&](const Vantage& v) { return v.record.id == id; });
  if (found != history.vantages.end()) return *found;
  Vantage vantage;
  vantage.record.id = id;
  const Placed offset = clocks.offset(id);
  vantage.offset_ns = offset.ns;
  vantage.error_ns = offset.error_ns;
  return history.vantages.emplace_back(std::move(vantage));
}

bool sees_all(const Watch& watch, std::string_view resource) {
  if (watch.resource != resource || watch.denied() || watch.error_ns >= unbounded) return false;
  return watch.selector.empty() || resource == "endpointslices";
}

bool saw(const Watch& watch, Span span) {
  const auto from = span.from - watch.error_ns;
  const auto to = span.to + watch.error_ns;
  const auto holds = [&](const Span& open) { return open.from <= from && to <= open.to; };
  if (std::none_of(watch.open.begin(), watch.open.end(), holds)) return false;
  return std::none_of(watch.gaps.begin(), watch.gaps.end(),
                      [&](const Gap& gap) { return gap.span.overlaps(from, to); });
}

}  // namespace

void note_life(History& history, const Clocks& clocks, const LogLine& line) {
  if (line.clock() == runner_clock || line.clock().empty()) return;
  Vantage& vantage = vantage_of(history, clocks, line.clock());
  const auto ns = in_reach(line.at().ns) + vantage.offset_ns;
  vantage.first_ns = vantage.spoke ? std::min(vantage.first_ns, ns) : ns;
  vantage.last_ns = vantage.spoke ? std::max(vantage.last_ns, ns) : ns;
  vantage.spoke = true;
}

void fold_watch(History& history, const Clocks& clocks, const LogLine& line) {
  const auto record = line.read<WatchRecord>(history.odd);
  const Placed at = clocks.place(line.clock(), line.at().ns);
  Watch& watch = watch_of(history, line.clock(), record, at.error_ns);
  if (line.topic() == WatchRecord::started) {
    if (!still_open(watch)) watch.open.push_back({at.ns, unbounded});
    watch.end = WatchEnd::none;
  } else if (line.topic() == WatchRecord::gap) {
    const auto shift = clocks.offset(line.clock()).ns;
    watch.gaps.push_back({{in_reach(record.from_ns) + shift, in_reach(record.to_ns) + shift}, record.reason});
  } else {
    if (still_open(watch)) watch.open.back().to = at.ns;
    watch.end = record.end == WatchEnd::none ? WatchEnd::closed : record.end;
  }
}

void fold_vantage(History& history, const Clocks& clocks, const LogLine& line) {
  Vantage& vantage = vantage_of(history, clocks, line.clock());
  vantage.record = line.read<VantageRecord>(history.odd);
  vantage.record.id = line.clock();
}

void fold_health(History& history, const Clocks& clocks, const LogLine& line) {
  Vantage& vantage = vantage_of(history, clocks, line.clock());
  auto health = line.read<VantageHealth>(history.odd);
  health.from_ns = in_reach(health.from_ns) + vantage.offset_ns;
  health.to_ns = in_reach(health.to_ns) + vantage.offset_ns;
  health.loop_lag_ns = in_reach(health.loop_lag_ns);
  vantage.local_exhaustion += health.local_exhaustion;
  vantage.records_lost += health.records_lost;
  vantage.skipped += health.skipped;
  vantage.health.push_back(health);
}

void fold_summary(History& history, const Clocks& clocks, const LogLine& line) {
  Vantage& vantage = vantage_of(history, clocks, line.clock());
  vantage.summary = line.read<VantageSummary>(history.odd);
  vantage.summed_up = true;
}

void fold_loss(History& history, const Clocks& clocks, const LogLine& line) {
  const auto lost = line.read<VantageLost>(history.odd);
  Vantage& vantage = vantage_of(history, clocks, lost.vantage);
  vantage.records_missing += lost.missing;
  vantage.lost_reason = lost.reason.empty() ? "lost" : lost.reason;
  history.losses.push_back({clocks.place(line.clock(), line.at().ns), lost.vantage, vantage.lost_reason});
}

void fold_cluster_loss(History& history, const Clocks& clocks, const LogLine& line) {
  const auto lost = line.read<ClusterLost>(history.odd);
  history.losses.push_back({clocks.place(line.clock(), line.at().ns), "", lost.reason});
}

std::int64_t heard_until(const History& history, std::string_view clock, std::int64_t runner) {
  const Vantage* vantage = history.vantage(clock);
  const bool to_the_end = vantage != nullptr ? vantage->summed_up : history.ended.has_value();
  std::int64_t until = to_the_end ? history.end : vantage != nullptr ? vantage->last_ns : runner;
  for (const Loss& loss : history.losses) {
    if (loss.vantage.empty()) until = std::min(until, loss.at.ns);
  }
  return until;
}

void close_watches(History& history, std::int64_t runner_last) {
  for (Watch& watch : history.watches) {
    const auto until = heard_until(history, watch.clock, runner_last);
    while (!watch.open.empty() && watch.open.back().to > until) {
      watch.open.back().to = until;
      if (watch.open.back().from < until) break;
      watch.open.pop_back();
    }
  }
}

bool History::covered(std::string_view resource, Span span) const {
  return std::any_of(watches.begin(), watches.end(),
                     [&](const Watch& watch) { return sees_all(watch, resource) && saw(watch, span); });
}

}  // namespace straycat::history
