// What is said only to whom asks: each note as a tiny world, and the same world with nothing to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/worlds.hpp"
#include <straycat/lint/lint.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;
using ::testing::IsEmpty;

struct NoteWorld {
  const char* name;
  const char* rule;  // the one that is asked
  std::string text;
  std::vector<std::string> says;
};
void PrintTo(const NoteWorld& world, std::ostream* out) { *out << world.name; }

std::string with_spec(std::string text, const std::string& spec) {
  return text.replace(text.find("\nspec:\n") + 7, 0, "  " + spec + "\n");
}
std::string slice(const std::string& port, const std::string& labels = "kubernetes.io/service-name: web",
                  const std::string& endpoints = "[{addresses: [10.0.0.1]}]") {
  return "---\nkind: EndpointSlice\nmetadata: {name: web-1, labels: {" + labels + "}}\naddressType: IPv4\nports: [" +
         port + "]\nendpoints: " + endpoints + "\n";
}
std::string endpoints(const std::string& port) {
  return "---\nkind: Endpoints\nmetadata: {name: web}\nsubsets:\n- {addresses: [{ip: 10.0.0.1}], ports: [" + port +
         "]}\n- {addresses: [{ip: 10.0.0.2}]}\n";
}
std::string policy(const std::string& name, const std::string& spec, const std::string& pods = "app: web") {
  return "---\nkind: NetworkPolicy\nmetadata: {name: " + name + "}\nspec:\n  podSelector: {matchLabels: {" + pods +
         "}}\n  " + spec + "\n";
}

const std::string bare_service =
    "---\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80, targetPort: 3000}]}\n";
const std::string unready = "  publishNotReadyAddresses: true\n";
const std::string headless = "  clusterIP: None\n";
const std::string probe = "readinessProbe: {httpGet: {port: 3000}}";
const std::string waits = "lifecycle: {preStop: {sleep: {seconds: 5}}}";

const std::vector<NoteWorld> note_worlds{
    {"Recreate",
     "N1",
     service("web", app) + with_spec(deployment("web", app), "strategy: {type: Recreate}"),
     {"Service/web Deployment/web"}},
    {"all may be away",
     "N1",
     service("web", app) + with_spec(deployment("web", app), "strategy: {rollingUpdate: {maxUnavailable: 1}}"),
     {"Service/web Deployment/web"}},
    {"a share that is all",
     "N1",
     service("web", app) + with_spec(deployment("web", app), "strategy: {rollingUpdate: {maxUnavailable: 100%}}"),
     {"Service/web Deployment/web"}},
    {"a quarter of one is none", "N1", web, {}},
    {"one of two",
     "N1",
     service("web", app) +
         with_spec(with_spec(deployment("web", app), "strategy: {rollingUpdate: {maxUnavailable: 1}}"), "replicas: 2"),
     {}},
    {"an autoscaler says how many",
     "N1",
     service("web", app) + with_spec(deployment("web", app, asks), "strategy: {rollingUpdate: {maxUnavailable: 1}}") +
         scaler("web", "Deployment", "web"),
     {}},
    {"Recreate behind no Service", "N1", with_spec(deployment("web", app), "strategy: {type: Recreate}"), {}},
    {"scaled to nothing",
     "N1",
     service("web", app) + with_spec(with_spec(deployment("web", app), "strategy: {type: Recreate}"), "replicas: 0"),
     {}},

    {"no hook before the end", "N2", web, {"Service/web Deployment/web"}},
    {"a hook", "N2", service("web", app) + deployment("web", app, waits), {}},
    {"no Service", "N2", deployment("web", app), {}},

    {"it publishes what is not ready",
     "N3",
     service("web", app, "3000", unready) + deployment("web", app),
     {"Service/web /"}},
    {"for peers", "N3", service("web", app, "3000", unready + headless) + deployment("web", app), {}},
    {"as usual", "N3", web, {}},

    {"nobody translates 80",
     "N4",
     service("web", app, "3000", headless) + deployment("web", app),
     {"Service/web Deployment/web"}},
    {"nobody has to", "N4", service("web", app, "80", headless) + deployment("web", app), {}},
    {"a proxy does", "N4", web, {}},

    {"a slice beside a selector", "N5", web + slice("{name: http, port: 3000}"), {"Service/web EndpointSlice/web-1"}},
    {"the controller's own",
     "N5",
     web + slice("{port: 1}",
                 "kubernetes.io/service-name: web, endpointslice.kubernetes.io/managed-by: "
                 "endpointslice-controller.k8s.io"),
     {}},
    {"another Service's", "N5", web + slice("{name: http, port: 3000}", "kubernetes.io/service-name: db"), {}},
    {"Endpoints are written over", "N5", web + endpoints("{name: http, port: 3000}"), {}},

    {"the slice's port has another name",
     "N6",
     bare_service + slice("{name: web, port: 3000}"),
     {"Service/web EndpointSlice/web-1"}},
    {"those of Endpoints have, too", "N6", bare_service + endpoints("{port: 3000}"), {"Service/web Endpoints/web"}},
    {"it has the name", "N6", bare_service + slice("{name: http, port: 3000}"), {}},
    {"nobody is in it",
     "N6",
     bare_service + slice("{name: web, port: 3000}", "kubernetes.io/service-name: web", "[]"),
     {}},
    {"another slice could not be read",
     "N6",
     bare_service + slice("{name: web, port: 3000}") + "---\nkind: EndpointSlice\nmetadata: [\n",
     {}},

    {"no selector", "N7", bare_service + deployment("web", app), {"Service/web Deployment/web"}},
    {"no selector, and a slice", "N7", bare_service + deployment("web", app) + slice("{name: http, port: 3000}"), {}},
    {"no selector, and Endpoints",
     "N7",
     bare_service + deployment("web", app) + endpoints("{name: http, port: 3000}"),
     {}},
    {"no selector, and nobody of its name", "N7", bare_service + deployment("db", "app: db"), {}},
    {"no selector, and another port", "N7", bare_service + deployment("web", app, "ports: [{containerPort: 1}]"), {}},

    {"nobody is let in", "N8", web + policy("shut", "policyTypes: [Ingress]"), {"NetworkPolicy/shut Service/web"}},
    {"in on another port only",
     "N8",
     web + policy("other", "ingress: [{ports: [{port: 9090}]}]"),
     {"NetworkPolicy/other Service/web"}},
    {"in by UDP only",
     "N8",
     web + policy("udp", "ingress: [{ports: [{protocol: UDP}]}]"),
     {"NetworkPolicy/udp Service/web"}},
    {"somebody is let in",
     "N8",
     web + policy("some", "ingress: [{from: [{podSelector: {}}], ports: [{port: http}]}]"),
     {}},
    {"in by a range", "N8", web + policy("range", "ingress: [{ports: [{port: 2000, endPort: 4000}]}]"), {}},
    {"another policy lets in",
     "N8",
     web + policy("shut", "policyTypes: [Ingress]") + policy("open", "ingress: [{}]"),
     {}},
    {"a policy of others", "N8", web + policy("shut", "policyTypes: [Ingress]", "app: db"), {}},
    {"it is about going out", "N8", web + policy("out", "policyTypes: [Egress]"), {}},
    {"another policy could not be read",
     "N8",
     web + policy("shut", "policyTypes: [Ingress]") + "---\nkind: NetworkPolicy\nmetadata: [\n",
     {}},

    {"no readiness probe", "N9", web, {"Service/web Deployment/web"}},
    {"one", "N9", service("web", app) + deployment("web", app, probe), {}},
    {"a Job is another matter", "N9", service("web", app) + deployment("web", app, probe) + job("cats", app), {}},
};

class Notes : public ::testing::TestWithParam<NoteWorld> {};

TEST_P(Notes, Say) {
  Wishes wishes;
  wishes.notes = true;
  const Verdict verdict = lint({{"web.yaml", GetParam().text}}, wishes);
  std::vector<std::string> says;
  for (const Flaw& flaw : verdict.flaws) {
    if (flaw.rule != GetParam().rule) continue;
    EXPECT_EQ(flaw.severity, Severity::note);
    says.push_back(flaw.object.display() + " " + flaw.other.display());
  }
  EXPECT_EQ(says, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(Worlds, Notes, ::testing::ValuesIn(note_worlds));

TEST(Notes, AreForWhomAsksAndCountForNothing) {
  EXPECT_THAT(lint({{"web.yaml", web}}, {}).flaws, IsEmpty());
  Wishes wishes;
  wishes.notes = true;
  const Verdict verdict = lint({{"web.yaml", web}}, wishes);
  EXPECT_EQ(verdict.count(Severity::note), 2u);
  EXPECT_EQ(verdict.exit_code(), 0);
}

}  // namespace
}  // namespace straycat::lint
