#include <future>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/kinds/json_help.hpp"
#include "cluster/support/api_world.hpp"
#include "cluster/support/recording.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

using testing::HasSubstr;
using testing_world::ApiWorld;
using testing_world::FakeLogs;

constexpr const char* config_maps = "/api/v1/namespaces/default/configmaps";

std::vector<json> events_of(const std::string& body) {
  std::vector<json> out;
  std::istringstream lines{body};
  for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line));
  return out;
}

struct ApiServerTest : testing::Test {
  ApiWorld world;

  json create_map(const std::string& name) {
    const auto made = world.send("POST", config_maps, R"({"metadata":{"name":")" + name + R"("},"data":{"k":"v"}})");
    EXPECT_EQ(made.code, 201) << made.body;
    return made.object();
  }
};

TEST_F(ApiServerTest, CreatesReadsAndDeletesOverTls) {
  const auto made = create_map("a");
  EXPECT_EQ(made["kind"], "ConfigMap");
  const auto read = world.get(std::string(config_maps) + "/a");
  EXPECT_EQ(read.code, 200);
  EXPECT_EQ(read.object(), made);
  EXPECT_THAT(read.head, HasSubstr("Content-Type: application/json"));
  EXPECT_EQ(world.send("DELETE", std::string(config_maps) + "/a", "").object()["status"], "Success");
  EXPECT_EQ(world.get(std::string(config_maps) + "/a").code, 404);
}

TEST_F(ApiServerTest, KeepsConnectionsAlive) {
  const auto token = "Authorization: Bearer " + world.tokens().admin();
  const auto text = world.raw("GET /version HTTP/1.1\r\nHost: x\r\n" + token +
                              "\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("v1.36.3+straycat"));
  EXPECT_THAT(text, testing::EndsWith("\r\n\r\nok"));
}

TEST_F(ApiServerTest, RefusesBrokenHttp) {
  EXPECT_THAT(world.raw("NONSENSE\r\n\r\n"), HasSubstr("400 Bad Request"));
  EXPECT_THAT(world.raw("POST /api HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"), HasSubstr("413"));
}

TEST_F(ApiServerTest, KnowsWhoCalls) {
  const auto pods = "/api/v1/namespaces/straycat-demo/pods";
  const auto anonymous = world.request("GET", pods, {}, "", "");
  EXPECT_EQ(anonymous.code, 403);
  EXPECT_EQ(anonymous.object()["message"],
            "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" in the "
            "namespace \"straycat-demo\"");
  EXPECT_EQ(world.request("GET", pods, {}, "", "wrong").object(),
            json::parse(R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized",
                            "reason":"Unauthorized","code":401})"));
  EXPECT_EQ(world.request("GET", "/readyz", {}, "", "").code, 200);
}

TEST_F(ApiServerTest, ServiceAccountsMayDoWhatTheirRolesSay) {
  const auto token = world.tokens().issue_token("default", "agent");
  const auto slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  EXPECT_EQ(world.request("GET", slices, {}, "", token).code, 403);
  world.with_store([](Store& store) {
    EXPECT_TRUE(store.create(json::parse(R"({"kind":"Role","metadata":{"name":"r","namespace":"default"},
      "rules":[{"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get","list","watch"]}]})")));
    EXPECT_TRUE(store.create(json::parse(R"({"kind":"RoleBinding","metadata":{"name":"b","namespace":"default"},
      "roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"agent","namespace":"default"}]})")));
  });
  EXPECT_EQ(world.request("GET", slices, {}, "", token).code, 200);
  EXPECT_EQ(world.request("POST", slices, {}, "{}", token).code, 403);
  EXPECT_EQ(world.request("GET", "/apis/discovery.k8s.io/v1/endpointslices", {}, "", token).code, 403)
      << "not beyond its namespace";
  EXPECT_EQ(world.request("GET", "/version", {}, "", token).code, 200);
}

TEST_F(ApiServerTest, WatchesFromARevision) {
  const auto first = create_map("a");
  create_map("b");
  const auto watch = world.get(std::string(config_maps) + "?watch=1&timeoutSeconds=1&resourceVersion=" +
                               text_at(first, "/metadata/resourceVersion"));
  EXPECT_EQ(watch.code, 200);
  const auto events = events_of(watch.body);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["type"], "ADDED");
  EXPECT_EQ(events[0]["object"]["metadata"]["name"], "b");
}

// Faults on order.
TEST_F(ApiServerTest, HangsUpOnEverybodyWhileItIsAway) {
  world.with_server([](ApiServer& server) { server.set_away(true); });
  EXPECT_ANY_THROW((void)world.get("/readyz"));
  world.with_server([](ApiServer& server) { server.set_away(false); });
  EXPECT_EQ(world.get("/readyz").code, 200);
}

TEST_F(ApiServerTest, WatchesThatAreEndedGoOnUnlessTheirHistoryIsGone) {
  const auto start = text_at(create_map("a"), "/metadata/resourceVersion");
  const auto target = std::string(config_maps) + "?watch=1&timeoutSeconds=60&resourceVersion=";
  auto answer = std::async(std::launch::async, [&] { return world.get(target + start); });
  // As soon as the watch is there it is ended: long before its own time.
  while (answer.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready)
    world.with_server([](ApiServer& server) { server.end_watches(); });
  EXPECT_EQ(answer.get().code, 200);
  create_map("b");
  EXPECT_THAT(world.get(std::string(config_maps) + "?watch=1&timeoutSeconds=1&resourceVersion=" + start).body,
              HasSubstr("ADDED"));
  world.with_store([](Store& store) { store.compact(); });
  EXPECT_THAT(world.get(std::string(config_maps) + "?watch=1&timeoutSeconds=1&resourceVersion=" + start).body,
              HasSubstr("Expired"));
}

TEST_F(ApiServerTest, AWatchOverAWebSocketIsEndedLikeAnyOther) {
  const auto begun = std::chrono::steady_clock::now();
  auto answer = std::async(std::launch::async, [&] {
    return world.raw(
        "GET " + std::string(config_maps) +
        "?watch=1&timeoutSeconds=60 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " +
        world.tokens().admin() + "\r\n\r\n");
  });
  while (answer.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready)
    world.with_server([](ApiServer& server) { server.end_watches(); });
  EXPECT_THAT(answer.get(), HasSubstr("101 Switching Protocols"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30)) << "long before its own time";
}

TEST_F(ApiServerTest, WatchesLiveChangesOfWhatTheSelectorPicks) {
  const auto start = text_at(create_map("other"), "/metadata/resourceVersion");
  auto answer = std::async(std::launch::async, [&] {
    return world.get(std::string(config_maps) +
                     "?watch=1&timeoutSeconds=2&labelSelector=x%3Dy&resourceVersion=" + start);
  });
  // Whether these writes come before or after the watch begins, it must tell the same story.
  const auto write = [&](const char* patch) {
    return world.send("PATCH", std::string(config_maps) + "/a", patch, "application/merge-patch+json");
  };
  world.with_store([](Store& store) {
    EXPECT_TRUE(store.create(
        json::parse(R"({"kind":"ConfigMap","metadata":{"name":"a","namespace":"default","labels":{"x":"y"}}})")));
    EXPECT_TRUE(store.mutate("ConfigMap", "default", "other", [](json& object) {
      object["data"]["k"] = "w";
      return true;
    }));
  });
  EXPECT_EQ(write(R"({"data":{"k":"w"}})").code, 200);
  EXPECT_EQ(write(R"({"metadata":{"labels":{"x":"z"}}})").code, 200);
  std::vector<std::string> types;
  for (const auto& event : events_of(answer.get().body)) {
    types.push_back(event["type"]);
    EXPECT_EQ(event["object"]["metadata"]["name"], "a");
  }
  EXPECT_THAT(types, testing::ElementsAre("ADDED", "MODIFIED", "DELETED"))
      << "what stops matching goes away for this watch";
}

TEST_F(ApiServerTest, WatchListEndsWithABookmark) {
  create_map("a");
  const auto watch = world.get(
      std::string(config_maps) +
      "?watch=1&timeoutSeconds=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
  const auto events = events_of(watch.body);
  ASSERT_GE(events.size(), 2U);
  EXPECT_EQ(events[0]["type"], "ADDED");
  EXPECT_EQ(events[1]["type"], "BOOKMARK");
  EXPECT_EQ(events[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
}

TEST_F(ApiServerTest, AForgottenRevisionIsAnErrorInsideTheStream) {
  create_map("a");
  world.with_store([](Store& store) {
    for (int i = 0; i < 4200; ++i) {
      EXPECT_TRUE(store.mutate("ConfigMap", "default", "a", [&](json& object) {
        object["data"]["k"] = std::to_string(i);
        return true;
      }));
    }
  });
  const auto watch = world.get(std::string(config_maps) + "?watch=1&resourceVersion=1&timeoutSeconds=3");
  EXPECT_EQ(watch.code, 200);
  const auto events = events_of(watch.body);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["type"], "ERROR");
  EXPECT_EQ(events[0]["object"]["code"], 410);
  EXPECT_THAT(events[0]["object"]["message"].get<std::string>(), HasSubstr("too old resource version: 1 ("));
}

TEST_F(ApiServerTest, FollowsALogUntilItsEnd) {
  world.with_store([](Store& store) {
    EXPECT_TRUE(store.create(json::parse(
        R"({"kind":"Pod","metadata":{"name":"p","namespace":"default"},"spec":{"containers":[{"name":"c","image":"x"}]}})")));
  });
  world.with_logs(
      [](FakeLogs& logs) { logs.lines = {{1'795'441'133'244'212'195, "one"}, {1'795'441'134'000'000'005, "two"}}; });
  const auto path = std::string("/api/v1/namespaces/default/pods/p/log");
  EXPECT_EQ(world.get(path).body, "one\ntwo\n");
  EXPECT_EQ(world.get(path + "?tailLines=1&timestamps=true").body, "2026-11-23T13:38:54.000000005Z two\n");
  EXPECT_EQ(world.get(path + "?container=d").object()["message"], "container d is not valid for pod p");
  auto followed = std::async(std::launch::async, [&] { return world.get(path + "?follow=true").body; });
  for (bool told = false; !told;) {  // until the follower is there
    world.with_logs([&](FakeLogs& logs) {
      if (!logs.on_line) return;
      logs.on_line({0, "three"});
      logs.on_end();
      told = true;
    });
  }
  EXPECT_EQ(followed.get(), "one\ntwo\nthree\n");
}

TEST_F(ApiServerTest, AFollowedLogReadsAsTheRecordedOne) {
  std::vector<LogLine> lines;
  std::string expected;
  std::istringstream recorded{testing_world::read_recording("log-follow-job-pod").body};
  for (std::string line; std::getline(recorded, line) && line != "<eof>";) {
    const auto space = line.find(' ');
    const auto written = parse_wall(line.substr(0, space));
    ASSERT_TRUE(written) << line;
    lines.push_back({*written, line.substr(space + 1)});
    expected += line + "\n";
  }
  ASSERT_EQ(lines.size(), 10U);
  world.with_store([](Store& store) {
    EXPECT_TRUE(store.create(json::parse(
        R"({"kind":"Pod","metadata":{"name":"p","namespace":"default"},"spec":{"containers":[{"name":"c","image":"x"}]}})")));
  });
  world.with_logs([&](FakeLogs& logs) { logs.lines = lines; });
  const auto answer = world.get("/api/v1/namespaces/default/pods/p/log?timestamps=true");
  EXPECT_EQ(answer.body, expected);
  EXPECT_THAT(answer.head, HasSubstr("Content-Type: text/plain\r\n"));
}

TEST_F(ApiServerTest, ProxiesSayWhichEndpointRefused) {
  world.with_store([](Store& store) {
    for (const char* text :
         {R"({"kind":"Pod","metadata":{"name":"p","namespace":"default"},
                                 "spec":{"containers":[{"name":"c","image":"x"}]},"status":{"podIP":"127.0.0.1"}})",
          R"({"kind":"Service","metadata":{"name":"s","namespace":"default"},"spec":{"ports":[{"port":80}]}})",
          R"({"kind":"EndpointSlice","metadata":{"name":"s-1","namespace":"default",
                                 "labels":{"kubernetes.io/service-name":"s"}},"addressType":"IPv4",
                                 "endpoints":[{"addresses":["127.0.0.1"]}],"ports":[{"name":"","port":1}]})"}) {
      EXPECT_TRUE(store.create(json::parse(text)));
    }
  });
  const std::pair<const char*, const char*> targets[] = {{"pod-proxy-job", "pods/p:1"},
                                                         {"service-proxy-1", "services/s:80"}};
  for (const auto& [name, target] : targets) {
    auto recorded = testing_world::read_recording(name);
    const auto address = recorded.body.find("10.244.0.51:3000");
    ASSERT_NE(address, std::string::npos);
    recorded.body.replace(address, 16, "127.0.0.1:1");  // where nobody listens here
    const auto refused = world.get(std::string("/api/v1/namespaces/default/") + target + "/proxy/hi");
    EXPECT_EQ(refused.code, recorded.code) << name;
    EXPECT_EQ(refused.object(), recorded.object()) << name;
  }
}

TEST_F(ApiServerTest, SurvivesClientsThatHangUp) {
  const auto watch = "GET " + std::string(config_maps) + "?watch=1 HTTP/1.1\r\nAuthorization: Bearer " +
                     world.tokens().admin() + "\r\n\r\n";
  create_map("a");
  for (int i = 0; i < 20; ++i) EXPECT_THAT(world.hang_up_after_answer(watch), HasSubstr("200 OK"));
  create_map("b");  // written to whoever is still thought to be there
  EXPECT_EQ(world.get("/readyz").body, "ok");
}

}  // namespace
}  // namespace straycat::cluster
