#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <straycat/model/objects.hpp>
#include <straycat/model/routable.hpp>

namespace straycat::model {
namespace {

// The body of a recorded exchange with a real API server.
std::string recorded_text(const std::string& name) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/tests/model/recordings/" + name);
  std::stringstream all;
  all << in.rdbuf();
  const std::string text = all.str();
  return text.substr(text.find("\n\n") + 2);
}

TEST(Project, PodsOfARealCluster) {
  const json list = json::parse(recorded_text("list-pods-during.http"));
  int with_probe = 0, jobs = 0;
  for (json item : list.at("items")) {
    item["kind"] = "Pod";
    const Pod pod = project_pod(item);
    EXPECT_EQ(pod.meta.ns, "straycat-demo");
    EXPECT_EQ(pod.meta.labels.at("app"), "sayhi");
    EXPECT_TRUE(pod.ready());
    EXPECT_FALSE(pod.pod_ip.empty());
    ASSERT_NE(pod.meta.controller(), nullptr);
    with_probe += pod.has_readiness_probe() ? 1 : 0;
    jobs += pod.meta.controller()->kind == "Job" ? 1 : 0;
    EXPECT_EQ(json(pod).get<Pod>(), pod);
    EXPECT_EQ(json(pod).dump().find("token"), std::string::npos) << "volumes and environment stay out";
  }
  EXPECT_EQ(with_probe, 1);
  EXPECT_EQ(jobs, 1);
}

TEST(Project, SlicesOfARealClusterTellTheArticlesStory) {
  std::istringstream lines(recorded_text("watch-endpointslices.http"));
  std::vector<std::size_t> routable;
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const json event = json::parse(line.substr(tab + 1), nullptr, false);
    if (event.is_discarded() || event.value("type", "") == "BOOKMARK") continue;
    const EndpointSlice slice = project_slice(event.at("object"));
    if (slice.service != "sayhi") continue;
    EXPECT_EQ(slice.managed_by, "endpointslice-controller.k8s.io");
    EXPECT_EQ(json(slice).get<EndpointSlice>(), slice);
    const std::size_t count = routable_set({slice}, "").size();
    if (routable.empty() || routable.back() != count) routable.push_back(count);
  }
  EXPECT_NE(std::find(routable.begin(), routable.end(), 2u), routable.end()) << "the Job's pod joins";
  EXPECT_EQ(routable.front(), 0u);
}

TEST(Project, MissingFieldsTakeTheServersDefaults) {
  const Service service =
      project_service(json::parse(R"({"kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}})"));
  ASSERT_EQ(service.ports.size(), 1u);
  EXPECT_EQ(std::get<int>(service.ports[0].target), 80);
  EXPECT_EQ(service.session_affinity, "None");
  const Pod pod = project_pod(json::object());
  EXPECT_EQ(pod.phase, "Pending");
  EXPECT_EQ(pod.spec.termination_grace_seconds, 30);
}

TEST(Project, WrongTypesNeverThrow) {
  const json wrong = json::parse(
      R"({"kind":5,"metadata":[],"spec":{"containers":{"a":1},"ports":"x","selector":[1],"replicas":"3","template":7},
    "status":{"conditions":[1,"x",{"type":1}],"podIP":{}},"endpoints":[5,{"addresses":[1],"conditions":"x"}],"ports":[{"port":"http"}]})");
  project_pod(wrong);
  project_service(wrong);
  project_slice(wrong);
  project_workload(wrong);
  project_node(wrong);
  project_network_policy(wrong);
  project_kube_event(wrong);
  project_pod(json());
  project_slice(json::array());
}

TEST(Project, ANumberThatIsNoIntegerKeepsTheDefault) {
  EXPECT_EQ(json::parse(R"({"replicas":1e300,"failed":2})").get<Workload>(),
            json::parse(R"({"failed":2})").get<Workload>());
}

TEST(Project, ProjectionsReadBack) {
  const json deployment = json::parse(
      R"({"kind":"CronJob","metadata":{"name":"c","uid":"u","annotations":{"helm.sh/hook":"test","secret":"canary"},
    "labels":{"straycat.dev/run":"r"}},"spec":{"suspend":true,"jobTemplate":{"spec":{"template":{"metadata":{"labels":{"app":"x"}},
    "spec":{"containers":[{"name":"a","image":"i","env":[{"name":"PASSWORD","value":"canary"}],"args":["canary"],
    "ports":[{"name":"http","containerPort":1}],"startupProbe":{"exec":{"command":["canary"]}}}]}}}}}})");
  const Workload workload = project_workload(deployment);
  EXPECT_TRUE(workload.suspended);
  EXPECT_EQ(workload.pod.labels.at("app"), "x");
  EXPECT_EQ(workload.meta.helm_hook, "test");
  EXPECT_EQ(workload.meta.run, "r");
  const json form = workload;
  EXPECT_EQ(form.get<Workload>(), workload);
  EXPECT_EQ(form.dump().find("canary"), std::string::npos);
}

TEST(Project, BothKindsOfEvents) {
  const KubeEvent core =
      project_kube_event(json::parse(R"({"kind":"Event","reason":"Unhealthy","message":"m","count":3,"type":"Warning",
    "involvedObject":{"kind":"Pod","name":"p","uid":"u"},"firstTimestamp":"1970-01-01T00:00:01Z","lastTimestamp":"1970-01-01T00:00:02Z","source":{"component":"kubelet"}})"));
  EXPECT_EQ(core.count, 3);
  EXPECT_EQ(core.regarding.name, "p");
  EXPECT_EQ(core.last_wall_ns, 2'000'000'000);
  const KubeEvent modern = project_kube_event(json::parse(
      R"({"kind":"Event","note":"n","regarding":{"name":"q"},"eventTime":"1970-01-01T00:00:03.5Z","reportingController":"c"})"));
  EXPECT_EQ(modern.message, "n");
  EXPECT_EQ(modern.component, "c");
  EXPECT_EQ(modern.first_wall_ns, 3'500'000'000);
}

TEST(Project, AProbesPathEndsBeforeItsQuery) {
  const auto path_of = [](const char* path) {
    const json probe = {{"httpGet", {{"path", path}, {"port", 80}}}};
    const json container = {{"name", "c"}, {"readinessProbe", probe}};
    return project_pod({{"spec", {{"containers", json::array({container})}}}}).spec.containers.at(0).readiness->path;
  };
  EXPECT_EQ(path_of("/healthz?token=s3cret"), "/healthz");
  EXPECT_EQ(path_of("/healthz#s3cret"), "/healthz");
  EXPECT_EQ(path_of("?s3cret"), "");
  EXPECT_EQ(path_of("/healthz"), "/healthz");
}

}  // namespace
}  // namespace straycat::model
