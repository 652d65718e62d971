// What two runs prove of a change, and whom it may touch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/diagnose/proof.hpp>

namespace straycat::diagnose {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

json service(const char* name, const char* app, const char* type = "ClusterIP") {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", name}}},
          {"spec", {{"type", type}, {"selector", {{"app", app}}}, {"ports", {{{"port", 80}}}}}}};
}

json workload(const char* kind, const char* name, const char* app) {
  return {{"kind", kind},
          {"metadata", {{"name", name}}},
          {"spec", {{"template", {{"metadata", {{"labels", {{"app", app}}}}}}}}}};
}

plan::Plan plan_of(const std::vector<json>& objects, const std::vector<std::string>& asked) {
  plan::Plan plan;
  plan::Apply apply;
  for (const json& object : objects) apply.manifests.push_back({object, "all.yaml", 1});
  plan.steps.push_back({"apply", "", apply});
  for (const std::string& name : asked) {
    plan::TrafficPlan traffic;
    traffic.name = traffic.service = name;
    plan.traffic.push_back(traffic);
  }
  return plan;
}

TEST(ProofUnasked, TellsWhomTheChangeMayTouch) {
  const std::vector<json> before = {service("web", "x"),          service("other", "x"),
                                    service("far", "y"),          workload("Deployment", "web", "x"),
                                    workload("Job", "cats", "x"), workload("Deployment", "far", "y")};
  auto after = before;
  after[4] = workload("Job", "cats", "x-job");
  EXPECT_THAT(unasked(plan_of(before, {"web"}), plan_of(after, {"web"})), ElementsAre(Unasked{"other", 80}));
  EXPECT_THAT(unasked(plan_of(before, {"web", "other"}), plan_of(after, {"web", "other"})), IsEmpty());
  EXPECT_THAT(unasked(plan_of(before, {"web"}), plan_of(before, {"web"})), IsEmpty()) << "nothing is changed";
  after = before;
  after[3]["spec"]["template"]["spec"] = {{"terminationGracePeriodSeconds", 60}};
  EXPECT_THAT(unasked(plan_of(before, {"web"}), plan_of(after, {"web"})), ElementsAre(Unasked{"other", 80}))
      << "its pods are made anew";
  after = before;
  after[2]["spec"]["selector"]["app"] = "x";
  EXPECT_THAT(unasked(plan_of(before, {"web"}), plan_of(after, {"web"})), ElementsAre(Unasked{"far", 80}));
  auto external = before;
  external[1] = service("other", "x", "ExternalName");
  after = external;
  after[4] = workload("Job", "cats", "x-job");
  EXPECT_THAT(unasked(plan_of(external, {"web"}), plan_of(after, {"web"})), IsEmpty()) << "it has no endpoints";
}

TEST(ProofUnasked, IsAskedByTrafficOfOurs) {
  const plan::Plan plan = asking(plan_of({}, {"web"}), {{"other", 8080}});
  ASSERT_EQ(plan.traffic.size(), 2U);
  EXPECT_EQ(plan.traffic[1].url, "http://other:8080/");
  EXPECT_EQ(plan.traffic[1].service, "other");
}

history::History run(const std::vector<std::pair<std::string, std::pair<int, int>>>& traffic) {
  history::History history;
  std::vector<std::string> names;
  for (const auto& [name, figures] : traffic) {
    names.push_back(name);
    history::Traffic one;
    one.name = name;
    one.totals.failed = static_cast<std::uint64_t>(figures.first);
    one.totals.attempts = static_cast<std::uint64_t>(figures.second);
    history.traffic.push_back(std::move(one));
  }
  history.plan = plan_of({}, names);
  return history;
}

struct ProofRow {
  const char* name;
  std::vector<std::pair<std::string, std::pair<int, int>>> before, others, after;
  Conclusion conclusion;
  const char* sentence;
};

TEST(Proof, SaysWhatTheRunsShow) {
  const ProofRow table[] = {
      {"cured",
       {{"web", {5, 100}}},
       {},
       {{"web", {0, 90}}},
       Conclusion::none,
       "cured: with the change 0 of 90 requests failed; without it 5 of 100."},
      {"not cured",
       {{"web", {5, 100}}},
       {},
       {{"web", {4, 90}}},
       Conclusion::found,
       "not cured: with the change 4 of 90 requests failed; without it 5 of 100."},
      {"worse, and not by nine in ten", {{"web", {5, 100}}}, {}, {{"web", {50, 100}}}, Conclusion::found, "not cured"},
      {"the Service itself is lost",
       {{"web", {5, 100}}},
       {},
       {{"web", {95, 100}}},
       Conclusion::found,
       "harms Service/web: with the change 95 of 100 requests to it failed; without it 5 of 100."},
      {"another is harmed",
       {{"web", {5, 100}}, {"db", {0, 50}}},
       {},
       {{"web", {0, 90}}, {"db", {1, 50}}},
       Conclusion::found,
       "harms Service/db: with the change 1 of 50 requests to it failed; without it 0 of 50."},
      {"one that nobody asked is harmed",
       {{"web", {5, 100}}},
       {{"web", {5, 100}}, {"db", {0, 50}}},
       {{"web", {0, 90}}, {"db", {9, 50}}},
       Conclusion::found,
       "harms Service/db"},
      {"one that nobody asked is well",
       {{"web", {5, 100}}},
       {{"web", {5, 100}}, {"db", {0, 50}}},
       {{"web", {0, 90}}, {"db", {0, 50}}},
       Conclusion::none,
       "cured"},
      {"not enough was seen",
       {{"web", {5, 100}}},
       {},
       {{"web", {0, 90}}},
       Conclusion::inconclusive,
       "cannot tell: blind"},
      {"nobody asked", {{"web", {5, 100}}}, {}, {{"web", {0, 0}}}, Conclusion::none, "cannot tell"},
      {"one that was never asked without it",
       {{"web", {5, 100}}},
       {},
       {{"web", {0, 90}}, {"db", {0, 50}}},
       Conclusion::none,
       "cannot tell"},
  };
  for (const ProofRow& row : table) {
    Verdict after;
    after.conclusion = row.conclusion;
    after.headline = "blind";
    const auto others = run(row.others);
    EXPECT_THAT(prove(run(row.before), row.others.empty() ? nullptr : &others, run(row.after), after).sentence,
                StartsWith(row.sentence))
        << row.name;
  }
}

TEST(Proof, PrintsEachChangeOnce) {
  Verdict verdict;
  Finding one;
  one.fix.emplace();
  one.fix->target = {"Job", "cats", ""};
  one.fix->merge_patch = {{"spec", {{"a", 1}}}};
  verdict.findings = {one, one, Finding{}};
  verdict.findings.push_back(one);
  verdict.findings.back().fix->target.name = "dogs";
  EXPECT_EQ(printed_fixes(verdict).size(), 2U);
}

}  // namespace
}  // namespace straycat::diagnose
