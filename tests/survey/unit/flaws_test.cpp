// What the lists alone say of pods, Services and slices: tiny worlds, of which many end in silence.
#include "survey/unit/flaws.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace straycat::survey {
namespace {

using town::PodSpec;
using town::Town;

const model::Labels of_web{{"app", "web"}};
constexpr const char* late_probe = "Readiness probe failed: Get \"http://10.0.0.1/\": context deadline exceeded";

PodSpec web_pod(const std::string& end = "1") {
  PodSpec pod{.name = "web-abc-" + end};
  pod.owner_kind = "ReplicaSet";
  pod.owner = "web-abc";
  pod.labels = of_web;
  pod.labels["pod-template-hash"] = "abc";
  return pod;
}

Town web(const PodSpec& pod = web_pod(), const json& more = json::object()) {
  return Town().service("web", of_web, 3000, more).deployment("web", of_web, 1).pod(pod);
}

PodSpec unready() {
  PodSpec pod = web_pod();
  pod.ready = false;
  return pod;
}

PodSpec killed(int restarts, const char* reason) {
  PodSpec pod = web_pod();
  pod.restarts = restarts;
  pod.last_reason = reason;
  return pod;
}

Town by_hand(const char* port_name) {
  const json ports = json::array({{{"name", port_name}, {"port", 80}, {"targetPort", 3000}}});
  return Town().service("web", {}, 3000, {{"ports", ports}}).foreign_slice("web", "me", "");
}

struct FlawRow {
  const char* name;
  Town town;
  const char* found;  // "" = nothing
};

std::string found_in(const Survey& survey) {
  std::string out;
  for (const auto& one : survey.findings) {
    out += (out.empty() ? "" : ", ") + std::string(to_string(one.cause));
    if (one.workload) out += " " + one.workload->display();
  }
  return out;
}

std::vector<FlawRow> flaw_rows() {
  PodSpec other = web_pod();
  other.name = "api-1";
  other.owner = "api-abc";
  other.labels = {{"app", "api"}};
  const model::Labels of_api{{"app", "api"}};
  const json publishes = {{"publishNotReadyAddresses", true}};
  return {
      {"well", web(), ""},
      {"killed for liveness",
       web(killed(1, "Error"))
           .warning("web-abc-1", "Killing", "Container main failed liveness probe, will be restarted"),
       "liveness-kill Deployment/web"},
      {"killed for another reason", web().warning("web-abc-1", "Killing", "Stopping container main"), ""},
      {"another's pod is killed", web().warning("else-1", "Killing", "Container main failed liveness probe"), ""},
      {"out of memory", web(killed(1, "OOMKilled")), "oom-kill Deployment/web"},
      {"out of memory, again and again", web(killed(4, "OOMKilled")), "oom-kill Deployment/web"},
      {"one restart", web(killed(1, "Error")), ""},
      {"image that is not there",
       [] {
         PodSpec pod = unready();
         pod.waiting = "ErrImagePull";
         return web(pod);
       }(),
       "never-ready Deployment/web"},
      {"a probe that fails", web(unready()).warning("web-abc-1", "Unhealthy", "Readiness probe failed: 404"),
       "never-ready Deployment/web"},
      {"not ready, and nobody says why", web(unready()), "no-endpoints Deployment/web"},
      {"one of two is not ready",
       [] {
         PodSpec pod = web_pod("2");
         pod.ready = false;
         pod.address = "10.244.0.5";
         return web().pod(pod).warning("web-abc-2", "Unhealthy", "Readiness probe failed: 404");
       }(),
       ""},
      {"a probe that is too late", web().warning("web-abc-1", "Unhealthy", late_probe, 7),
       "readiness-flap Deployment/web"},
      {"a probe that was too late once", web().warning("web-abc-1", "Unhealthy", late_probe), ""},
      {"a probe that is refused, too",
       web()
           .warning("web-abc-1", "Unhealthy", late_probe, 7)
           .warning("web-abc-1", "Unhealthy", "Readiness probe failed: dial tcp: refused"),
       ""},
      {"sends to who is not ready", web(unready(), publishes), "publishes-unready"},
      {"publishes, and all are ready", web(web_pod(), publishes), ""},
      {"a slice with another name", by_hand("http"), "slice-port-mismatch EndpointSlice/web-byhand"},
      {"a slice with the same name", by_hand(""), ""},
      {"selects another's only",
       Town()
           .service("web", of_api)
           .deployment("web", of_web, 1)
           .deployment("api", of_api, 1)
           .pod(web_pod())
           .pod(other),
       "selector-misses"},
      {"selects one of its colours",
       Town().service("web", of_api).deployment("web", of_web, 1).deployment("web-blue", of_api, 1).pod(other), ""},
      {"closed to everybody", web().policy("deny", R"({"podSelector":{},"policyTypes":["Ingress"]})"),
       "network-policy NetworkPolicy/deny"},
      {"closed but for another port",
       web().policy("deny", R"({"podSelector":{},"ingress":[{"ports":[{"port":9000}]}]})"),
       "network-policy NetworkPolicy/deny"},
      {"closed but for the Service's own number",
       web().policy("deny", R"({"podSelector":{},"ingress":[{"ports":[{"port":80}]}]})"),
       "network-policy NetworkPolicy/deny"},
      {"closed, and opened by another policy",
       web()
           .policy("deny", R"({"podSelector":{}})")
           .policy("open", R"({"podSelector":{"matchLabels":{"app":"web"}},"ingress":[{}]})"),
       ""},
      {"open to some",
       web().policy("some", R"({"podSelector":{},"ingress":[{"from":[{"podSelector":{"matchLabels":{"a":"b"}}}]}]})"),
       ""},
      {"another's pods are closed", web().policy("deny", R"({"podSelector":{"matchLabels":{"app":"api"}}})"), ""},
      {"only its egress is restricted", web().policy("out", R"({"podSelector":{},"policyTypes":["Egress"]})"), ""},
      {"one of two pods is closed",
       [] {
         PodSpec second = web_pod("2");
         second.labels["track"] = "new";
         second.address = "10.244.0.5";
         return web().pod(second).policy("deny", R"({"podSelector":{"matchLabels":{"track":"new"}}})");
       }(),
       ""},
      {"its namesake serves another port",
       Town().service("web", of_api).deployment("web", of_web, 1, 9000).deployment("api", of_api, 1).pod(other), ""},
  };
}

TEST(Flaws, ThatTheListsTell) {
  for (const FlawRow& row : flaw_rows()) EXPECT_EQ(found_in(row.town.survey("web")), row.found) << row.name;
}

TEST(Flaws, PeersOfAHeadlessServiceFindEachOtherBeforeTheyAreReady) {
  const json headless = {{"publishNotReadyAddresses", true}, {"clusterIP", "None"}};
  EXPECT_THAT(found_in(web(unready(), headless).survey("web")), testing::Not(testing::HasSubstr("publishes-unready")));
}

}  // namespace

std::vector<Survey> surveys_of_flaws() {
  std::vector<Survey> out;
  for (const FlawRow& row : flaw_rows()) out.push_back(row.town.survey("web"));
  return out;
}

}  // namespace straycat::survey
