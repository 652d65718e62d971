// `lint` and `diagnose` say the same of the same objects: each world is read as manifests, and as what a cluster lists
// when it has been applied (a ready pod of each workload that stands, slices as the controller writes them).
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/worlds.hpp"
#include <straycat/lint/lint.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/routable.hpp>
#include <straycat/model/selector.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;
using finding::Cause;
using nlohmann::json;

// A cluster where these manifests were applied.
class Applied {
 public:
  explicit Applied(const std::string& text) {
    const auto documents = yaml::parse(text, "world.yaml");
    EXPECT_TRUE(documents);
    snapshot_.wall_ns = 1'790'000'000'000'000'000;
    for (const yaml::Node& document : *documents) take(document.to_json());
    for (const model::Service& service : snapshot_.services) write_slices(service);
  }
  [[nodiscard]] const survey::Snapshot& snapshot() const { return snapshot_; }

 private:
  void take(json object) {
    const std::string kind = object["kind"];
    object["metadata"]["namespace"] = "default";
    object["metadata"]["uid"] = kind + "/" + object["metadata"]["name"].get<std::string>();
    if (kind == "Service") snapshot_.services.push_back(model::project_service(object));
    if (kind == "EndpointSlice") snapshot_.slices.push_back(model::project_slice(object));
    if (kind == "Pod") run(object);
    if (!model::makes_pods(kind)) return;
    snapshot_.workloads.push_back(model::project_workload(object));
    if (kind != "CronJob") run_one_of(object);
  }

  void run_one_of(const json& workload) {
    json pod = workload["spec"]["template"];
    const std::string name = workload["metadata"]["name"];
    pod["metadata"]["name"] = name + "-x";
    pod["metadata"]["namespace"] = "default";
    pod["metadata"]["ownerReferences"] = {
        {{"kind", workload["kind"]}, {"name", name}, {"uid", workload["metadata"]["uid"]}, {"controller", true}}};
    run(pod);
  }

  void run(json pod) {
    pod["kind"] = "Pod";
    pod["metadata"]["uid"] = "uid-of-" + pod["metadata"]["name"].get<std::string>();
    pod["status"] = {{"phase", "Running"},
                     {"podIP", "10.244.0." + std::to_string(snapshot_.pods.size() + 2)},
                     {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}};
    snapshot_.pods.push_back(model::project_pod(pod));
  }

  void write_slices(const model::Service& service) {
    for (const model::Pod& pod : snapshot_.pods) {
      if (!model::selects(service.selector, pod.meta.labels)) continue;
      auto endpoint = model::endpoint_of(pod, service);
      if (!endpoint) continue;
      model::EndpointSlice slice;
      slice.meta.ns = "default";
      slice.meta.name = service.meta.name + "-" + pod.meta.name;
      slice.service = service.meta.name;
      slice.managed_by = "endpointslice-controller.k8s.io";
      for (const auto& port : service.ports)
        slice.ports.push_back({port.name, model::resolve_port(port.target, pod.spec, port.protocol), port.protocol});
      slice.endpoints.push_back(std::move(*endpoint));
      snapshot_.slices.push_back(std::move(slice));
    }
  }

  survey::Snapshot snapshot_;
};

// A stray is called so by both, whether it stands there now or could.
std::string cause_words(Cause cause) {
  return std::string(finding::to_string(cause == Cause::latent_overlap ? Cause::stray_endpoint : cause));
}

// Of the causes that both can read.
std::set<std::string> said_by_lint(const std::string& text) {
  Wishes wishes;
  wishes.latent = wishes.notes = true;
  std::set<std::string> out;
  for (const Flaw& flaw : lint({{"world.yaml", text}}, wishes).flaws) {
    if (!flaw.cause || !finding::row(*flaw.cause).found.listing) continue;
    const bool stray = cause_words(*flaw.cause) == "stray-endpoint";
    out.insert(cause_words(*flaw.cause) + " " + flaw.object.display() + (stray ? " " + flaw.other.display() : ""));
  }
  return out;
}

std::set<std::string> said_by_survey(const std::string& text) {
  std::set<std::string> out;
  const Applied applied(text);
  for (const survey::Survey& survey : survey::survey_all(applied.snapshot()))
    for (const finding::Finding& one : survey.findings) {
      const bool stray = cause_words(one.cause) == "stray-endpoint";
      out.insert(cause_words(one.cause) + " Service/" + survey.service +
                 (stray && one.workload ? " " + one.workload->display() : ""));
    }
  return out;
}

struct SharedWorld {
  const char* name;
  std::string text;
  std::set<std::string> said;
};
void PrintTo(const SharedWorld& world, std::ostream* out) { *out << world.name; }

const std::string slice_by_hand =
    "---\nkind: EndpointSlice\nmetadata: {name: web-1, labels: {kubernetes.io/service-name: web}}\naddressType: "
    "IPv4\nports: [{name: "
    "x, port: 3000}]\nendpoints: [{addresses: [10.0.0.1]}]\n";

const std::vector<SharedWorld> shared_worlds{
    {"the article", web + job("cats", app), {"stray-endpoint Service/web Job/cats"}},
    {"a CronJob that has not run", web + cron_job("nightly", app), {"stray-endpoint Service/web CronJob/nightly"}},
    {"two Jobs",
     web + job("a", app) + job("b", app),
     {"stray-endpoint Service/web Job/a", "stray-endpoint Service/web Job/b"}},
    {"behind a StatefulSet",
     service("web", app) + maker("StatefulSet", "web", app) + job("cats", app),
     {"stray-endpoint Service/web Job/cats"}},
    {"in two Services",
     web + service("web-admin", app, "3000") + job("cats", app),
     {"stray-endpoint Service/web Job/cats", "stray-endpoint Service/web-admin Job/cats"}},
    {"a Job without the named port",
     service("web", app, "http") + deployment("web", app) + job("cats", app),
     {"stray-endpoint Service/web Job/cats"}},
    {"a suspended CronJob",
     web + cron_job("nightly", app, "  suspend: true\n"),
     {"stray-endpoint Service/web CronJob/nightly"}},
    {"no pod has the named port",
     service("web", app, "https") + deployment("web", app),
     {"missing-named-port Service/web"}},
    {"nobody has all labels",
     service("web", "app: web, part: http") + deployment("web", app),
     {"no-endpoints Service/web"}},
    {"a slice by hand beside the selector", web + slice_by_hand, {"selector-unwanted Service/web"}},
    {"a slice by hand without the name",
     "---\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n" + slice_by_hand,
     {"slice-port-mismatch Service/web"}},
    {"no selector",
     "---\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80, targetPort: 3000}]}\n" +
         deployment("web", app),
     {"no-endpoints Service/web"}},
    // Nothing to say.
    {"all is well", web, {}},
    {"a Job with labels of its own", web + job("cats", "app: cats"), {}},
    {"two that serve alike", web + deployment("web-canary", app), {}},
    {"a headless Service for peers",
     service("db", "app: db", "3000", "  clusterIP: None\n") + maker("StatefulSet", "db", "app: db"),
     {}},
    {"a Service with a selector, and others without", web + service("db", "app: db") + deployment("db", "app: db"), {}},
    {"nothing", "", {}},
};

class Agreement : public ::testing::TestWithParam<SharedWorld> {};

TEST_P(Agreement, OfManifestsAndTheirCluster) {
  EXPECT_EQ(said_by_lint(GetParam().text), GetParam().said);
  EXPECT_EQ(said_by_survey(GetParam().text), GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(Worlds, Agreement, ::testing::ValuesIn(shared_worlds));

// Where a Job declares the Service's port, a cluster's lists cannot tell whether it serves; of charts that say so, each
// did not (18 of 19 of the corpus that the rule was measured on).
TEST(Agreement, LintIsSureOfAJobThatDeclaresThePortAndASurveyIsNot) {
  const std::string text = web + job("cats", app, "", "ports: [{containerPort: 3000}]");
  EXPECT_EQ(said_by_lint(text), std::set<std::string>{"stray-endpoint Service/web Job/cats"});
  const Applied applied(text);
  const auto surveys = survey::survey_all(applied.snapshot());
  ASSERT_EQ(surveys.size(), 1u);
  EXPECT_EQ(surveys.front().exit_code(), 2);
}

}  // namespace
}  // namespace straycat::lint
