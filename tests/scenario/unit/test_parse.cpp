// A scenario becomes the plan that it says.
#include "world.hpp"

namespace straycat::scenario {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::json;

const json& object(const plan::Plan& plan, std::size_t step, std::size_t index = 0) {
  return std::get<plan::Apply>(plan.steps.at(step).action).manifests.at(index).object;
}

TEST(Parse, ReadsTheWholeScenario) {
  const plan::Plan plan = World().plan();
  EXPECT_EQ(plan.name, "world");
  EXPECT_EQ(plan.meant_for, (std::vector<plan::Target>{{"Deployment", "sayhi", ""}}));
  ASSERT_EQ(plan.steps.size(), 4u);
  EXPECT_EQ(plan.steps[0].name, "apply-1");
  EXPECT_EQ(plan.steps[0].phase, "deployed");
  EXPECT_EQ(plan::describe(plan.steps[0]), "apply deployment.yaml, service.yaml (Deployment/sayhi, Service/sayhi)");
  EXPECT_EQ(plan.steps[1].action, plan::Action(plan::Wait{{"Deployment", "sayhi", ""}, "Available", 60s}));
  EXPECT_EQ(plan.steps[3].action, plan::Action(plan::Pause{3s}));
  ASSERT_EQ(plan.traffic.size(), 1u);
  EXPECT_EQ(plan.traffic[0].name, "traffic");
  EXPECT_EQ(plan.traffic[0].service, "sayhi");
  EXPECT_EQ(plan.traffic[0].service_ns, "");
  EXPECT_EQ(plan.traffic[0].service_port, 80);
  EXPECT_EQ(plan.traffic[0].pace, (plan::Pace{100, 0, 0ns}));
  EXPECT_EQ(plan.expect.finding, "stray-endpoint");
  EXPECT_EQ(plan.expect.workload, (plan::Target{"Job", "cats", ""}));
  EXPECT_EQ(plan.expect.phases.at(0).min_failures, (plan::Budget{true, 0.05}));
  EXPECT_EQ(plan.deadline, 10min);
  const auto again = plan::from_json(plan::to_json(plan));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, plan);
}

TEST(Parse, ReadsEveryStep) {
  World world;
  world.with("  - pause: 3s\n",
             "  - {name: s, scale: {target: deploy/sayhi, replicas: 3}}\n"
             "  - restart: deployments/sayhi\n"
             "  - patch: {target: svc/sayhi, merge: {spec: {selector: {app: null, y: \"1\"}}}}\n"
             "  - delete: job/cats\n"
             "  - delete: [Job/cats, Service/sayhi]\n"
             "  - delete: {targets: Job/cats, wait: false}\n"
             "  - wait: {for: Job/cats, condition: Deleted, timeout: 1m30s}\n"
             "  - traffic: stop\n");
  const plan::Plan plan = world.plan();
  const plan::Target deployment{"Deployment", "sayhi", ""}, service{"Service", "sayhi", ""}, job{"Job", "cats", ""};
  const std::vector<plan::Action> expected = {
      plan::Scale{deployment, 3},
      plan::Restart{deployment},
      plan::Patch{service, json::parse(R"({"spec":{"selector":{"app":null,"true":"1"}}})")},
      plan::Delete{{job}, true},
      plan::Delete{{job, service}, true},
      plan::Delete{{job}, false},
      plan::Wait{job, "Deleted", 90s},
      plan::Traffic{false}};
  ASSERT_EQ(plan.steps.size(), 3 + expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(plan.steps[3 + i].action, expected[i]) << i;
  EXPECT_EQ(plan.steps[3].name, "s");
  EXPECT_EQ(plan.steps[4].name, "restart-5");
}

TEST(Parse, ReadsEveryTraffic) {
  World world;
  world.with("  - url: http://sayhi/hi\n    rate: 100/s\n",
             "  - {name: a, from: host, url: \"https://sayhi.svc.example:8443/x\", service: other.ns, rate: 30/m, "
             "method: HEAD, keepAlive: 12.5%}\n"
             "  - {name: b, url: http://sayhi:8080, loops: 4, pause: 250ms, timeout: 2s, headers: {A: b}}\n"
             "  - {name: c, url: http://sayhi, loops: 1, timeout: 20s, connectTimeout: 10s, "
             "expect: {status: [200, 204], body: x, bodyContains: cat}}\n");
  const plan::Plan plan = world.plan();
  ASSERT_EQ(plan.traffic.size(), 3u);
  EXPECT_EQ(plan.traffic[0].service + "." + plan.traffic[0].service_ns, "other.ns");
  EXPECT_EQ(plan.traffic[0].service_port, 8443);
  EXPECT_EQ(plan.traffic[0].from, Origin::host);
  EXPECT_EQ(plan.traffic[0].method, "HEAD");
  EXPECT_DOUBLE_EQ(plan.traffic[0].keep_alive, 0.125);
  EXPECT_DOUBLE_EQ(plan.traffic[1].keep_alive, 0);
  EXPECT_EQ(plan.traffic[0].pace.rate_per_second, 0.5);
  EXPECT_EQ(plan.traffic[1].pace, (plan::Pace{0, 4, 250ms}));
  EXPECT_EQ(plan.traffic[1].connect_timeout, 2s);  // never longer than the whole
  EXPECT_EQ(plan.traffic[1].headers.at("A"), "b");
  EXPECT_EQ(plan.traffic[1].service_port, 8080);
  EXPECT_EQ(plan.traffic[2].pace, (plan::Pace{0, 1, 1s}));
  EXPECT_EQ(plan.traffic[2].connect_timeout, 10s);
  EXPECT_EQ(plan.traffic[2].expect, (plan::ExpectedAnswer{{200, 204}, "x", "cat"}));
}

TEST(Parse, FindsTheServiceBehindAUrl) {
  const std::pair<const char*, const char*> rows[] = {
      {"http://sayhi/hi", "sayhi"},
      {"http://sayhi.shop/hi", "sayhi"},
      {"http://sayhi.shop.svc", "sayhi"},
      {"http://user:pw@sayhi.shop.svc.cluster.local:80/?q", "sayhi"},
      {"http://sayhi.shop.svc.cluster.local./", "sayhi"},
  };
  for (const auto& [url, service] : rows) {
    World world;
    const bool other = std::string(url).find("shop") != std::string::npos;
    if (other) world.with_file("service.yaml", "  name: sayhi\n", "  name: sayhi\n  namespace: shop\n");
    const plan::Plan plan = world.with("http://sayhi/hi", url).plan();
    ASSERT_EQ(plan.traffic.size(), 1u) << url;
    EXPECT_EQ(plan.traffic[0].service, service) << url;
    EXPECT_EQ(plan.traffic[0].service_ns, other ? "shop" : "") << url;
  }
}

TEST(Parse, UserAndPasswordOfAUrlBecomeAHeader) {
  const std::pair<const char*, const char*> rows[] = {
      {"http://jane:secret@sayhi/hi?x=a@b", "Basic amFuZTpzZWNyZXQ="},
      {"http://jane@sayhi/hi?x=a@b", "Basic amFuZTo="},
      {"http://a%40b:%2f%zz@sayhi/hi?x=a@b", "Basic YUBiOi8leno="},
  };
  for (const auto& [url, header] : rows) {
    World world;
    const plan::Plan plan = world.with("http://sayhi/hi", url).plan();
    EXPECT_EQ(plan.traffic.at(0).url, "http://sayhi/hi?x=a@b");
    EXPECT_EQ(plan.traffic.at(0).headers.at("Authorization"), header) << url;
  }
  World world;
  const auto given =
      world.with("url: http://sayhi/hi", "url: http://a:b@sayhi/hi\n    headers: {Authorization: mine}").plan();
  EXPECT_EQ(given.traffic.at(0).headers.at("Authorization"), "mine");
}

TEST(Parse, ReadsClusterDeadlineAndSeed) {
  World world;
  world.with("  for:",
             "  cluster: {images: {a/b: prog, c: [prog, -x]}, minSyncPeriod: 0s, nodes: 3}\n  deadline: 2m\n  seed: "
             "7\n  for:");
  const plan::Plan plan = world.plan();
  EXPECT_EQ(plan.cluster.images.at("a/b"), std::vector<std::string>{"prog"});
  EXPECT_EQ(plan.cluster.images.at("c"), (std::vector<std::string>{"prog", "-x"}));
  EXPECT_EQ(plan.cluster.min_sync_period, 0s);
  EXPECT_EQ(plan.cluster.nodes, 3);
  EXPECT_EQ(plan.deadline, 2min);
  EXPECT_EQ(plan.seed, 7u);
}

TEST(Overlay, ChangesManifestsBeforeTheyAreApplied) {
  World world;
  world.with("{file: job.yaml, env: {COUNT_OF_CATS: \"3\"}}",
             "{files: job.yaml, env: {COUNT_OF_CATS: \"3\", NEW: x}, labels: {a: b}, podLabels: {app: cats}, "
             "images: {beranm14/sayhi-job: other}, merge: {spec: {backoffLimit: 0}}}");
  const json job = object(world.plan(), 2);
  EXPECT_EQ(
      job["spec"]["template"]["spec"]["containers"][0],
      json::parse(
          R"({"name":"cats","image":"other","env":[{"name":"COUNT_OF_CATS","value":"3"},{"name":"NEW","value":"x"}]})"));
  EXPECT_EQ(job["metadata"], json::parse(R"({"name":"cats","labels":{"a":"b"}})"));
  EXPECT_EQ(job["spec"]["template"]["metadata"]["labels"], json::parse(R"({"app":"cats"})"));
  EXPECT_EQ(job["spec"]["backoffLimit"], 0);
  World scaled;
  scaled.with("[deployment.yaml, service.yaml]", "{files: [deployment.yaml, service.yaml], replicas: 4}");
  EXPECT_EQ(object(scaled.plan(), 0)["spec"]["replicas"], 4);
  EXPECT_FALSE(object(scaled.plan(), 0, 1)["spec"].contains("replicas"));
}

TEST(Manifests, SeveralDocumentsAndLists) {
  World world;
  world.files["all.yaml"] = "---\n" + world.files["deployment.yaml"] +
                            "---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n"
                            "  kind: Service\n  metadata: {name: sayhi}\n- apiVersion: v1\n  kind: ConfigMap\n  "
                            "metadata: {name: c}\n  data: {a: b}\n";
  const plan::Plan plan = world.with("[deployment.yaml, service.yaml]", "all.yaml").plan();
  const auto& manifests = std::get<plan::Apply>(plan.steps[0].action).manifests;
  ASSERT_EQ(manifests.size(), 3u);
  EXPECT_EQ(manifests[0].line, 2);
  EXPECT_EQ(manifests[1].object["kind"], "Service");
  EXPECT_EQ(manifests[1].line, 23);
  EXPECT_EQ(manifests[2].object["data"]["a"], "b");
  EXPECT_EQ(manifests[2].file, "all.yaml");
}

TEST(Manifests, CustomResourcesAreLeftToTheApiServerOfAnotherCluster) {
  World world;
  world.files["route.yaml"] = "apiVersion: example.com/v1\nkind: Route\nmetadata: {name: r}\nanything: [1]\n";
  EXPECT_EQ(world.with("service.yaml]", "service.yaml, route.yaml]").error(Ground::elsewhere), "no error");
  EXPECT_TRUE(world.error().starts_with("dir/route.yaml:2:7: the kind Route of example.com is none")) << world.error();
}

TEST(Parse, RefusesWhatIsNotOneScenario) {
  World world;
  world.scenario = "";
  EXPECT_TRUE(world.error().starts_with("dir/world.yaml:1:1: this file holds no scenario")) << world.error();
  world.scenario = "[]\n";
  EXPECT_TRUE(world.error().starts_with("dir/world.yaml:1:1: \"scenario\" takes a mapping, not a list"))
      << world.error();
  World two;
  two.scenario += "---\nkind: x\n";
  EXPECT_TRUE(two.error().starts_with("dir/world.yaml:23:1: a second document")) << two.error();
}

}  // namespace
}  // namespace straycat::scenario
