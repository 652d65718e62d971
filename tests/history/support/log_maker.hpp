// Writes a world's log: a data plane that follows the slices with a lag, traffic that picks an endpoint at random, and
// what the agent records. It knows the truth (which pod got which request) and keeps it out of the log.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "object_lines.hpp"
#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::test {

// What really happened: failed attempt id -> pod (or "" when it reached nobody).
using Truth = std::map<std::uint64_t, std::string>;

class LogMaker : public ObjectLines {
 public:
  using ObjectLines::ObjectLines;

  EventLog make() {
    header();
    steps();
    objects();
    watches();
    agent();
    finish();
    return collect();
  }
  [[nodiscard]] const Truth& truth() const { return truth_; }

 private:
  // --- the data plane and the pods ---
  [[nodiscard]] std::vector<std::size_t> routable(const std::map<std::size_t, Listed>& listed) const {
    std::vector<std::size_t> ready;
    std::vector<std::size_t> leaving;
    for (const auto& [index, how] : listed) {
      if (world_.pods[index].port_unset) continue;
      if (how.ready) ready.push_back(index);
      if (how.terminating) leaving.push_back(index);
    }
    return ready.empty() ? leaving : ready;
  }

  // When the kernel's rules change, and to what.
  void plan_data_plane() {
    double last = 0;
    std::uniform_real_distribution<double> delay(0, 1);
    for (const double t : change_times()) {
      auto set = routable(listed_at(t));
      const bool shrinks = !plane_.empty() && set.size() < plane_.rbegin()->second.size();
      last = std::max(last, t + delay(random_) * world_.lag + (shrinks ? world_.stale : 0));
      plane_[last] = std::move(set);
    }
  }
  [[nodiscard]] std::vector<std::size_t> plane_at(double t) const {
    auto next = plane_.upper_bound(t);
    return next == plane_.begin() ? std::vector<std::size_t>{} : std::prev(next)->second;
  }

  enum class Answer { ok, refused, cut, wrong, late };
  [[nodiscard]] Answer answer(const PodLife& life, double t) {
    const Answer got = steady_answer(life, t);
    if (got != Answer::ok) return got;
    if (happens(life.cut_share)) return Answer::cut;
    if (happens(life.wrong_share)) return Answer::wrong;
    return happens(life.late_share) ? Answer::late : Answer::ok;
  }
  [[nodiscard]] bool happens(double share) { return share > 0 && std::bernoulli_distribution(share)(random_); }
  [[nodiscard]] static int status_of(const PodLife& life) {
    return life.wrong_status != 0 ? life.wrong_status : life.share_status;
  }
  [[nodiscard]] static Answer steady_answer(const PodLife& life, double t) {
    if (t < life.answers_from || t >= life.answers_to) return Answer::refused;
    if (t >= life.mute_from && t < life.mute_to) return Answer::refused;
    for (const double restart : life.restarts) {
      if (restart - 0.4 <= t && t < restart) return Answer::refused;
    }
    if (t >= life.cuts_from) return Answer::cut;
    return life.wrong_status != 0 ? Answer::wrong : Answer::ok;
  }

  // --- the agent ---
  void agent() {
    plan_data_plane();
    put(0.3, VantageRecord::kind, true,
        json(VantageRecord{"a0", Place::pod, "10.244.0.2", "node-1", "", world_.ns_name, "agent", "test",
                           Dialing::kernel}));
    put(0.3, WatchRecord::started, true, json(WatchRecord{"endpointslices", "", 0, 0, ""}));
    if (world_.clock_bounds) {
      put(0.5, ClockBound::kind, false, json(ClockBound{"a0", own(0) - ns(world_.bound), own(0) + ns(world_.bound)}));
    }
    slices();
    for (const Gap& gap : world_.slice_gaps) {
      put(gap.to - 0.0001, WatchRecord::gap, true,
          json(WatchRecord{"endpointslices", "", own(gap.from), own(gap.to), "connection lost"}));
    }
    traffic();
    if (world_.direct_probes) probes();
    health();
  }

  Failure failure_of(Answer answer, int status) const {
    if (answer == Answer::wrong)
      return {FailureKind::status, Phase::check, 0, "(22) The requested URL returned error: " + std::to_string(status)};
    if (answer == Answer::late)
      return {FailureKind::response_timeout, Phase::first_byte, 0, "(28) Operation timed out after 2000 milliseconds"};
    if (answer == Answer::cut) return {FailureKind::closed_early, Phase::first_byte, 0, "(52) Empty reply from server"};
    return {FailureKind::refused, Phase::connect, 111,
            "(7) Failed to connect to " + world_.service + " port 80 after 1 ms: Connection refused"};
  }

  struct Attempt {
    double at = 0;
    bool ok = false;
    Failure failure;
    int status = 0;
    std::uint64_t echo_of = UINT64_MAX;  // the attempt whose source port it has
  };

  [[nodiscard]] std::size_t chosen_of(const std::vector<std::size_t>& set) {
    if (world_.affinity) return set.front();
    if (!world_.shuns.empty() && world_.pods[set.back()].name == world_.shuns && set.size() > 1)
      return set[std::uniform_int_distribution<std::size_t>(0, set.size() - 2)(random_)];
    return set[std::uniform_int_distribution<std::size_t>(0, set.size() - 1)(random_)];
  }

  [[nodiscard]] Attempt attempt(double t, std::uint64_t id) {
    Attempt result{t, false, {}, 0};
    if (world_.local_from <= t && t < world_.local_to) {
      const bool ports = world_.limit == Limit::ports;
      result.failure = {
          FailureKind::local_exhaustion, ports ? Phase::connect : Phase::send, ports ? 99 : 0,
          ports ? "(7) Couldn't connect to server: Cannot assign requested address" : "the server said no"};
      return result;
    }
    if (world_.starved_from <= t && t < world_.starved_to) {
      result.failure = unanswered();
      return result;
    }
    const auto before = id - static_cast<std::uint64_t>(world_.ports_round * world_.rate);
    if (world_.ports_round > 0 && before < id && unanswered_.count(before) > 0) {
      result.failure = unanswered();
      result.echo_of = before;
      truth_[id] = truth_[before];
      return result;
    }
    const auto set = plane_at(t);
    if (set.empty() || world_.nobody_translates) {
      result.failure = failure_of(Answer::refused, 0);
      truth_[id] = "";
      return result;
    }
    const PodLife& life = world_.pods[chosen_of(set)];
    const Answer got = answer(life, t);
    result.ok = got == Answer::ok;
    if (got == Answer::wrong) result.status = status_of(life);
    if (!result.ok) {
      result.failure = failure_of(got, status_of(life));
      truth_[id] = life.name;
      if (world_.lost_through_the_service && got == Answer::refused) result.failure = unanswered();
      if (world_.ports_round > 0) {
        result.failure = unanswered();
        unanswered_.insert(id);
      }
    }
    return result;
  }
  [[nodiscard]] Failure unanswered() const {
    return {FailureKind::connect_timeout, Phase::connect, 110,
            "(28) Failed to connect to " + world_.service + " port 80 after 1000 ms: Timeout was reached"};
  }

  [[nodiscard]] bool silent(double t) const {
    return std::any_of(world_.silences.begin(), world_.silences.end(),
                       [&](const Gap& one) { return one.from <= t && t < one.to; });
  }

  void traffic() {
    std::set<double> edges;
    for (double t = world_.traffic_from; t < world_.traffic_to; t += 0.2) edges.insert(t);
    for (const double t : change_times()) {
      if (t > world_.traffic_from && t < world_.traffic_to) edges.insert(seen_at(t));
    }
    edges.insert(world_.traffic_to);
    const auto total =
        static_cast<std::uint64_t>(std::max(0.0, (world_.traffic_to - world_.traffic_from) * world_.rate + 0.5));
    std::uint64_t id = 0;
    for (auto edge = edges.begin(); std::next(edge) != edges.end(); ++edge) {
      std::vector<Attempt> attempts;
      std::uint64_t first = id;
      for (; id < total; ++id) {
        const double t = world_.traffic_from + (static_cast<double>(id) + 0.5) / world_.rate;
        if (t >= *std::next(edge)) break;
        if (silent(t)) continue;
        attempts.push_back(attempt(t, id));
        ++sent_;
      }
      window(*edge, *std::next(edge), attempts, first);
    }
  }

  void window(double from, double to, const std::vector<Attempt>& attempts, std::uint64_t first) {
    AttemptWindow window;
    window.traffic = world_.traffic;
    window.from_ns = own(from);
    window.to_ns = own(to);
    window.max_gap_ns = attempts.size() > 1 ? ns(1 / world_.rate) : window.to_ns - window.from_ns;
    for (std::size_t i = 0; i < attempts.size(); ++i) count(window, attempts[i], first + i);
    put(to + 0.002, AttemptWindow::kind, true, json(window));
  }

  void count(AttemptWindow& window, const Attempt& attempt, std::uint64_t id) {
    const auto at = own(attempt.at);
    ++window.sent;
    if (window.first_start_ns == 0) window.first_start_ns = at;
    window.last_start_ns = at;
    window.lateness.record(Nanos{20000});
    if (attempt.ok) {
      ++window.ok;
      ++window.statuses["200"];
      ++window.bodies["c0ffee"];
      window.latency.record(Nanos{2000000});
      if (window.first_ok_start_ns == 0) window.first_ok_start_ns = at;
      window.last_ok_start_ns = at;
      window.last_ok_end_ns = at + 2000000;
      return;
    }
    if (window.first_failed_start_ns == 0) window.first_failed_start_ns = at;
    window.last_failed_start_ns = at;
    std::uint64_t kept = 0;
    for (const auto& [kind, number] : window.failed) kept += number;
    ++window.failed[std::string(to_string(attempt.failure.kind))];
    if (kept >= world_.failures_kept) {
      ++window.failed_not_kept;
      return;
    }
    AttemptFailed failed;
    failed.traffic = world_.traffic;
    failed.id = id;
    failed.intended_ns = failed.started_ns = at;
    failed.connect_ns = at + 100000;
    failed.ended_ns = at + 1000000;
    failed.failure = attempt.failure;
    failed.local_address = "10.244.0.2";
    failed.local_port =
        static_cast<std::uint16_t>(40000 + (attempt.echo_of != UINT64_MAX ? attempt.echo_of : id) % 20000);
    failed.remote_address = "10.96.0.7";
    failed.remote_port = 80;
    failed.status = attempt.status;
    put(attempt.at + 0.001, AttemptFailed::kind, true, json(failed));
  }

  void probe(const PodLife& life, double t, ProbeReason why) {
    DirectProbe probe;
    probe.traffic = world_.traffic;
    probe.endpoint = {address(life), 3000, life.name, uid("Pod", life.name)};
    probe.why = why;
    probe.started_ns = own(t);
    probe.ended_ns = own(t) + 1000000;
    const Answer got = answer(life, t);
    probe.ok = got == Answer::ok;
    if (!probe.ok) probe.failure = world_.ports_round > 0 ? unanswered() : failure_of(got, status_of(life));
    put(t + 0.001, DirectProbe::kind, true, json(probe));
  }

  void probes() {
    for (const PodLife& life : world_.pods) {
      if (life.port_unset) continue;
      const double from = std::max(life.ready_from, 0.4);
      const double to = std::min({life.ready_to, life.gone_at, world_.traffic_to});
      if (from >= to) continue;
      probe(life, from + 0.05, ProbeReason::joined);
      for (double t = from + world_.probes_after; t < to; t += 1)
        if (t < life.unready_from || t >= life.unready_to) probe(life, t, ProbeReason::periodic);
      if (life.ready_to < world_.traffic_to) probe(life, life.ready_to + 0.05, ProbeReason::left);
    }
  }

  void health() {
    for (double t = 1; t < world_.ends; t += 1) {
      VantageHealth health;
      health.from_ns = own(t - 1);
      health.to_ns = own(t);
      health.loop_lag_ns = 1000000;
      for (const Gap& stall : world_.stalls) {
        if (stall.from >= t || t - 1 >= stall.to) continue;
        health.loop_lag_ns = ns(stall.to - stall.from);
        health.limit = Limit::stopped;
      }
      if (world_.local_from < t && t - 1 < world_.local_to) {
        health.local_exhaustion = 1;
        health.limit = world_.limit;
      }
      if (world_.starved_from < t && t - 1 < world_.starved_to) health.limit = world_.starved_by;
      put(t, VantageHealth::kind, true, json(health));
    }
  }

  void finish() {
    if (!world_.ended) return;
    VantageSummary summary;
    summary.records = lines_.size();
    summary.sent[world_.traffic] = sent_;
    summary.reason = VantageEnd::finished;
    put(world_.ends - 0.2, VantageSummary::kind, true, json(summary));
    if (world_.records_lost > 0)
      put(world_.ends - 0.1, VantageLost::kind, false, json(VantageLost{"a0", world_.records_lost, "numbers missing"}));
    put(world_.ends, RunEnded::kind, false, json(RunEnded{world_.end_reason, world_.end_error}));
  }

  std::set<std::uint64_t> unanswered_;  // attempts whose port is sent where it was sent before
  std::map<double, std::vector<std::size_t>> plane_;
  std::uint64_t sent_ = 0;
  Truth truth_;
};

inline EventLog log_of(const World& world) { return LogMaker(world).make(); }

// The world's log when a part dies at `t`, by the runner's clock: its prober, or the cluster with everything in it.
inline EventLog log_of_death(World world, double t, bool of_the_cluster) {
  EventLog log = log_of(world);
  std::erase_if(log.events,
                [&](const Event& event) { return event.at.ns > ns(event.clock == runner_clock ? t : t + world.skew); });
  const auto tell = [&](Topic topic, double at, json body) {
    log.events.push_back({0, topic, std::string(runner_clock), {ns(at)}, std::move(body)});
  };
  const std::string how = "killed by signal 9 (Killed)";
  if (of_the_cluster) tell(ClusterLost::kind, t, json(ClusterLost{"the embedded cluster ended: " + how}));
  tell(VantageLost::kind, t + 0.1, json(VantageLost{"a0", 0, of_the_cluster ? "its cluster ended" : how}));
  const std::string error = of_the_cluster ? "the embedded cluster ended: " + how : "the prober a0 was lost: " + how;
  tell(RunEnded::kind, t + 1, json(RunEnded{RunEnd::lost, error}));
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

}  // namespace straycat::test
