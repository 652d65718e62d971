#include "cluster/apiserver/table.hpp"

#include <fstream>
#include <memory>
#include <sstream>

#include <gtest/gtest.h>

#include "cluster/kinds/cells.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

json recorded(const std::string& resource) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/tests/cluster/recordings/table-" + resource + ".http");
  std::stringstream all;
  all << in.rdbuf();
  const std::string text = all.str();
  return json::parse(text.substr(text.find("\n\n") + 2));
}

Object object(const char* text) { return std::make_shared<const json>(json::parse(text)); }

json cells(const std::string& kind, const char* text, const char* now = "2026-11-24T20:15:21Z") {
  return make_table(*resource_by_kind(kind), {object(text)}, "5", "Metadata", *parse_wall(now))["rows"][0]["cells"];
}

// What kubectl prints depends on the columns' names, order, types and priorities: those of a real API server.
TEST(Table, ColumnsAreThoseOfARealServer) {
  const std::pair<const char*, const char*> kinds[] = {{"Pod", "pods"},
                                                       {"Deployment", "deployments"},
                                                       {"ReplicaSet", "replicasets"},
                                                       {"Service", "services"},
                                                       {"EndpointSlice", "endpointslices"},
                                                       {"Node", "nodes"},
                                                       {"Namespace", "namespaces"},
                                                       {"Job", "jobs"},
                                                       {"Event", "events"}};
  for (const auto& [kind, resource] : kinds) {
    json theirs = recorded(resource)["columnDefinitions"];
    json ours = make_table(*resource_by_kind(kind), {}, "1", "", 0)["columnDefinitions"];
    for (json* columns : {&theirs, &ours}) {
      for (json& column : *columns) column.erase("description");
    }
    EXPECT_EQ(ours, theirs) << kind;
  }
}

TEST(Table, CellsOfTheRecordedDeployment) {
  const json row = cells(
      "Deployment",
      R"({"metadata":{"name":"sayhi","creationTimestamp":"2026-11-24T20:15:17Z"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"sayhi"}},
    "template":{"spec":{"containers":[{"name":"sayhi","image":"beranm14/sayhi"}]}}},"status":{"readyReplicas":1,"updatedReplicas":1,"availableReplicas":1}})");
  EXPECT_EQ(row, recorded("deployments")["rows"][0]["cells"]);
}

TEST(Table, CellsOfTheRecordedService) {
  const json row = cells("Service", R"({"metadata":{"name":"sayhi","creationTimestamp":"2026-11-24T20:15:17Z"},
    "spec":{"type":"ClusterIP","clusterIP":"10.96.104.131","ports":[{"port":80,"protocol":"TCP"}],"selector":{"app":"sayhi"}}})");
  EXPECT_EQ(row, recorded("services")["rows"][0]["cells"]);
}

TEST(Table, CellsOfTheRecordedSlice) {
  const json row =
      cells("EndpointSlice",
            R"({"metadata":{"name":"sayhi-2nm7p","creationTimestamp":"2026-11-24T20:15:17Z"},"addressType":"IPv4",
    "ports":[{"port":3000}],"endpoints":[{"addresses":["10.244.0.13"]}]})");
  EXPECT_EQ(row, recorded("endpointslices")["rows"][0]["cells"]);
  EXPECT_EQ(cells("EndpointSlice", R"({"metadata":{"name":"x"},"ports":null,"endpoints":null})")[3], "<unset>");
}

// The status column is what a person looks at; its rules are printPod's.
TEST(Table, PodStatus) {
  const auto status = [](const std::string& status_json, const std::string& more = "") {
    const std::string pod = R"({"metadata":{"name":"p","creationTimestamp":"2026-11-24T20:15:20Z")" + more +
                            R"(},"spec":{"containers":[{"name":"c"}]},"status":)" + status_json + "}";
    return cells("Pod", pod.c_str());
  };
  const json running =
      status(R"({"phase":"Running","containerStatuses":[{"ready":true,"restartCount":0,"state":{"running":{}}}]})");
  EXPECT_EQ(running, json::parse(R"(["p","1/1","Running","0","1s","<none>","<none>","<none>","<none>"])"));
  EXPECT_EQ(status(R"({"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"ErrImagePull"}}}]})")[2],
            "ErrImagePull");
  EXPECT_EQ(
      status(
          R"({"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"reason":"Completed","exitCode":0}}}]})")
          [2],
      "Completed");
  EXPECT_EQ(status(R"({"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]})")[2],
            "ExitCode:3");
  EXPECT_EQ(status(R"({"phase":"Running"})", R"(,"deletionTimestamp":"2026-11-24T20:15:20Z")")[2], "Terminating");
  const json restarted =
      status(R"({"phase":"Running","containerStatuses":[{"ready":true,"restartCount":2,"state":{"running":{}},
    "lastState":{"terminated":{"finishedAt":"2026-11-24T20:15:11Z"}}}]})");
  EXPECT_EQ(restarted[3], "2 (10s ago)");
}

TEST(Table, RowsCarryWhatWasAskedFor) {
  const Object pod = object(R"({"kind":"Pod","metadata":{"name":"p"},"spec":{"x":1}})");
  EXPECT_EQ(make_table(*resource_by_kind("Pod"), {pod}, "1", "Metadata", 0)["rows"][0]["object"]["kind"],
            "PartialObjectMetadata");
  EXPECT_EQ(make_table(*resource_by_kind("Pod"), {pod}, "1", "Object", 0)["rows"][0]["object"], *pod);
  EXPECT_FALSE(make_table(*resource_by_kind("Pod"), {pod}, "1", "None", 0)["rows"][0].contains("object"));
}

TEST(HumanDuration, AsKubernetesPrintsIt) {
  const std::pair<std::int64_t, const char*> table[] = {
      {0, "0s"},      {119, "119s"},    {120, "2m"},     {142, "2m22s"},    {600, "10m"},     {10'799, "179m"},
      {10'800, "3h"}, {11'000, "3h3m"}, {40'000, "11h"}, {200'000, "2d7h"}, {864'000, "10d"}, {-5, "<invalid>"}};
  for (const auto& [seconds, text] : table) EXPECT_EQ(human_duration(seconds), text) << seconds;
}

}  // namespace
}  // namespace straycat::cluster
