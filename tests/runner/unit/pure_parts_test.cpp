#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/agent_stream.hpp"
#include "runner/clock_keeper.hpp"
#include "runner/objects.hpp"
#include "runner/site.hpp"
#include "runner/steps.hpp"
#include "runner/world.hpp"

namespace straycat::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(ClockKeeper, SaysNothingUntilBothSidesAreKnown) {
  ClockKeeper keeper{"a0"};
  keeper.arrived({100}, {150});
  EXPECT_FALSE(keeper.tightened());
  keeper.seen({200}, {190});
  const auto bound = keeper.tightened();
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->vantage, "a0");
  EXPECT_EQ(bound->lower_ns, -50);
  EXPECT_EQ(bound->upper_ns, -10);
  EXPECT_FALSE(keeper.tightened());
}

TEST(ClockKeeper, KeepsTheTightestPairWhateverComesLater) {
  ClockKeeper keeper{"a0"};
  keeper.arrived({100}, {150});
  keeper.seen({200}, {190});
  (void)keeper.tightened();
  keeper.arrived({300}, {400});  // slower: no news
  keeper.seen({400}, {395});     // later seen: no news
  EXPECT_FALSE(keeper.tightened());
  keeper.arrived({500}, {530});
  EXPECT_EQ(keeper.tightened()->lower_ns, -30);
  keeper.seen({600}, {580});
  EXPECT_EQ(keeper.tightened()->upper_ns, -20);
}

// The true difference lies between the bounds, whatever the delays are.
TEST(ClockKeeper, AlwaysHoldsTheTruth) {
  const std::int64_t difference = -123'456'789;  // vantage = runner + difference
  ClockKeeper keeper{"a0"};
  std::int64_t now = 1'000'000'000;
  for (const std::int64_t delay : {900'000, 10, 5'000'000, 1, 70}) {
    keeper.arrived({now + difference}, {now + delay});
    keeper.seen({now}, {now + delay + difference});
    now += 1'000'000;
    if (const auto bound = keeper.tightened()) {
      EXPECT_LE(bound->lower_ns, difference);
      EXPECT_GE(bound->upper_ns, difference);
    }
  }
}

TEST(BeaconBook, KnowsTheLast256Writes) {
  BeaconBook book;
  for (int i = 0; i < 300; ++i) book.wrote(std::to_string(i), Stamp{i + 1});
  EXPECT_EQ(book.began("299"), Stamp{300});
  EXPECT_EQ(book.began("44"), Stamp{45});
  EXPECT_EQ(book.began("43"), std::nullopt);
  EXPECT_EQ(book.began("x"), std::nullopt);
}

std::string line(std::uint64_t number, const std::string& kind = "vantage.health", const std::string& clock = "a0") {
  return to_line(Event{.number = number, .kind = kind, .clock = clock, .at = Stamp{5}, .body = json::object()});
}

TEST(AgentStream, TakesRecordsInOrderAndOnlyOnce) {
  AgentStream stream{"a0"};
  EXPECT_FALSE(stream.introduced());
  EXPECT_TRUE(stream.take(line(0)));
  EXPECT_TRUE(stream.introduced());
  EXPECT_TRUE(stream.take(line(1)));
  for (std::uint64_t again : {0u, 1u})
    EXPECT_FALSE(stream.take(line(again)));  // the log from its start, after a reconnect
  EXPECT_TRUE(stream.take(line(2)));
  EXPECT_EQ(stream.missing(), 0u);
}

TEST(AgentStream, CountsWhatIsMissing) {
  AgentStream stream{"a0"};
  EXPECT_TRUE(stream.take(line(2)));
  EXPECT_EQ(stream.missing(), 2u);
  EXPECT_TRUE(stream.take(line(3)));
  EXPECT_TRUE(stream.take(line(10)));
  EXPECT_EQ(stream.missing(), 8u);
}

TEST(AgentStream, EndsWithItsSummary) {
  AgentStream stream{"a0"};
  EXPECT_TRUE(stream.take(line(0)));
  EXPECT_FALSE(stream.finished());
  EXPECT_TRUE(stream.take(line(1, "vantage.summary")));
  EXPECT_TRUE(stream.finished());
}

TEST(AgentStream, APodDoesNotSpeakForTheRunner) {
  AgentStream stream{"a0"};
  const std::string bad[] = {"",
                             "hello",
                             "{",
                             line(0, "run.ended"),
                             line(0, "header"),
                             line(0, "step.started"),
                             line(0, "clock.bound"),
                             line(0, "pod"),
                             line(0, "vantage.health", "a1"),
                             line(0, "vantage.health", "runner")};
  for (const auto& each : bad) EXPECT_FALSE(stream.take(each)) << each;
  EXPECT_EQ(stream.foreign(), std::size(bad) - 1);  // an empty line is none
  EXPECT_EQ(stream.first_foreign(), "hello");
  EXPECT_EQ(stream.missing(), 0u);
  EXPECT_FALSE(stream.introduced());
}

TEST(Names, NamespaceIsADnsLabelWithTheRunInIt) {
  EXPECT_EQ(namespace_name("service-selector", "abc123"), "straycat-service-selector-abc123");
  EXPECT_EQ(namespace_name("Über: my  Scenario!", "abc123"), "straycat-ber-my-scenario-abc123");
  EXPECT_EQ(namespace_name("--", "abc123"), "straycat-abc123");
  const auto longest = namespace_name(std::string(200, 'x'), "abc123");
  EXPECT_EQ(longest.size(), 63u);
  EXPECT_TRUE(longest.ends_with("-abc123"));
}

TEST(Names, RunIdsAreSixReadableCharacters) {
  EXPECT_EQ(make_run_id(1), make_run_id(1));
  EXPECT_NE(make_run_id(1), make_run_id(2));
  EXPECT_THAT(make_run_id(3), testing::MatchesRegex("[b-z2-9]{6}"));
}

TEST(Names, LabelledKeepsWhatIsThere) {
  const auto object = labelled(json{{"metadata", {{"name", "x"}, {"labels", {{"a", "b"}}}}}}, "ns", "id");
  EXPECT_EQ(
      object,
      (json{{"metadata", {{"name", "x"}, {"namespace", "ns"}, {"labels", {{"a", "b"}, {"straycat.dev/run", "id"}}}}}}));
  EXPECT_EQ(labelled(json{{"metadata", {{"namespace", "own"}}}}, "ns", "id")["metadata"]["namespace"], "own");
}

agent::Orders orders() {
  agent::Orders out;
  out.run = "id";
  out.ns = "ns";
  out.traffic.resize(2);
  out.traffic[0].service = "sayhi";
  out.traffic[1].service = "other";
  out.traffic[1].service_ns = "elsewhere";
  return out;
}

TEST(AgentObjects, MayReadSlicesAndServicesWhereItsServicesAreAndNothingElse) {
  const auto objects = agent_sign_in(orders());
  std::vector<std::string> seen;
  for (const auto& object : objects)
    seen.push_back(object["kind"].get<std::string>() + " " + object["metadata"]["namespace"].get<std::string>());
  EXPECT_THAT(seen,
              ElementsAre("ServiceAccount ns", "Role elsewhere", "RoleBinding elsewhere", "Role ns", "RoleBinding ns"));
  EXPECT_EQ(
      objects[1]["rules"],
      json::parse(R"([{"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get","list","watch"]},
                                                 {"apiGroups":[""],"resources":["services"],"verbs":["get","list","watch"]}])"));
  EXPECT_EQ(objects[2]["subjects"][0]["namespace"], "ns");
}

TEST(AgentObjects, PodIsOneLifeWithOrdersInItsEnvironmentAndFitsRestrictedPodSecurity) {
  const auto pod = agent_pod(orders(), "image");
  const auto& spec = pod["spec"];
  EXPECT_EQ(spec["restartPolicy"], "Never");
  EXPECT_EQ(spec["serviceAccountName"], "straycat-agent-id-a0");
  const auto& container = spec["containers"][0];
  EXPECT_FALSE(container.contains("args"));
  EXPECT_EQ(container["env"][0]["name"], "STRAYCAT_ORDERS");
  const auto told = agent::orders_from_json(json::parse(container["env"][0]["value"].get<std::string>()));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->traffic.size(), 2u);
  EXPECT_EQ(container["securityContext"]["capabilities"]["drop"][0], "ALL");
  EXPECT_EQ(spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
  for (const auto& [key, value] : pod["metadata"]["labels"].items())
    EXPECT_THAT(key, testing::StartsWith("straycat.dev/"));
}

TEST(AgentObjects, NothingRoutesToTheBeacon) {
  const auto slice = beacon_slice(orders());
  EXPECT_FALSE(slice["metadata"]["labels"].contains("kubernetes.io/service-name"));
  EXPECT_THAT(slice["endpoints"], IsEmpty());
}

json pod(const std::string& name, const std::string& phase, const std::string& version = "1") {
  return {{"metadata", {{"name", name}, {"uid", "u-" + name}, {"resourceVersion", version}}},
          {"status", {{"phase", phase}}}};
}

std::vector<std::string> ops(const std::vector<ObjectLine>& lines) {
  std::vector<std::string> out;
  for (const auto& each : lines)
    out.push_back(std::string(to_string(each.kind)) + " " + each.body["op"].get<std::string>() + " " +
                  each.body["object"]["meta"]["name"].get<std::string>());
  return out;
}

TEST(World, TellsOnlyWhatIsNew) {
  World world;
  EXPECT_THAT(ops(world.applied("Pod", pod("a", "Pending"))), ElementsAre("pod set a"));
  EXPECT_THAT(ops(world.applied("Pod", pod("a", "Pending", "2"))), IsEmpty());  // only its version moved
  EXPECT_THAT(ops(world.applied("Pod", pod("a", "Running", "3"))), ElementsAre("pod set a"));
  EXPECT_EQ(text_at(*world.find("Pod", "a"), {"metadata", "resourceVersion"}), "3");
  EXPECT_THAT(ops(world.deleted("Pod", pod("a", "Running", "4"))), ElementsAre("pod delete a"));
  EXPECT_THAT(ops(world.deleted("Pod", pod("a", "Running", "4"))), IsEmpty());
  EXPECT_EQ(world.find("Pod", "a"), nullptr);
}

TEST(World, SlicesAreAlwaysTold) {
  World world;
  const json slice{{"metadata", {{"name", "s"}, {"resourceVersion", "1"}}}};
  EXPECT_EQ(world.applied("EndpointSlice", slice).size(), 1u);
  EXPECT_EQ(world.applied("EndpointSlice", slice).size(), 1u);
}

TEST(World, ASliceThatIsGoneIsToldAsItWas) {
  World world;
  const json endpoint{{"addresses", {"10.0.0.1"}}};
  (void)world.applied("EndpointSlice", {{"metadata", {{"name", "s"}}}, {"endpoints", json::array({endpoint})}});
  EXPECT_EQ(world.slices().at("s").endpoints.size(), 1u);
  std::vector<ObjectLine> told;
  world.replaced("EndpointSlice", {}, [&told](const ObjectLine& line) { told.push_back(line); });
  ASSERT_THAT(ops(told), ElementsAre("slice delete s"));
  EXPECT_EQ(told[0].body["object"]["endpoints"].size(), 1u);
  EXPECT_TRUE(world.slices().empty());
}

TEST(World, AListSaysWhatIsGone) {
  World world;
  std::vector<ObjectLine> told;
  const auto tell = [&told](const ObjectLine& line) { told.push_back(line); };
  world.replaced("Pod", {pod("a", "Running"), pod("b", "Running")}, tell);
  told.clear();
  world.replaced("Pod", {pod("b", "Running"), pod("c", "Pending")}, tell);
  EXPECT_THAT(ops(told), ElementsAre("pod delete a", "pod set c"));
}

TEST(World, FindsThePodsOfAWorkloadThroughItsReplicaSets) {
  World world;
  const auto owned = [](json object, const char* kind, const char* name, const char* uid) {
    object["metadata"]["ownerReferences"] =
        json::array({json{{"kind", kind}, {"name", name}, {"uid", uid}, {"controller", true}}});
    return object;
  };
  const json deployment{{"kind", "Deployment"}, {"metadata", {{"name", "d"}, {"uid", "ud"}}}};
  const json set =
      owned(json{{"kind", "ReplicaSet"}, {"metadata", {{"name", "r"}, {"uid", "ur"}}}}, "Deployment", "d", "ud");
  (void)world.applied("Deployment", deployment);
  (void)world.applied("ReplicaSet", set);
  (void)world.applied("Pod", owned(pod("p", "Running"), "ReplicaSet", "r", "ur"));
  (void)world.applied("Pod", pod("alone", "Running"));
  const auto names = [&](const char* kind, const char* name) {
    std::vector<std::string> out;
    for (const auto& each : world.pods_of(kind, name)) out.push_back(each.meta.name);
    return out;
  };
  EXPECT_THAT(names("Deployment", "d"), ElementsAre("p"));
  EXPECT_THAT(names("ReplicaSet", "r"), ElementsAre("p"));
  EXPECT_THAT(names("Pod", "alone"), ElementsAre("alone"));
  EXPECT_THAT(names("Job", "d"), IsEmpty());
}

TEST(World, TheLogHoldsNoSecretOfAnObject) {
  World world;
  json secretive = pod("a", "Running");
  secretive["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "s3cret";
  secretive["spec"]["containers"] = json::array({json{{"name", "c"},
                                                      {"env", json::array({json{{"name", "K"}, {"value", "s3cret"}}})},
                                                      {"args", json::array({"s3cret"})}}});
  EXPECT_THAT(world.applied("Pod", secretive).at(0).body.dump(), Not(HasSubstr("s3cret")));
}

TEST(Site, ComparesVersions) {
  EXPECT_TRUE(as_new_as("10", "9"));
  EXPECT_TRUE(as_new_as("9", "9"));
  EXPECT_FALSE(as_new_as("9", "10"));
  EXPECT_TRUE(as_new_as("", "10"));
  EXPECT_TRUE(as_new_as("x", "10"));
}

TEST(Sequence, PhasesGoOnUntilTheNextOpens) {
  std::vector<plan::Step> steps(5);
  steps[1].phase = "calm";
  steps[3].phase = "stray";
  EXPECT_THAT(phases_of(steps), ElementsAre("", "calm", "calm", "stray", "stray"));
  EXPECT_FALSE(says_when_traffic_runs(steps));
  steps[2].action = plan::Traffic{};
  EXPECT_TRUE(says_when_traffic_runs(steps));
}

}  // namespace
}  // namespace straycat::runner
