// The verb chaos: what is read, and what a person reads when it is wrong.
#include "world.hpp"

namespace straycat::scenario {
namespace {

World ordering(const std::string& fault) {
  World world;
  world.with("pause: 3s", "chaos: " + fault);
  return world;
}

plan::Chaos read_chaos(const std::string& fault) {
  const auto plan = ordering(fault).parse();
  EXPECT_TRUE(plan) << plan.error().message;
  return plan ? std::get<plan::Chaos>(plan->steps.at(3).action) : plan::Chaos();
}

TEST(Chaos, AllKeysOfAFault) {
  const auto drop =
      read_chaos("{drop: {target: deploy/sayhi, pods: 2, share: 30%, from: node, for: 5s, background: true}}");
  EXPECT_EQ(drop.fault.word, FaultWord::drop);
  EXPECT_EQ(drop.target, (plan::Target{"Deployment", "sayhi", ""}));
  EXPECT_EQ(drop.pods, 2);
  EXPECT_EQ(drop.fault.ppm, 300'000);
  EXPECT_EQ(drop.fault.from, FaultFrom::node);
  EXPECT_EQ(drop.fault.lasts, std::chrono::seconds{5});
  EXPECT_TRUE(drop.background);
  EXPECT_EQ(drop.place, "dir/world.yaml:16:13");
}

TEST(Chaos, TheOthers) {
  EXPECT_EQ(read_chaos("{kill: Deployment/sayhi}").fault.signal, "KILL");
  const auto kill = read_chaos("{kill: {target: Deployment/sayhi, pods: all, signal: TERM, container: sayhi}}");
  EXPECT_EQ(kill.pods, 0);
  EXPECT_EQ(kill.fault.signal, "TERM");
  EXPECT_EQ(kill.fault.container, "sayhi");
  EXPECT_EQ(read_chaos("{deletePod: {target: Job/cats, gracePeriod: 0s}}").grace, 0);
  EXPECT_EQ(read_chaos("{evict: Deployment/sayhi}").grace, std::nullopt);
  EXPECT_EQ(read_chaos("{proxyLag: {lag: 2s, for: 5s}}").fault.delay, std::chrono::seconds{2});
  EXPECT_EQ(read_chaos("{watches: compact}").fault.how, FaultHow::compact);
  EXPECT_EQ(read_chaos("{dnsFail: {answers: nxdomain, for: 1s}}").fault.how, FaultHow::nxdomain);
  EXPECT_EQ(read_chaos("{connections: {atMost: 9, for: 5s}}").fault.limit, 9);
  EXPECT_TRUE(read_chaos("{apiServerDown: {for: 1s}}").target.kind.empty());
}

TEST(Chaos, WordsOfAStep) {
  const auto words = [](const std::string& fault) { return plan::describe({"x", "", read_chaos(fault)}); };
  EXPECT_EQ(words("{drop: {target: Deployment/sayhi, share: 30%, for: 5s}}"),
            "chaos: drop 30% of the connections to 1 pod of Deployment/sayhi for 5s");
  EXPECT_EQ(words("{kill: {target: Deployment/sayhi, pods: all}}"),
            "chaos: send SIGKILL to all pods of Deployment/sayhi");
  EXPECT_EQ(words("{proxyStop: {for: 5s}}"), "chaos: kube-proxy stands still for 5s");
  EXPECT_EQ(words("{drain: {target: Deployment/sayhi, for: 5s}}"), "chaos: drain the node of Deployment/sayhi for 5s");
}

struct ChaosRow {
  const char* fault;
  const char* expected;
};
const ChaosRow chaos_rows[] = {
    {"{}", "16:12: \"chaos\" needs one of the keys kill, oom, deletePod"},
    {"{dropp: {target: Deployment/sayhi, for: 1s}}", "16:13: unknown key \"dropp\" (did you mean \"drop\"?)"},
    {"{kill: Deployment/sayhi, oom: Deployment/sayhi}",
     "16:37: \"oom\" beside \"kill\": a chaos takes only one of them"},
    {"{drop: {target: Deployment/sayhi}}", "16:19: \"drop\" needs the key for"},
    {"{drop: {target: Deployment/sayhi, for: 1s, signal: TERM}}",
     "16:55: unknown key \"signal\" in \"drop\": it knows"},
    {"{drop: {target: Deployment/sayhi, for: 0s}}", "16:51: 0s is no time at all"},
    {"{drop: {target: Deployment/sayhi, for: 1s, share: 130%}}", "16:62: \"share\" takes a share such as 30%"},
    {"{drop: {target: Deployment/sayhi, for: 1s, share: 0.0%}}", "16:62: a share below one in a million is no fault"},
    {"{lose: {target: Deployment/sayhi, for: 1s, share: 0.00001%}}", "16:62: a share below one in a million"},
    {"{cordon: {target: Deployment/sayhi, for: 1s, background: true}}", "16:57: unknown key \"background\""},
    {"{apiServerDown: {for: 1s, background: true}}", "16:38: unknown key \"background\""},
    {"{drop: {target: Deployment/sayhi, for: 1s, pods: none}}", "16:61: \"pods\" takes all, not \"none\""},
    {"{drop: {target: Deployment/sayhi, for: 1s, pods: 0}}", "16:61: \"pods\" takes a number of pods from 1 to 1000"},
    {"{drop: {target: Service/sayhi, for: 1s}}", "16:28: \"chaos\" works on a Pod, Deployment"},
    {"{drop: {target: Deployment/other, for: 1s}}", "16:28: chaos names Deployment/other, which no step applies"},
    {"{kill: {target: Deployment/sayhi, signal: STOP}}", "16:54: \"signal\" takes one of KILL, TERM"},
    {"{deletePod: {target: Job/cats, gracePeriod: 1.5s}}", "16:56: 1.5s is not of whole seconds"},
    {"{slowStart: {target: Deployment/sayhi, for: 1s}}", "16:24: \"slowStart\" needs the key delay"},
    {"{watches: stop}", "16:22: \"watches\" takes one of cut, compact, not \"stop\""},
};

TEST(Chaos, ErrorsPoint) {
  for (const ChaosRow& row : chaos_rows) {
    const std::string said = ordering(row.fault).error();
    EXPECT_NE(said.find(std::string("dir/world.yaml:") + row.expected), std::string::npos)
        << row.fault << "\nsays: " << said;
  }
}

}  // namespace
}  // namespace straycat::scenario
