// The run as a list of moments: each sentence that a report can tell, by the record that it comes from.
#include "report/story.hpp"

#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/support/tiny_runs.hpp"

namespace straycat::report {
namespace {

using test::second;
using test::TinyLog;

// "3.0 step ! text / detail": seconds from the run's zero, the topic, an exclamation mark where it is bad.
std::vector<std::string> told(const history::History& history, const diagnose::Verdict& verdict,
                              std::optional<Topic> only = {}) {
  std::vector<std::string> lines;
  for (const Moment& moment : tell(history, verdict)) {
    if (only && moment.topic != *only) continue;
    std::string line = fmt::format("{:.1f} {}{} {}", static_cast<double>(moment.at.ns - history.zero.ns) / 1e9,
                                   to_string(moment.topic), moment.bad ? " !" : "", moment.text);
    for (const std::string& detail : moment.details) line += " / " + detail;
    lines.push_back(std::move(line));
  }
  return lines;
}

using Lines = std::vector<std::string>;

struct Telling {
  const char* what;
  std::function<void(TinyLog&)> says;
  Topic topic;
  Lines lines;
};

void check(const std::vector<Telling>& table) {
  for (const Telling& row : table) {
    TinyLog log;
    row.says(log.watcher());
    EXPECT_EQ(told(log.ended(100 * second).folded(), {}, row.topic), row.lines) << row.what;
  }
}

TEST(Story, tells_steps) {
  check({
      {"as they begin",
       [](TinyLog& log) { log.step(second, 2 * second, "a", "apply web.yaml"); },
       Topic::step,
       {"1.0 step [a] apply web.yaml"}},
      {"outside of any phase",
       [](TinyLog& log) { log.step(second, 2 * second, "", "apply web.yaml"); },
       Topic::step,
       {"1.0 step apply web.yaml"}},
      {"how long one waited",
       [](TinyLog& log) { log.step(second, 3 * second + second / 2, "a", "wait until it is over", Verb::wait); },
       Topic::step,
       {"1.0 step [a] wait until it is over", "3.5 step wait until it is over: done after 2.50 s"}},
      {"that they failed",
       [](TinyLog& log) { log.step(second, 2 * second, "a", "get", Verb::apply, "no such file"); },
       Topic::step,
       {"1.0 step [a] get", "2.0 step ! step \"get\" failed: no such file"}},
      {"that a wait failed, once",
       [](TinyLog& log) { log.step(second, 2 * second, "a", "w", Verb::wait, "timed out"); },
       Topic::step,
       {"1.0 step [a] w", "2.0 step ! step \"w\" failed: timed out"}},
      {"that never ended",
       [](TinyLog& log) { log.step(second, 0, "a", "wait for ever", Verb::wait); },
       Topic::step,
       {"1.0 step [a] wait for ever"}},
  });
}

// Traffic is what makes a view of the slices; its attempts lie far from every change here.
void traffic(TinyLog& log) { log.window("a0", 90 * second, 91 * second, {90 * second}); }

TEST(Story, tells_each_change_of_an_endpoint) {
  TinyLog log;
  log.watcher().workload(0, "Job", "migrate").pod(0, "p1", "Job", "migrate");
  const std::vector<std::pair<int, const char*>> slices = {{1, "p1? p2"}, {2, "p1 p2"},   {3, "p1? p2"}, {4, "p1! p2"},
                                                           {5, "p2"},     {6, "p1! p2~"}, {7, "p1!"},    {8, ""},
                                                           {9, "p2~"},    {10, "p2?"},    {11, "p2"},    {12, ""}};
  for (const auto& [at, words] : slices) log.slice("a0", at * second, "s", words);
  traffic(log);
  const std::string job = " endpoint Job/migrate 10.0.0.1:3000 (p1) ";
  const std::string unknown = " endpoint unknown 10.0.0.2:3000 (p2) ";
  const std::string near = " / nearest requests: ok ";
  EXPECT_EQ(told(log.ended(100 * second).folded(), {}, Topic::endpoint),
            (Lines{"1.0" + job + "listed, not ready yet",
                   "1.0" + unknown + "joined: traffic may now reach it" + near + "89.00 s after",
                   "2.0" + job + "joined: traffic may now reach it" + near + "88.00 s after",
                   "3.0" + job + "left: still listed, no longer routable" + near + "87.00 s after",
                   "4.0" + job + "is terminating", "5.0" + job + "is no longer listed",
                   "6.0" + job + "listed, not ready yet", "6.0" + unknown + "is terminating",
                   "7.0" + unknown + "left the slices" + near + "83.00 s after", "8.0" + job + "is no longer listed",
                   "9.0" + unknown + "joined: traffic may now reach it" + near + "81.00 s after",
                   "10.0" + unknown + "left: still listed, no longer routable" + near + "80.00 s after",
                   "11.0" + unknown + "joined: traffic may now reach it" + near + "79.00 s after",
                   "12.0" + unknown + "left the slices" + near + "78.00 s after"}));
}

TEST(Story, names_the_stray) {
  TinyLog log;
  log.watcher().slice("a0", second, "s", "p1 p2").slice("a0", 2 * second, "s", "p1");
  traffic(log);
  const auto history = log.ended(100 * second).folded();
  EXPECT_EQ(told(history, test::accusing(history, {"p2"}), Topic::endpoint).back(),
            "2.0 endpoint ! STRAY unknown 10.0.0.2:3000 (p2) left the slices / nearest requests: ok 88.00 s after");
}

// A failure further away than proxies lag has nothing to do with a change; a success tells how long nothing was sent.
TEST(Story, tells_the_requests_around_a_change) {
  struct Row {
    const char* what;
    test::Instants ok, failed;  // tenths of a second
    const char* detail;
  };
  const Row table[] = {
      {"on both sides",
       {98, 103},
       {99, 101},
       " / nearest requests: ok 200.0 ms, failed 100.0 ms before; ok 300.0 ms, failed 100.0 ms after"},
      {"only before", {98}, {}, " / nearest requests: ok 200.0 ms before"},
      {"only after", {}, {101}, " / nearest requests: failed 100.0 ms after"},
      {"a failure two seconds away", {98}, {120}, " / nearest requests: ok 200.0 ms before; failed 2.00 s after"},
      {"a failure beyond that", {98}, {121}, " / nearest requests: ok 200.0 ms before"},
      {"none at all", {}, {}, ""},
  };
  for (const Row& row : table) {
    TinyLog log;
    log.watcher().slice("a0", 10 * second, "s", "p1");
    log.window("a0", second, 2 * second, {});
    for (const auto at : row.ok) log.window("a0", at * second / 10, at * second / 10 + 1, {at * second / 10});
    for (const auto at : row.failed) log.window("a0", at * second / 10, at * second / 10 + 1, {}, {at * second / 10});
    const auto lines = told(log.ended(100 * second).folded(), {}, Topic::endpoint);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0],
              "10.0 endpoint unknown 10.0.0.1:3000 (p1) joined: traffic may now reach it" + std::string(row.detail))
        << row.what;
  }
}

void kube_event(TinyLog& log, std::int64_t at, const std::string& type, const std::string& reason,
                const std::string& pod = "p1", int count = 1) {
  model::KubeEvent event;
  event.type = type;
  event.reason = reason;
  event.message = "words";
  event.count = count;
  if (!pod.empty()) event.regarding = {"Pod", "shop", pod, ""};
  log.add("kube.event", "runner", at * second, test::json(model::ObjectChange{false, test::json(event)}));
}

TEST(Story, tells_kubernetes_events_that_are_no_routine) {
  check({
      {"of what every start says, nothing",
       [](TinyLog& log) {
         for (const char* reason : {"Scheduled", "Pulling", "Pulled", "Created", "Started", "SuccessfulDelete"})
           kube_event(log, 1, "Normal", reason);
       },
       Topic::kube_event,
       {}},
      {"a warning, even of a usual name",
       [](TinyLog& log) { kube_event(log, 1, "Warning", "Pulled"); },
       Topic::kube_event,
       {"1.0 event ! Pod/p1 Pulled: words"}},
      {"what is not usual",
       [](TinyLog& log) { kube_event(log, 1, "Normal", "Killing"); },
       Topic::kube_event,
       {"1.0 event Pod/p1 Killing: words"}},
      {"how often",
       [](TinyLog& log) { kube_event(log, 1, "Warning", "Unhealthy", "p1", 4); },
       Topic::kube_event,
       {"1.0 event ! Pod/p1 Unhealthy: words (x4)"}},
      {"nothing of the agent's own",
       [](TinyLog& log) { kube_event(log, 1, "Warning", "Failed", "straycat-agent-x"); },
       Topic::kube_event,
       {}},
      {"nothing about nothing",
       [](TinyLog& log) { kube_event(log, 1, "Warning", "Failed", ""); },
       Topic::kube_event,
       {}},
  });
}

TEST(Story, tells_bursts_by_their_first_and_last_failure) {
  check({
      {"one",
       [](TinyLog& log) {
         log.slice("a0", 10 * second, "s", "p1").slice("a0", 13 * second, "s", "");
         log.window("a0", 10 * second, 11 * second, {}, {10 * second + 5, 10 * second + 6});
         log.window("a0", 13 * second, 14 * second, {13 * second}, {13 * second + 7'000'000}, false);
       },
       Topic::failures,
       {"10.0 failures ! first failure, 0.0 ms after 10.0.0.1:3000 joined / curl: refused",
        "13.0 failures ! last failure, 7.0 ms after 10.0.0.1:3000 left: 3 of 4 requests in 3.01 s (3 connection "
        "refused)"}},
      {"before the change that it stands beside",
       [](TinyLog& log) {
         log.slice("a0", 10 * second, "s", "p1");
         log.window("a0", 9 * second, 10 * second, {}, {9 * second}, false);
       },
       Topic::failures,
       {"9.0 failures ! first failure, 1.00 s before 10.0.0.1:3000 joined",
        "9.0 failures ! last failure, 1.00 s before 10.0.0.1:3000 joined: 1 of 1 requests in 0.0 ms (1 connection "
        "refused)"}},
      {"beside no change",
       [](TinyLog& log) { log.window("a0", 9 * second, 10 * second, {}, {9 * second}, false); },
       Topic::failures,
       {"9.0 failures ! first failure",
        "9.0 failures ! last failure: 1 of 1 requests in 0.0 ms (1 connection refused)"}},
      {"of traffic whose Service nobody knows",
       [](TinyLog& log) { log.window("a0", 9 * second, 10 * second, {}, {9 * second}, false, "stranger"); },
       Topic::failures,
       {"9.0 failures ! first failure",
        "9.0 failures ! last failure: 1 of 1 requests in 0.0 ms (1 connection refused)"}},
  });
}

void health(TinyLog& log, const std::function<void(VantageHealth&)>& set) {
  VantageHealth health;
  health.from_ns = 20 * second;
  health.to_ns = 21 * second;
  set(health);
  log.add(VantageHealth::kind, "a0", 21 * second, test::json(health));
}

TEST(Story, tells_what_was_not_seen) {
  check({
      {"a prober at its limit",
       [](TinyLog& log) { health(log, [](VantageHealth& one) { one.limit = Limit::ports; }); },
       Topic::blind,
       {"20.0 blind ! the prober a0 hit its own limit (ports), not the target's"}},
      {"one that lost records",
       [](TinyLog& log) { health(log, [](VantageHealth& one) { one.records_lost = 1; }); },
       Topic::blind,
       {"20.0 blind ! the prober a0 hit its own limit (output), not the target's"}},
      {"one that is well", [](TinyLog& log) { health(log, [](VantageHealth&) {}); }, Topic::blind, {}},
      {"one that was lost",
       [](TinyLog& log) {
         health(log, [](VantageHealth&) {});
         VantageLost lost;
         lost.vantage = "a0";
         lost.reason = "killed";
         log.add(VantageLost::kind, "runner", 30 * second, test::json(lost));
       },
       Topic::blind,
       {"21.0 blind ! the prober a0 was lost: killed"}},
      {"a watch that was blind",
       [](TinyLog& log) {
         log.window("a0", second, 2 * second, {second}).watch_from("runner", "pods", 0);
         log.gap("runner", "pods", 10 * second, 12 * second);
       },
       Topic::blind,
       {"10.0 blind ! watch of pods was blind for 2.00 s: connection lost"}},
      {"the slices' watch: of the Service, too",
       [](TinyLog& log) {
         log.window("a0", second, 2 * second, {second}).gap("a0", "endpointslices", 10 * second, 12 * second);
       },
       Topic::blind,
       {"10.0 blind ! the endpoints of Service/sayhi were not watched for 2.00 s",
        "10.0 blind ! watch of endpointslices was blind for 2.00 s: connection lost"}},
      {"not before there was traffic",
       [](TinyLog& log) {
         log.window("a0", 20 * second, 21 * second, {20 * second});
         log.gap("a0", "endpointslices", 10 * second, 12 * second);
       },
       Topic::blind,
       {}},
      {"not so short that it hides nothing",
       [](TinyLog& log) {
         log.window("a0", second, 2 * second, {second}).watch_from("runner", "pods", 0);
         log.gap("runner", "pods", 10 * second, 10 * second + 19'999'999);
       },
       Topic::blind,
       {}},
  });
}

TEST(Story, tells_an_early_end) {
  const auto end_of = [](const std::function<void(TinyLog&)>& says) {
    TinyLog log;
    log.step(second, 2 * second, "a");
    says(log);
    return told(log.folded(), {}, Topic::run);
  };
  const auto ended = [](RunEnd reason, const std::string& error) {
    return [=](TinyLog& log) {
      RunEnded record;
      record.reason = reason;
      record.error = error;
      log.add(RunEnded::kind, "runner", 5 * second, test::json(record));
    };
  };
  EXPECT_EQ(end_of(ended(RunEnd::finished, "")), Lines{});
  EXPECT_EQ(end_of(ended(RunEnd::failed, "no such image")),
            Lines{"5.0 run ! the run ended early: failed: no such image"});
  EXPECT_EQ(end_of(ended(RunEnd::interrupted, "")), Lines{"5.0 run ! the run ended early: interrupted"});
  EXPECT_EQ(end_of([](TinyLog&) {}), Lines{"2.0 run ! the log ends here: the run was cut off"});
}

// What happened at one instant stands as its tellers do: steps, endpoints, Events, failures.
TEST(Story, is_in_the_order_of_time) {
  TinyLog log;
  log.watcher().window("a0", 5 * second, 6 * second, {}, {5 * second}, false).slice("a0", 5 * second, "s", "p1");
  kube_event(log, 5, "Warning", "Unhealthy");
  log.step(5 * second, 6 * second, "a").step(2 * second, 3 * second, "");
  Lines topics;
  for (const Moment& moment : tell(log.ended(9 * second).folded(), {}))
    topics.push_back(fmt::format("{} {}", moment.at.ns / second, to_string(moment.topic)));
  EXPECT_EQ(topics, (Lines{"2 step", "5 step", "5 endpoint", "5 event", "5 failures", "5 failures"}));
}

TEST(Words, of_lengths) {
  const std::pair<std::int64_t, const char*> table[] = {
      {0, "0.0 ms"},           {49'999, "0.0 ms"},        {50'001, "0.1 ms"},       {999'940'000, "999.9 ms"},
      {second, "1.00 s"},      {1'250'000'000, "1.25 s"}, {90 * second, "90.00 s"}, {3600 * second, "3600.00 s"},
      {-3'000'000, "-3.0 ms"}, {-2 * second, "-2.00 s"}};
  for (const auto& [ns, words] : table) EXPECT_EQ(short_length(ns), words) << ns;
}

TEST(Words, of_shares) {
  EXPECT_EQ(share_words({}), "");
  EXPECT_EQ(share_words({840, 407, 352, 488, 500'000}), "predicted 50.0 % (352 to 488), seen 407 of 840 (48.5 %)");
}

TEST(Words, for_somebody_who_meets_it_for_the_first_time) {
  struct Row {
    const char* what;
    std::uint64_t failed, attempts;
    std::size_t endpoints;
    const char* kind;
    const char* words;
  };
  const Row table[] = {
      {"half", 50, 100, 1, "refused",
       "While Job/migrate ran, about half of the new connections to Service/sayhi were sent to its pod, which refuses "
       "them on port 3000."},
      {"nearly half", 46, 100, 1, "refused",
       "While Job/migrate ran, about half of the new connections to Service/sayhi were sent to its pod, which refuses "
       "them on port 3000."},
      {"a third, of several pods", 33, 100, 2, "refused",
       "While Job/migrate ran, about 33 % of the new connections to Service/sayhi were sent to its pods, which refuse "
       "them on port 3000."},
      {"few", 1, 1000, 1, "connect_timeout",
       "While Job/migrate ran, some of the new connections to Service/sayhi were sent to its pod, which does not "
       "answer on port 3000."},
      {"all, of several that are silent", 9, 9, 2, "reset",
       "While Job/migrate ran, about 100 % of the new connections to Service/sayhi were sent to its pods, which do not "
       "answer on port 3000."},
      {"none that could be compared", 0, 100, 1, "refused", ""},
      {"no endpoint known", 50, 100, 0, "refused", ""},
  };
  for (const Row& row : table) {
    finding::Finding one;
    one.cause = finding::Cause::stray_endpoint;
    one.service = "sayhi";
    one.workload = model::ObjectRef{"Job", "shop", "migrate", ""};
    for (std::size_t i = 0; i < row.endpoints; ++i) {
      one.endpoints.emplace_back();
      one.endpoints.back().id.port = 3000;
    }
    diagnose::Verdict verdict;
    verdict.phases.emplace_back();
    verdict.phases.back().share = diagnose::Share{row.attempts, row.failed, 0, 0, 0};
    verdict.phases.back().kinds[row.kind] = row.failed;
    EXPECT_EQ(in_plain_words(one, verdict), row.words) << row.what;
    one.cause = finding::Cause::termination_race;
    EXPECT_EQ(in_plain_words(one, verdict), "");
  }
}

}  // namespace
}  // namespace straycat::report
