// Take one piece of evidence away, swap a kind, rename everything: the verdict changes only as each case says.
#include <regex>

#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

using test::World;

std::vector<std::string> evidence_ids(const Verdict& verdict) {
  std::vector<std::string> ids;
  if (verdict.findings.empty()) return ids;
  for (const auto& one : verdict.findings[0].evidence) ids.push_back(one.id);
  return ids;
}

std::vector<std::string> less(std::vector<std::string> ids, const std::vector<std::string>& gone) {
  for (const auto& id : gone) std::erase(ids, id);
  return ids;
}

struct Removal {
  const char* name;
  std::function<EventLog(EventLog)> take_away;
  const char* brief;                       // its beginning
  std::vector<std::string> lost_evidence;  // of a found stray
  int exit_code;
};

std::function<EventLog(EventLog)> drop(const std::string& kind,
                                       const std::function<bool(const json&)>& which = nullptr) {
  return [=](EventLog log) {
    return test::without(std::move(log),
                         [&](const Event& event) { return event.kind == kind && (!which || which(event.body)); });
  };
}

bool of_resource(const json& body, const char* resource) { return body.value("resource", "") == resource; }

EventLog without_intent(EventLog log) {
  log.events[0].body["plan"].erase("for");
  log.events[0].body["plan"].erase("meantFor");
  return log;
}

const std::vector<Removal>& removals() {
  static const char* found = "found stray-endpoint Job/sayhi";
  static const std::vector<Removal> all = {
      {"nothing", [](EventLog log) { return log; }, found, {}, 0},
      {"direct_probes", drop("probe.direct"), "inconclusive: two candidates", {}, 2},
      {"probes_of_the_stray",
       drop("probe.direct", [](const json& body) { return body.value("pod", "") == "sayhi-j1"; }),
       "inconclusive: no endpoint of Job/sayhi",
       {},
       2},
      {"probes_of_the_others",
       drop("probe.direct", [](const json& body) { return body.value("pod", "") != "sayhi-j1"; }),
       "inconclusive: two candidates",
       {},
       2},
      {"pods", drop("pod"), "inconclusive: two candidates", {}, 2},
      {"workloads", drop("workload"), found, {}, 0},  // the pod itself names its Job
      {"slices", drop("slice"), "inconclusive", {}, 2},
      {"slice_coverage",
       drop("watch.started", [](const json& body) { return of_resource(body, "endpointslices"); }),
       "inconclusive: a watch gap",
       {},
       2},
      {"event_coverage",
       drop("watch.started", [](const json& body) { return of_resource(body, "events"); }),
       found,
       {"no-readiness-failure"},
       2},
      {"pod_coverage", drop("watch.started", [](const json& body) { return of_resource(body, "pods"); }), found, {}, 0},
      {"service", drop("service"), found, {}, 0},  // the plan's manifest knows its selector
      {"clock_bounds", drop("clock.bound"), found, {"no-readiness-failure"}, 2},
      {"health", drop("vantage.health"), found, {}, 0},
      {"steps", [](EventLog log) { return drop("step.ended")(drop("step.started")(std::move(log))); }, found, {}, 1},
      {"intent", without_intent, found, {}, 0},
      {"summary", drop("vantage.summary"), found, {}, 0},
      {"end_of_the_run", drop("run.ended"), found, {}, 2},
  };
  return all;
}

void PrintTo(const Removal& removal, std::ostream* out) { *out << removal.name; }

class TakenAway : public testing::TestWithParam<Removal> {};

TEST_P(TakenAway, changes_only_what_rests_on_it) {
  const auto& removal = GetParam();
  const auto whole = test::log_of(test::article());
  const auto verdict = test::judged(removal.take_away(whole));
  EXPECT_EQ(test::brief(verdict).substr(0, std::string(removal.brief).size()), removal.brief) << verdict.headline;
  EXPECT_EQ(verdict.exit_code, removal.exit_code) << to_json(verdict)["expectations"].dump(1);
  if (verdict.conclusion == Conclusion::found) {
    EXPECT_EQ(evidence_ids(verdict), less(evidence_ids(test::judged(whole)), removal.lost_evidence));
  }
}

INSTANTIATE_TEST_SUITE_P(Matrix, TakenAway, testing::ValuesIn(removals()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(TakenAway, a_replica_set_without_its_deployment_is_no_stray) {
  World world = test::quiet(1);
  world.pods[0].ready_to = 15;
  world.pods[0].terminates = true;
  world.pods[0].gone_at = 17;
  world.pods[0].answers_to = 15;
  world.pods.push_back({"sayhi-new", 0, 14.5});
  world.lag = 0.8;
  world.rate = 100;
  const auto verdict = test::judged(drop("workload")(test::log_of(world)));
  EXPECT_EQ(to_string(verdict.conclusion), "inconclusive") << verdict.headline;
  EXPECT_EQ(test::brief(verdict).find("stray"), std::string::npos);
}

TEST(Inference, says_on_what_it_rests) {
  auto verdict = test::judged(without_intent(test::log_of(test::article())));
  EXPECT_NE(verdict.intents.at(0).basis.find("it was applied together with the Service"), std::string::npos);
  EXPECT_FALSE(verdict.intents[0].given());
  World world = test::article();
  world.meant_for.clear();
  world.stages.clear();
  world.expect = {};
  verdict = test::judged(world);
  EXPECT_EQ(verdict.intents.at(0).told(),
            "inferred: it is the only one that stands for good, its pods have the port that the Service sends to, its "
            "pods answer as expected when asked directly");
  EXPECT_EQ(test::brief(verdict), "found stray-endpoint Job/sayhi");
}

// What stays when names and figures that hang on them are taken out.
std::string shape(const Verdict& verdict) {
  std::string text = test::brief(verdict) + "\n";
  for (const auto& finding : verdict.findings) {
    for (const auto& one : finding.evidence)
      text += one.id + " " + std::string(to_string(one.weight)) + " " + one.data.dump() + "\n";
    for (const auto& one : finding.rivals)
      text += std::string(to_string(one.cause)) + (one.excluded ? " out" : " in") + "\n";
    text += finding.fix ? "fix " + std::to_string(finding.fix->changes.size()) + "\n" : "no fix\n";
  }
  for (const auto& one : verdict.expectations) text += std::string(to_string(one.met)) + "\n";
  return text + std::to_string(verdict.exit_code);
}

TEST(Renaming, changes_nothing_but_names) {
  test::Names names{"zz", "front", "aardvark", "zebra", "tier/part", "Blue_1", "Job"};
  const auto one = test::judged(test::article());
  const auto two = test::judged(test::article(names));
  EXPECT_EQ(shape(one), std::regex_replace(shape(two), std::regex("Job/zebra"), "Job/sayhi"));
  EXPECT_EQ(two.findings.at(0).fix->changes.at(0).to, "Blue_1-job");
  EXPECT_EQ(two.headline.find("sayhi"), std::string::npos);
}

TEST(Kinds, of_the_owner_do_not_matter_when_the_scenario_names_the_other) {
  const auto plain = shape(test::judged(test::article()));
  for (const std::string kind : {"CronJob", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}) {
    test::Names names;
    names.stray_kind = kind;
    names.stray = "other";
    const auto verdict = test::judged(test::article(names));
    EXPECT_EQ(verdict.findings.at(0).workload->display(), kind + "/other");
    const auto swapped = std::regex_replace(shape(verdict), std::regex(kind + "/other"), "Job/sayhi");
    // A kind with a selector of its own needs one change more.
    EXPECT_EQ(std::regex_replace(swapped, std::regex("fix 2"), "fix 1"), plain) << kind;
  }
}

TEST(Bytes, are_the_same_each_time) {
  for (const auto& world : {test::article(), test::fixed(), test::random_world(7, true)}) {
    const auto log = test::log_of(world);
    const auto text = test::lines_of(log);
    const auto once = to_json(test::judged(log)).dump(2);
    EXPECT_EQ(once, to_json(test::judged(log)).dump(2));
    EXPECT_EQ(once, to_json(test::judged(test::read(text))).dump(2));
  }
}

TEST(CutLog, is_judged_as_far_as_it_goes) {
  const auto log = test::log_of(test::article());
  for (const double share : {0.01, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99}) {
    const auto verdict = test::judged(test::cut_at(log, share));
    EXPECT_NE(to_string(verdict.conclusion), "none") << share;
    EXPECT_NE(verdict.exit_code, 0) << share;
    EXPECT_NE(verdict.exit_code, 4) << share;
    for (const auto& finding : verdict.findings) {
      if (finding.explained > 0 && finding.cause != finding::Cause::unexplained)
        EXPECT_EQ(finding.workload->display(), "Job/sayhi");
    }
  }
}

}  // namespace
}  // namespace straycat::diagnose
