// Tiny logs in whole seconds, folded, and verdicts said by hand: for tests that name every character of a picture.
#pragma once

#include <string>
#include <vector>

#include "history/support/tiny_log.hpp"
#include "report/support/runs.hpp"

namespace straycat::test {

inline constexpr std::int64_t second = 1'000'000'000;

// A verdict that accuses the workloads of these pods of standing behind the Service.
inline diagnose::Verdict accusing(const history::History& history, const std::vector<std::string>& pods) {
  diagnose::Verdict verdict;
  verdict.conclusion = diagnose::Conclusion::found;
  finding::Finding one;
  one.cause = finding::Cause::stray_endpoint;
  one.ns = "shop";
  one.service = "sayhi";
  for (const history::ServiceView& view : history.views) {
    for (const history::Endpoint& endpoint : view.endpoints) {
      if (std::find(pods.begin(), pods.end(), endpoint.id.pod) == pods.end()) continue;
      one.workload = endpoint.owner;
      finding::AccusedEndpoint who;
      who.id = endpoint.id;
      one.endpoints.push_back(who);
    }
  }
  verdict.findings.push_back(std::move(one));
  return verdict;
}

inline Instants every(std::int64_t from, std::int64_t to, std::int64_t step) {
  Instants all;
  for (auto at = from; at < to; at += step) all.push_back(at);
  return all;
}

// One attempt each half second from `from` to `to` (seconds), in windows of a second; those that start in `failing`
// fail, the second of each two in `mixed`.
inline void half_seconds(TinyLog& log, std::int64_t from, std::int64_t to, history::Span failing = {},
                         history::Span mixed = {}) {
  for (auto at = from; at < to; ++at) {
    const Instants both = {at * second + second / 4, at * second + 3 * second / 4};
    const Instants first = {both[0]}, second_one = {both[1]};
    if (failing.contains(at)) {
      log.window("a0", at * second, (at + 1) * second, {}, both);
    } else if (mixed.contains(at)) {
      log.window("a0", at * second, (at + 1) * second, first, second_one);
    } else {
      log.window("a0", at * second, (at + 1) * second, both);
    }
  }
}

// Two pods of a Deployment, the one rolled out after the other, and a Job whose pod stands behind the Service from 16
// to 22 s and refuses: the article in 38 seconds.
inline TinyLog small_article() {
  TinyLog log;
  log.watcher()
      .workload(0, "Deployment", "web")
      .workload(0, "ReplicaSet", "web-1", "web")
      .workload(0, "Job", "migrate");
  log.pod(0, "p1", "ReplicaSet", "web-1").pod(0, "p2", "ReplicaSet", "web-1").pod(0, "p3", "Job", "migrate");
  log.step(0, second, "deployed", "apply web.yaml").step(8 * second, 9 * second, "rolled", "apply web.yaml again");
  log.step(15 * second, 22 * second, "job", "wait until the job is over", Verb::wait);
  log.step(30 * second, 31 * second, "after", "pause 1s", Verb::pause);
  for (const auto& [at, words] : std::vector<std::pair<std::int64_t, const char*>>{{2, "p1?"},
                                                                                   {3, "p1"},
                                                                                   {10, "p1 p2?"},
                                                                                   {11, "p1~ p2"},
                                                                                   {13, "p2"},
                                                                                   {16, "p2 p3"},
                                                                                   {22, "p2 p3?"},
                                                                                   {26, "p2"}})
    log.slice("a0", at * second, "s", words);
  half_seconds(log, 4, 36, {17, 19}, {19, 22});
  return std::move(log.ended(38 * second));
}

}  // namespace straycat::test
