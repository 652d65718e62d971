// Windows, failures, direct probes.
#include <algorithm>
#include <tuple>

#include "folding.hpp"

namespace straycat::history {
namespace {

void shift(std::int64_t& ns, std::int64_t by) {
  if (ns != 0) ns = in_reach(ns) + by;  // 0 means "none" in these records
}

void shift_window(AttemptWindow& window, std::int64_t by) {
  for (auto* ns : {&window.from_ns, &window.to_ns, &window.first_start_ns, &window.last_start_ns,
                   &window.first_ok_start_ns, &window.last_ok_start_ns, &window.last_ok_end_ns,
                   &window.first_failed_start_ns, &window.last_failed_start_ns}) {
    shift(*ns, by);
  }
  window.max_gap_ns = in_reach(window.max_gap_ns);
}

// A log may say that more failed than was sent, or numbers that no sum holds: each count is part of what holds it.
void make_consistent(AttemptWindow& window) {
  constexpr std::uint64_t most = std::uint64_t{1} << 48;  // a million a second for nine years
  std::uint64_t failed = 0;
  for (auto& [kind, count] : window.failed) {
    count = std::min(count, most - failed);
    failed += count;
  }
  window.ok = std::min(window.ok, most);
  window.failed_not_kept = std::min(window.failed_not_kept, failed);
  window.sent = std::clamp(window.sent, window.ok + failed, 2 * most);
}

void shift_failure(AttemptFailed& failed, std::int64_t by) {
  for (auto* ns : {&failed.intended_ns, &failed.started_ns, &failed.connect_ns, &failed.ended_ns}) shift(*ns, by);
}

// Failures whose window is not in the log (it was cut before the window was written) stand in a window of their own.
void adopt_orphans(Traffic& traffic) {
  std::vector<AttemptWindow> adopted;
  for (const AttemptFailed& failed : traffic.failures) {
    const auto at = failed.started_ns;
    auto next = std::upper_bound(traffic.windows.begin(), traffic.windows.end(), at,
                                 [](std::int64_t ns, const AttemptWindow& window) { return ns < window.from_ns; });
    if (next != traffic.windows.begin() && at < std::prev(next)->to_ns) continue;
    if (!adopted.empty() && adopted.back().from_ns == at) {  // no two windows hold one instant
      ++adopted.back().sent;
      ++adopted.back().failed[std::string(to_string(failed.failure.kind))];
      continue;
    }
    AttemptWindow window;
    window.traffic = traffic.name;
    window.from_ns = window.first_start_ns = window.last_start_ns = at;
    window.first_failed_start_ns = window.last_failed_start_ns = at;
    window.to_ns = at + 1;
    window.sent = 1;
    window.failed[std::string(to_string(failed.failure.kind))] = 1;
    adopted.push_back(std::move(window));
  }
  traffic.windows.insert(traffic.windows.end(), adopted.begin(), adopted.end());
}

void sort_windows(Traffic& traffic) {
  std::sort(traffic.windows.begin(), traffic.windows.end(), [](const AttemptWindow& a, const AttemptWindow& b) {
    return std::tie(a.from_ns, a.to_ns, a.first_start_ns) < std::tie(b.from_ns, b.to_ns, b.first_start_ns);
  });
}

void sum_up(Traffic& traffic) {
  std::int64_t first = 0;
  std::int64_t last = 0;
  for (const AttemptWindow& window : traffic.windows) {
    traffic.totals.add(window);
    if (window.sent == 0) continue;
    if (first == 0) first = window.first_start_ns;
    last = window.last_start_ns;
  }
  constexpr std::int64_t least = 2'000'000'000;
  constexpr std::int64_t most = 86'400'000'000'000;  // a day
  const auto attempts = static_cast<std::int64_t>(traffic.totals.attempts);
  if (attempts > 1) traffic.burst_gap_ns = 10 * std::min((last - first) / (attempts - 1), most);
  traffic.burst_gap_ns = std::max(least, traffic.burst_gap_ns);
}

// Failures kept one by one that their window does not count (it was damaged) are counted there.
void count_kept(Traffic& traffic) {
  auto failed = traffic.failures.begin();
  for (AttemptWindow& window : traffic.windows) {
    std::map<std::string, std::uint64_t> kept;
    std::uint64_t counted = 0, found = 0;
    while (failed != traffic.failures.end() && failed->started_ns < window.from_ns) ++failed;
    for (; failed != traffic.failures.end() && failed->started_ns < window.to_ns; ++failed, ++found)
      ++kept[std::string(to_string(failed->failure.kind))];
    for (const auto& [kind, count] : window.failed) counted += count;
    for (const auto& [kind, count] : kept) {
      if (counted >= found) break;
      const std::uint64_t more = std::min(found - counted, count - std::min(count, window.failed[kind]));
      window.failed[kind] += more;
      counted += more;
    }
    window.sent = std::max(window.sent, window.ok + counted);
  }
}

void order(Traffic& traffic) {
  std::sort(traffic.failures.begin(), traffic.failures.end(), [](const AttemptFailed& a, const AttemptFailed& b) {
    return std::tie(a.started_ns, a.id) < std::tie(b.started_ns, b.id);
  });
  sort_windows(traffic);
  adopt_orphans(traffic);
  sort_windows(traffic);
  count_kept(traffic);
}

void add_totals(Totals& to, const Totals& more) {
  to.attempts += more.attempts;
  to.unfinished += more.unfinished;
  to.ok += more.ok;
  to.failed += more.failed;
  to.failed_not_kept += more.failed_not_kept;
  to.local += more.local;
  for (const auto& [kind, count] : more.kinds) to.kinds[kind] += count;
}

// The endpoint that a probe was sent to: the same pod at that address, else whoever stood there last.
class EndpointIndex {
 public:
  explicit EndpointIndex(ServiceView& view) {
    for (Endpoint& endpoint : view.endpoints) by_address_[{endpoint.id.address, endpoint.id.port}].push_back(&endpoint);
  }
  Endpoint* find(const DirectProbe& probe) {
    const auto found = by_address_.find({probe.endpoint.address, probe.endpoint.port});
    if (found == by_address_.end()) return nullptr;
    for (Endpoint* endpoint : found->second) {
      if (endpoint->id.uid == probe.endpoint.uid) return endpoint;
    }
    return probe.endpoint.uid.empty() ? found->second.back() : nullptr;
  }

 private:
  std::map<std::pair<std::string, int>, std::vector<Endpoint*>> by_address_;
};

const Traffic* find_traffic(const History& history, const std::string& vantage, const std::string& name) {
  const auto found = std::find_if(history.traffic.begin(), history.traffic.end(),
                                  [&](const Traffic& t) { return t.vantage == vantage && t.name == name; });
  return found == history.traffic.end() ? nullptr : &*found;
}

// A vantage point that said how much it sent, and whose windows tell of less (or of nothing at all), lost records.
void compare_with_summary(const History& history, Vantage& vantage) {
  for (const auto& [name, sent] : vantage.summary.sent) {
    const Traffic* traffic = find_traffic(history, vantage.record.id, name);
    vantage.records_missing += sent - std::min(sent, traffic != nullptr ? traffic->totals.attempts : 0);
  }
}

void sort_probes(History& history) {
  for (ServiceView& view : history.views) {
    for (Endpoint& endpoint : view.endpoints) {
      std::sort(endpoint.probes.begin(), endpoint.probes.end(), [](const DirectProbe& a, const DirectProbe& b) {
        return std::tie(a.started_ns, a.traffic, a.ended_ns) < std::tie(b.started_ns, b.traffic, b.ended_ns);
      });
    }
  }
}

}  // namespace

TrafficFolder::Growing& TrafficFolder::growing(const Clocks& clocks, std::string_view vantage,
                                               const std::string& name) {
  const auto [found, fresh] = growing_.try_emplace({std::string(vantage), name});
  if (fresh) {
    found->second.traffic.name = name;
    found->second.traffic.vantage = vantage;
    found->second.traffic.error_ns = clocks.offset(vantage).error_ns;
  }
  return found->second;
}

void TrafficFolder::take_window(const Clocks& clocks, const LogLine& line, Oddities& odd) {
  auto window = line.read<AttemptWindow>(odd);
  shift_window(window, clocks.offset(line.clock()).ns);
  make_consistent(window);
  Growing& one = growing(clocks, line.clock(), window.traffic);
  one.traffic.latency.merge(window.latency);
  one.traffic.lateness.merge(window.lateness);
  one.durations.add(window);
  window.latency = {};  // each by itself: a copy of an empty one would keep its memory
  window.lateness = {};
  one.traffic.windows.push_back(std::move(window));
}

void TrafficFolder::take_failure(const Clocks& clocks, const LogLine& line, Oddities& odd) {
  auto failed = line.read<AttemptFailed>(odd);
  shift_failure(failed, clocks.offset(line.clock()).ns);
  growing(clocks, line.clock(), failed.traffic).traffic.failures.push_back(std::move(failed));
}

void TrafficFolder::take_probe(const Clocks& clocks, const LogLine& line, Oddities& odd) {
  auto probe = line.read<DirectProbe>(odd);
  const auto by = clocks.offset(line.clock()).ns;
  shift(probe.started_ns, by);
  shift(probe.ended_ns, by);
  probes_.emplace_back(line.clock(), std::move(probe));
}

void TrafficFolder::finish(History& history) {
  for (auto& [key, one] : growing_) {
    order(one.traffic);
    sum_up(one.traffic);
    one.traffic.durations = one.durations.take();
    add_totals(history.totals, one.traffic.totals);
    history.traffic.push_back(std::move(one.traffic));
  }
  for (Vantage& vantage : history.vantages) compare_with_summary(history, vantage);
}

void TrafficFolder::place_probes(History& history) {
  std::vector<EndpointIndex> indexes;
  for (ServiceView& view : history.views) indexes.emplace_back(view);
  for (auto& [vantage, probe] : probes_) {
    const Traffic* sender = find_traffic(history, vantage, probe.traffic);
    if (sender == nullptr || !sender->view) continue;
    if (Endpoint* endpoint = indexes[*sender->view].find(probe)) endpoint->probes.push_back(std::move(probe));
  }
  sort_probes(history);
}

}  // namespace straycat::history
