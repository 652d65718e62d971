#include <random>

#include <gtest/gtest.h>

#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

using namespace std::chrono_literals;

json deployment() {
  return json::parse(R"({
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "sayhi", "labels": {"app": "sayhi"}},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "sayhi"}},
      "template": {"metadata": {"labels": {"app": "sayhi"}}, "spec": {"containers": [{"name": "sayhi",
        "image": "beranm14/sayhi", "ports": [{"containerPort": 3000}],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 3000}}}]}}}})");
}

Plan every_verb() {
  const Target target{"Deployment", "sayhi", ""};
  Plan plan;
  plan.name = "all";
  plan.description = "each verb once";
  plan.labels = {{"tier", "nightly"}};
  plan.meant_for = {target};
  TrafficPlan open;
  open.name = "open";
  open.url = "http://sayhi/hi";
  open.headers = {{"Accept", "text/plain"}};
  open.pace.rate_per_second = 100;
  open.expect.body = "hi🐈\n";
  open.service = "sayhi";
  TrafficPlan closed;
  closed.name = "closed";
  closed.from = Origin::host;
  closed.url = "http://sayhi.other:8080/";
  closed.pace.loops = 4;
  closed.pace.pause = 1500ms;
  closed.timeout = 1min + 1ms;
  closed.expect.statuses = {200, 204};
  closed.expect.body_contains = "cat";
  closed.service_ns = "other";
  closed.service_port = 8080;
  plan.traffic = {open, closed};
  plan.steps = {{"apply-1", "deployed", Apply{{{deployment(), "deployment.yaml", 3}}}},
                {"wait-2", "", Wait{target, "Available", 30s}},
                {"traffic-3", "", Traffic{true}},
                {"pause-4", "", Pause{1500ms}},
                {"patch-5", "patched", Patch{target, {{"spec", {{"replicas", nullptr}}}}}},
                {"scale-6", "", Scale{target, 0}},
                {"restart-7", "", Restart{{"Deployment", "sayhi", "other"}}},
                {"delete-8", "", Delete{{target, {"Job", "sayhi", ""}}, false}},
                {"traffic-9", "", Traffic{false}}};
  plan.expect.finding = "stray-endpoint";
  plan.expect.workload = Target{"Job", "sayhi", ""};
  plan.expect.phases = {{"deployed", Budget{false, 0}, std::nullopt, std::nullopt},
                        {"patched", std::nullopt, Budget{true, 0.05}, true}};
  plan.expect.max_failures = Budget{true, 0.001};
  plan.cluster.images = {{"example/app", {"/usr/bin/app", "--port", "80"}}};
  plan.cluster.min_sync_period = 250ms;
  plan.cluster.nodes = 3;
  plan.deadline = 90s;
  plan.seed = 18446744073709551615u;
  return plan;
}

TEST(PlanJson, ReadsBackWhatItWrote) {
  const Plan plan = every_verb();
  const json document = to_json(plan);
  const Result<Plan> again = from_json(json::parse(document.dump()));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, plan);
  EXPECT_EQ(to_json(*again), document);
}

TEST(PlanJson, TheLogsFormCanBeReadToo) {
  const json document = to_json(every_verb(), true);
  const Result<Plan> again = from_json(document);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->steps.size(), 9u);
  EXPECT_EQ(again->expect, every_verb().expect);
  EXPECT_EQ(std::get<Apply>(again->steps[0].action).manifests[0].object, deployment());  // nothing private in it
}

TEST(PlanJson, SaysWhatIsNoPlan) {
  for (const char* text : {"null", "[]", "{}", R"({"name":"x"})", R"({"name":"x","steps":[{"name":"a"}]})",
                           R"({"name":"x","steps":[{"name":"a","pause":{"length":"5"}}]})", R"({"name":1,"steps":[]})",
                           R"({"name":"x","steps":[],"traffic":[{"name":"t"}]})"}) {
    const Result<Plan> plan = from_json(json::parse(text));
    ASSERT_FALSE(plan) << text;
    EXPECT_EQ(plan.error().fault, Fault::bad_input);
    EXPECT_TRUE(plan.error().message.starts_with("this is no plan: ")) << plan.error().message;
  }
}

TEST(PlanJson, DamagedPlansNeverThrow) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const json whole = to_json(every_verb());
  const json flat = whole.flatten();
  for (int round = 0; round < 500; ++round) {
    json damaged = whole;
    auto victim = flat.begin();
    std::advance(victim, static_cast<long>(random() % flat.size()));
    const json replacements[] = {nullptr, 7, "x", json::array(), json::object(), true};
    damaged[json::json_pointer(victim.key())] = replacements[random() % std::size(replacements)];
    const Result<Plan> plan = from_json(damaged);  // an error or a plan; anything thrown fails the test
    if (plan) EXPECT_TRUE(from_json(to_json(*plan))) << damaged.dump();
  }
}

TEST(Describe, SaysEachStepInOneLine) {
  const char* expected[] = {"apply deployment.yaml (Deployment/sayhi)",
                            "wait for Deployment/sayhi: Available (at most 30s)",
                            "start traffic",
                            "pause 1.5s",
                            "patch Deployment/sayhi",
                            "scale Deployment/sayhi to 0",
                            "restart Deployment/sayhi",
                            "delete Deployment/sayhi, Job/sayhi",
                            "stop traffic"};
  const Verb verbs[] = {Verb::apply, Verb::wait,    Verb::traffic, Verb::pause,  Verb::patch,
                        Verb::scale, Verb::restart, Verb::remove,  Verb::traffic};
  const Plan plan = every_verb();
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    EXPECT_EQ(describe(plan.steps[i]), expected[i]);
    EXPECT_EQ(verb(plan.steps[i].action), verbs[i]);
  }
}

TEST(Describe, NamesEachFileAndObjectOnce) {
  const json job = json::parse(R"({"kind":"Job","metadata":{"name":"sayhi"}})");
  const Step step{"x", "", Apply{{{deployment(), "all.yaml", 1}, {job, "all.yaml", 9}, {json(3), "odd.yaml", 1}}}};
  EXPECT_EQ(describe(step), "apply all.yaml, odd.yaml (Deployment/sayhi, Job/sayhi, ?/?)");
}

}  // namespace
}  // namespace straycat::plan
