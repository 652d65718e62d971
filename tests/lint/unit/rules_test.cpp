// The rules as a table of tiny worlds. More than a third of them end in silence: whoever gates on `lint` takes it off
// after the second false alarm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/worlds.hpp"
#include <straycat/lint/lint.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;

struct World1 {
  const char* name;
  std::string text;
  std::vector<std::string> says;  // "E1 Service/web Job/migrate"
  int exit_code = 0;
};
void PrintTo(const World1& world, std::ostream* out) { *out << world.name; }

const std::string scaled = deployment("web", app, asks) + scaler("web", "Deployment", "web");
const std::string no_yaml = "---\nkind: ConfigMap\nmetadata: [\n";

const std::vector<World1> worlds_of_rules{
    // E1
    {"a Job with the Service's labels", web + job("migrate", app), {"E1 Service/web Job/migrate"}, 1},
    {"a CronJob", web + cron_job("clean", app), {"E1 Service/web CronJob/clean"}, 1},
    {"a hook of each upgrade",
     web + job("migrate", app, "helm.sh/hook: 'pre-install,pre-upgrade '"),
     {"E1 Service/web Job/migrate"},
     1},
    {"a Job with more labels than the selector has",
     web + job("migrate", "app: web, part: job"),
     {"E1 Service/web Job/migrate"},
     1},
    {"a Job that declares the named port",
     service("web", app, "http") + deployment("web", app) +
         job("migrate", app, "", "ports: [{name: http, containerPort: 3000}]"),
     {"E1 Service/web Job/migrate"},
     1},
    {"a label without quotes that YAML takes for a boolean",
     service("web", "app: web, live: true") + deployment("web", "app: web, live: true") +
         job("migrate", "app: web, live: true"),
     {"E1 Service/web Job/migrate"},
     1},
    {"one names the namespace default and one none",
     service("web", app) + deployment("web", app) +
         "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, namespace: default}\nspec:\n  template:\n    "
         "metadata: {labels: {app: web}}\n    spec: {containers: [{name: m}]}\n",
     {"E1 Service/web Job/migrate"},
     1},
    {"objects in a List",
     "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: web}\n  spec: "
     "{selector: "
     "{app: web}, ports: [{port: 80}]}\n" +
         deployment("web", app) + job("migrate", app),
     {"E1 Service/web Job/migrate"},
     1},
    {"a neighbour that is no YAML changes nothing",
     web + job("migrate", app) + no_yaml,
     {"E1 Service/web Job/migrate"},
     1},
    {"a key twice: the last one counts",
     web + "---\nkind: Job\nmetadata: {name: migrate}\nspec:\n  template:\n    "
           "metadata:\n      labels: {app: other}\n      labels: {app: web}\n    spec: {containers: [{name: m}]}\n",
     {"E1 Service/web Job/migrate"},
     1},
    {"a Job with labels of its own", web + job("migrate", "app: web-migrate"), {}},
    {"a Job whose labels lack one of the selector's",
     service("web", "app: web, part: http") + deployment("web", "app: web, part: http") + job("migrate", app),
     {}},
    {"a headless Service",
     service("web", app, "3000", "  clusterIP: None\n") + deployment("web", app) + job("migrate", app),
     {}},
    {"a hook before there is a release", web + job("migrate", app, "helm.sh/hook: pre-install"), {}},
    {"a named port that the Job lacks", service("web", app, "http") + deployment("web", app) + job("migrate", app), {}},
    {"a Service for Jobs alone", service("metrics", "app: web") + job("migrate", app), {}},
    {"a Service without a selector",
     "kind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n" + deployment("web", app) +
         job("migrate", app),
     {}},
    {"another namespace",
     web + "---\nkind: Job\nmetadata: {name: migrate, namespace: jobs}\nspec:\n  template:\n    "
           "metadata: {labels: {app: web}}\n    spec: {containers: [{name: m}]}\n",
     {}},
    {"a CronJob that is suspended", web + cron_job("clean", app, "  suspend: true\n"), {}},
    {"a label that only a StatefulSet's pods get",
     service("web", "app: web, statefulset.kubernetes.io/pod-name: web-0") + maker("StatefulSet", "web", app) +
         job("migrate", app),
     {}},
    {"two that stand for good share it by design", web + deployment("canary", app), {}},
    {"the same Job twice, in different words", web + job("migrate", app) + job("migrate", "app: other"), {}},
    {"a kind that no API server knows",
     web + "---\nkind: job\nmetadata: {name: migrate}\nspec: {template: {metadata: "
           "{labels: {app: web}}, spec: {containers: [{name: m}]}}}\n",
     {}},
    {"ignored with a reason", web + job("migrate", app, "straycat.dev/ignore: 'E1=it listens, look'"), {}},
    // W4
    {"a test pod", web + pod("test", app, "helm.sh/hook: test"), {"W4 Service/web Pod/test"}},
    {"a pod that nobody makes and no test", web + pod("debug", app), {}},
    // E2, W2
    {"another Deployment without requests",
     scaled + deployment("canary", app),
     {"E2 HorizontalPodAutoscaler/web Deployment/canary"},
     1},
    {"a Job without requests", scaled + job("migrate", app), {"E2 HorizontalPodAutoscaler/web Job/migrate"}, 1},
    {"a test pod that stays",
     scaled + pod("test", app, "helm.sh/hook: test-success"),
     {"W2 HorizontalPodAutoscaler/web Pod/test"}},
    {"no metrics are 80 % of the CPU",
     deployment("web", app, asks) + scaler("web", "Deployment", "web", "") + deployment("canary", app),
     {"E2 HorizontalPodAutoscaler/web Deployment/canary"},
     1},
    {"a test pod that Helm deletes",
     scaled +
         pod("test", app, "helm.sh/hook: test, helm.sh/hook-delete-policy: 'before-hook-creation, hook-succeeded'"),
     {}},
    {"limits are requests", scaled + deployment("canary", app, "resources: {limits: {cpu: 1}}"), {}},
    {"the namespace fills requests in",
     scaled + deployment("canary", app) + "---\nkind: LimitRange\nmetadata: {name: all}\nspec: {}\n",
     {}},
    {"an average value asks no requests",
     deployment("web", app, asks) +
         scaler(
             "web", "Deployment", "web",
             "  metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: 1}}}]\n") +
         deployment("canary", app),
     {}},
    // E3, E4
    {"two budgets",
     deployment("web", app) + budget("a", app) + budget("b", app),
     {"E3 PodDisruptionBudget/b PodDisruptionBudget/a"},
     1},
    {"two budgets for two workloads",
     deployment("web", app) + deployment("db", "app: db") + budget("a", app) + budget("b", "app: db"),
     {}},
    {"a budget over a Job's pods", budget("a", app) + job("migrate", app), {"E4 PodDisruptionBudget/a Job/migrate"}, 1},
    {"a budget of a percentage",
     budget("a", app, "minAvailable: 50%") + job("migrate", app),
     {"E4 PodDisruptionBudget/a Job/migrate"},
     1},
    {"a budget of a number", budget("a", app, "minAvailable: 1") + job("migrate", app), {}},
    // E5, W5
    {"the target has another kind",
     maker("StatefulSet", "web", app, asks) + scaler("web", "Deployment", "web"),
     {"E5 HorizontalPodAutoscaler/web StatefulSet/web"},
     1},
    {"the kind is spelt wrongly",
     deployment("web", app, asks) + scaler("x", "deployment", "web"),
     {"E5 HorizontalPodAutoscaler/x Deployment/web"},
     1},
    {"the prefix is missing",
     deployment("prod-web", app, asks) + scaler("x", "Deployment", "web"),
     {"E5 HorizontalPodAutoscaler/x Deployment/prod-web"},
     1},
    {"nothing of the kind is there",
     deployment("db", app, asks) + scaler("worker", "Deployment", "worker"),
     {"W5 HorizontalPodAutoscaler/worker Deployment/worker"}},
    {"the target may stand in what could not be read",
     "---\nkind: Deployment\nmetadata:\n  name: web\nspec: [\n" + scaler("web", "Deployment", "web"),
     {},
     2},
    {"the target is another maker's kind", scaler("web", "Rollout", "web"), {}},
    // E6, W3
    {"no Service has the port",
     web + monitor("ServiceMonitor", "web", app, "port: metrics"),
     {"E6 ServiceMonitor/web Service/web"},
     1},
    {"no container has the port",
     deployment("web", app) + monitor("PodMonitor", "web", app, "port: metrics"),
     {"E6 PodMonitor/web Deployment/web"},
     1},
    {"no container declares the number",
     web + monitor("ServiceMonitor", "web", app, "targetPort: 9090"),
     {"E6 ServiceMonitor/web Deployment/web"},
     1},
    {"the port is there", web + monitor("ServiceMonitor", "web", app, "port: http"), {}},
    {"the monitor is for somebody else's", web + monitor("ServiceMonitor", "db", "app: db", "port: metrics"), {}},
    {"a Service could not be read",
     web + monitor("ServiceMonitor", "web", app, "port: metrics") + "---\nkind: Service\nmetadata: [\n",
     {},
     2},
    {"two Services lead to one pod",
     web +
         "---\nkind: Service\nmetadata: {name: web-headless, labels: {app: web}}\nspec: {clusterIP: None, selector: "
         "{app: web}, ports: [{name: http, port: 3000}]}\n" +
         monitor("ServiceMonitor", "web", app, "port: http"),
     {"W3 ServiceMonitor/web Deployment/web"}},
    // E7
    {"no pod has the named port",
     service("web", app, "https") + deployment("web", app),
     {"E7 Service/web Deployment/web"}},
    {"a native sidecar has it",
     service("web", app, "https") +
         deployment("web", app,
                    "image: x\n      initContainers: [{name: proxy, restartPolicy: Always, ports: [{name: "
                    "https, containerPort: 443}]}]"),
     {}},
    // W1
    {"one label too many",
     service("web", "app: web, part: http") + deployment("web", app),
     {"W1 Service/web Deployment/web"}},
    {"the label is a controller's",
     service("web", "app: web, statefulset.kubernetes.io/pod-name: web-0") + maker("StatefulSet", "web", app),
     {}},
    {"the pods may stand in what could not be read",
     service("web", "app: web, part: http") + deployment("web", app) + "---\nkind: Deployment\nmetadata: [\n",
     {},
     2},
    // Nothing to judge.
    {"nothing", "", {}},
    {"empty documents", "---\n---\n# only words\n---\n", {}},
    {"YAML that is no manifest", "- a\n- b\n", {}},
    {"a separator was forgotten", web + "kind: Job\nmetadata: {name: migrate}\n", {}, 2},
};

class Rules : public ::testing::TestWithParam<World1> {};

TEST_P(Rules, Say) {
  const Verdict verdict = lint({{"web.yaml", GetParam().text}}, {});
  std::vector<std::string> says;
  for (const Flaw& flaw : verdict.flaws)
    if (flaw.severity != Severity::note)
      says.push_back(flaw.rule + " " + flaw.object.display() + " " + flaw.other.display());
  EXPECT_EQ(says, GetParam().says);
  EXPECT_EQ(verdict.exit_code(), GetParam().exit_code);
}

INSTANTIATE_TEST_SUITE_P(Worlds, Rules, ::testing::ValuesIn(worlds_of_rules));

TEST(Rules, HaveWordsAndOneCodeEach) {
  std::set<std::string> codes;
  for (const RuleWords& rule : rules()) {
    EXPECT_TRUE(codes.insert(rule.code).second) << rule.code;
    for (const std::string* words : {&rule.title, &rule.happens, &rule.seen, &rule.cure})
      EXPECT_FALSE(words->empty()) << rule.code;
  }
  EXPECT_EQ(codes.size(), 22u);
}

// The table of causes says which of them manifests tell.
TEST(Rules, FindTheCausesThatTheTableSays) {
  std::set<finding::Cause> found;
  for (const RuleWords& rule : rules())
    if (rule.cause) found.insert(*rule.cause);
  for (const finding::CauseRow& row : finding::causes())
    EXPECT_EQ(row.found.manifests, found.count(row.cause) != 0) << row.id;
}

}  // namespace
}  // namespace straycat::lint
