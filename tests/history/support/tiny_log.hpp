// Logs of a few lines, each said by one call, for tests that name every instant. Times are nanoseconds of the clock
// that says them; the Service is "sayhi" in namespace "shop", its traffic "loop".
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scenes.hpp"
#include <straycat/history/history.hpp>

namespace straycat::test {

using Instants = std::vector<std::int64_t>;

// One endpoint of a slice: "p1" is ready, "p1?" is not, "p1~" serves while it terminates, "p1!" terminates and serves
// no more. "p1" stands at 10.0.0.1; "p1@7" at 10.0.0.7. "p1#b": another pod of that name. "@7": no pod's.
inline model::Endpoint stands(std::string word) {
  model::Endpoint endpoint;
  const char mark = word.back();
  if (std::string("?~!").find(mark) != std::string::npos) {
    word.pop_back();
    endpoint.ready = false;
    endpoint.serving = mark == '~';
    endpoint.terminating = mark != '?';
  }
  const auto hash = word.find('#');
  const std::string life = hash == std::string::npos ? "" : word.substr(hash);
  word = word.substr(0, hash);
  const auto at = word.find('@');
  endpoint.pod = word.substr(0, at);
  if (!endpoint.pod.empty()) endpoint.pod_uid = "u-" + endpoint.pod + life;
  endpoint.addresses = {"10.0.0." + (at == std::string::npos ? word.substr(1) : word.substr(at + 1))};
  endpoint.node = "node-1";
  return endpoint;
}

class TinyLog {
 public:
  TinyLog() {
    Header header;
    header.format = std::string(log_format);
    header.run = "tiny";
    header.scenario = "tiny";
    header.version = "test";
    header.ns = "shop";
    header.wall_ns = 1'700'000'000'000'000'000;
    plan::Plan plan = LogMaker(quiet()).make_plan();
    plan.steps.clear();
    header.plan = plan::to_json(plan);
    add(Header::kind, "runner", 0, json(header));
  }

  TinyLog& add(const EventKind& kind, const std::string& clock, std::int64_t at, json body) {
    log_.events.push_back({log_.events.size(), kind, clock, {at}, std::move(body)});
    return *this;
  }
  [[nodiscard]] EventLog& log() { return log_; }
  [[nodiscard]] history::History folded() const {
    auto history = history::fold(log_);
    EXPECT_TRUE(history) << history.error().message;
    return history ? std::move(*history) : history::History{};
  }

  // --- clocks and steps ---
  TinyLog& vantage(const std::string& id, std::int64_t at, const std::string& node = "") {
    VantageRecord record;
    record.where = Place::pod;
    record.node = node;
    return add(VantageRecord::kind, id, at, json(record));
  }
  // A vantage point whose clock is the runner's, one nanosecond off at most, and whose watch of slices is open from 0.
  TinyLog& watcher(const std::string& id = "a0") {
    return vantage(id, 0).bound(id, 0, 0).watch_from(id, "endpointslices", 0);
  }
  TinyLog& bound(const std::string& id, std::int64_t lower, std::int64_t upper) {
    return add(ClockBound::kind, "runner", 0, json(ClockBound{id, lower, upper}));
  }
  TinyLog& step(std::int64_t from, std::int64_t to, const std::string& phase, const std::string& detail = "step",
                Verb verb = Verb::apply, const std::string& error = "") {
    StepRecord record;
    record.index = steps_++;
    record.name = detail;
    record.verb = verb;
    record.phase = phase;
    record.detail = detail;
    add(StepRecord::started, "runner", from, json(record));
    record.ok = error.empty();
    record.error = error;
    return to < from ? *this : add(StepRecord::ended, "runner", to, json(record));
  }
  // The run, and before it each vantage point, which says so with its last record: without, it died there.
  TinyLog& ended(std::int64_t at) {
    std::map<std::string, std::int64_t> last;
    for (const Event& event : log_.events) {
      if (event.clock == runner_clock) continue;
      last[event.clock] = std::max(last.try_emplace(event.clock, event.at.ns).first->second, event.at.ns);
    }
    for (const Event& event : log_.events) {
      if (event.kind == VantageSummary::kind) last.erase(event.clock);
      if (event.kind == VantageLost::kind) last.erase(event.body.get<VantageLost>().vantage);
    }
    for (const auto& [clock, ns] : last) add(VantageSummary::kind, clock, ns, json(VantageSummary{}));
    RunEnded record;
    record.reason = RunEnd::finished;
    return add(RunEnded::kind, "runner", at, json(record));
  }

  // --- watches ---
  TinyLog& watch_from(const std::string& clock, const std::string& resource, std::int64_t at,
                      const std::string& selector = "") {
    return watch(WatchRecord::started, clock, resource, at, selector);
  }
  TinyLog& watch_to(const std::string& clock, const std::string& resource, std::int64_t at,
                    const std::string& selector = "") {
    return watch(WatchRecord::ended, clock, resource, at, selector);
  }
  TinyLog& gap(const std::string& clock, const std::string& resource, std::int64_t from, std::int64_t to,
               const std::string& selector = "") {
    WatchRecord record;
    record.resource = resource;
    record.selector = selector;
    record.from_ns = from;
    record.to_ns = to;
    record.reason = "connection lost";
    return add(WatchRecord::gap, clock, to, json(record));
  }

  // --- objects ---
  // The whole slice `name` from then on, in words (see stands()); "gone": it is deleted.
  TinyLog& slice(const std::string& clock, std::int64_t at, const std::string& name, const std::string& words) {
    if (words == "gone") return add("slice", clock, at, json(model::ObjectChange{true, json(slice_of(name, ""))}));
    return add("slice", clock, at, json(model::ObjectChange{false, json(slice_of(name, words))}));
  }
  static model::EndpointSlice slice_of(const std::string& name, const std::string& words) {
    model::EndpointSlice slice;
    slice.meta.kind = "EndpointSlice";
    slice.meta.ns = "shop";
    slice.meta.name = slice.meta.uid = name;
    slice.service = "sayhi";
    slice.ports.push_back({"", 3000, "TCP"});
    std::istringstream in(words);
    for (std::string word; in >> word;) slice.endpoints.push_back(stands(word));
    return slice;
  }
  // A pod and who made it; `kind` "": nobody did.
  TinyLog& pod(std::int64_t at, const std::string& name, const std::string& kind, const std::string& owner) {
    model::Pod pod;
    pod.meta = meta_of("Pod", name, "u-" + name);
    if (!kind.empty()) pod.meta.owners.push_back({kind, owner, "u-" + kind + "-" + owner, true});
    return add("pod", "runner", at, json(model::ObjectChange{false, json(pod)}));
  }
  TinyLog& workload(std::int64_t at, const std::string& kind, const std::string& name, const std::string& above = "") {
    model::Workload workload;
    workload.meta = meta_of(kind, name, "u-" + kind + "-" + name);
    if (!above.empty()) workload.meta.owners.push_back({"Deployment", above, "u-Deployment-" + above, true});
    return add("workload", "runner", at, json(model::ObjectChange{false, json(workload)}));
  }

  // --- traffic ---
  // All attempts that started in [from, to): their starts by outcome; each takes 10 ns. Failures have records of their
  // own, unless `kept` is false.
  TinyLog& window(const std::string& clock, std::int64_t from, std::int64_t to, const Instants& ok,
                  const Instants& failed = {}, bool kept = true, const std::string& traffic = "loop") {
    AttemptWindow window;
    window.traffic = traffic;
    window.from_ns = from;
    window.to_ns = to;
    window.ok = ok.size();
    window.sent = ok.size() + failed.size();
    if (!failed.empty()) window.failed["refused"] = failed.size();
    if (!kept) window.failed_not_kept = failed.size();
    edges(ok, window.first_ok_start_ns, window.last_ok_start_ns);
    edges(failed, window.first_failed_start_ns, window.last_failed_start_ns);
    Instants all = ok;
    all.insert(all.end(), failed.begin(), failed.end());
    std::sort(all.begin(), all.end());
    edges(all, window.first_start_ns, window.last_start_ns);
    for (std::size_t i = 1; i < all.size(); ++i) window.max_gap_ns = std::max(window.max_gap_ns, all[i] - all[i - 1]);
    if (!ok.empty()) window.latency.record(Nanos{10}, ok.size());
    for (const auto at : failed) {
      if (kept) failure(clock, at, traffic);
    }
    return add(AttemptWindow::kind, clock, to, json(window));
  }
  TinyLog& failure(const std::string& clock, std::int64_t at, const std::string& traffic = "loop") {
    AttemptFailed failed;
    failed.traffic = traffic;
    failed.id = failures_++;
    failed.intended_ns = failed.started_ns = failed.connect_ns = at;
    failed.ended_ns = at + 10;
    failed.failure = {FailureKind::refused, Phase::connect, 111, "refused"};
    return add(AttemptFailed::kind, clock, at + 10, json(failed));
  }
  // To the endpoint that the word names (see stands()).
  TinyLog& probe(const std::string& clock, std::int64_t at, const std::string& word, bool ok, bool knows_pod = true) {
    const model::Endpoint to = stands(word);
    DirectProbe probe;
    probe.traffic = "loop";
    probe.endpoint = {to.addresses.front(), 3000, knows_pod ? to.pod : "", knows_pod ? to.pod_uid : ""};
    probe.started_ns = at;
    probe.ended_ns = at + 10;
    probe.ok = ok;
    if (!ok) probe.failure = Failure{FailureKind::refused, Phase::connect, 111, "refused"};
    return add(DirectProbe::kind, clock, at + 10, json(probe));
  }

 private:
  TinyLog& watch(Topic kind, const std::string& clock, const std::string& resource, std::int64_t at,
                 const std::string& selector) {
    WatchRecord record;
    record.resource = resource;
    record.selector = selector;
    return add(kind, clock, at, json(record));
  }
  static void edges(const Instants& all, std::int64_t& first, std::int64_t& last) {
    if (all.empty()) return;
    first = all.front();
    last = all.back();
  }
  static model::Meta meta_of(const std::string& kind, const std::string& name, const std::string& uid) {
    model::Meta meta;
    meta.kind = kind;
    meta.ns = "shop";
    meta.name = name;
    meta.uid = uid;
    return meta;
  }

  EventLog log_;
  std::size_t steps_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace straycat::test
