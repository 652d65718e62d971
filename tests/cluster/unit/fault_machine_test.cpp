// When faults on order begin and end, and what becomes of them in pairs.
#include <csignal>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/faults/fault_keeper.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Strings = std::vector<std::string>;

FaultOrder fault_order(const std::string& id, Nanos lasts, FaultWord word = FaultWord::drop) {
  FaultOrder out{id, "ns", "f-" + id, {}, false};
  out.fault.word = word;
  out.fault.lasts = lasts;
  return out;
}

Strings in_words(const std::vector<FaultTodo>& all) {
  Strings out;
  for (const FaultTodo& todo : all) {
    if (const auto* one = std::get_if<fault_todo::Begin>(&todo)) out.push_back("begin " + one->order.id);
    if (const auto* one = std::get_if<fault_todo::End>(&todo)) out.push_back("end " + one->order.id);
    if (const auto* one = std::get_if<fault_todo::Rehearse>(&todo)) out.push_back("try " + one->order.id);
    if (const auto* one = std::get_if<fault_todo::Tell>(&todo))
      out.push_back(fmt::format("{} is {}{}", one->order.id, to_string(one->phase),
                                one->message.empty() ? "" : ": " + one->message));
  }
  return out;
}

struct FaultLife : testing::Test {
  FaultMachine machine;
  Stamp now{1'000'000'000};
  Strings feed(const FaultCame& came) { return in_words(machine.resume(came, now)); }
  Strings order(const FaultOrder& one, bool stop = false) { return feed(fault_came::Ordered{one, "", stop}); }
  Strings done(const std::string& id, Result<> result = {}) { return feed(fault_came::Done{id, std::move(result)}); }
};

TEST_F(FaultLife, LastsItsTimeAndNeverBeginsAgain) {
  const auto one = fault_order("a", 2s);
  EXPECT_THAT(order(one), ElementsAre("begin a"));
  EXPECT_EQ(machine.wake_at(), std::nullopt) << "it has not begun";
  EXPECT_THAT(done("a"), ElementsAre("a is Active"));
  EXPECT_EQ(machine.wake_at(), now + 2s);
  EXPECT_EQ(machine.active().size(), 1U);
  now = now + 1999ms;
  EXPECT_THAT(feed(fault_came::Tick{}), IsEmpty());
  now = now + 1ms;
  EXPECT_THAT(feed(fault_came::Tick{}), ElementsAre("end a", "a is Ended"));
  EXPECT_THAT(order(one), IsEmpty()) << "its own status, as it comes back from the store";
  EXPECT_THAT(feed(fault_came::Gone{"a"}), IsEmpty());
  EXPECT_THAT(machine.active(), IsEmpty());
}

TEST_F(FaultLife, WithoutATimeItIsOverAtOnce) {
  order(fault_order("a", 0s, FaultWord::kill));
  EXPECT_THAT(done("a"), ElementsAre("a is Active", "end a", "a is Ended"));
}

TEST_F(FaultLife, EndsWhenItIsAskedToOrItsObjectGoes) {
  order(fault_order("a", 60s));
  order(fault_order("b", 60s));
  done("a");
  done("b");
  EXPECT_THAT(order(fault_order("a", 60s), true), ElementsAre("end a", "a is Ended"));
  EXPECT_THAT(feed(fault_came::Gone{"b"}), ElementsAre("end b"));
  EXPECT_THAT(machine.active(), IsEmpty());
}

TEST_F(FaultLife, AskedToStopBeforeItHasBegunItEndsAsItBegins) {
  order(fault_order("a", 60s));
  EXPECT_THAT(order(fault_order("a", 60s), true), IsEmpty());
  EXPECT_THAT(done("a"), ElementsAre("a is Active", "end a", "a is Ended"));
}

TEST_F(FaultLife, WhatCannotBeDoneIsRefusedInItsWords) {
  order(fault_order("a", 2s));
  EXPECT_THAT(done("a", bad_input("no netem")), ElementsAre("a is Refused: no netem"));
  EXPECT_THAT(feed(fault_came::Ordered{fault_order("b", 2s), "fault: none is named", false}),
              ElementsAre("b is Refused: fault: none is named"));
  EXPECT_EQ(machine.wake_at(), std::nullopt);
}

TEST_F(FaultLife, ARehearsalDoesNothing) {
  auto one = fault_order("a", 2s);
  one.rehearsal = true;
  EXPECT_THAT(order(one), ElementsAre("try a"));
  EXPECT_THAT(done("a"), ElementsAre("a is Possible"));
  EXPECT_THAT(machine.active(), IsEmpty());
}

// --- the keeper, with hands that write down what they are told

struct FaultWorld : testing::Test {
  boost::asio::io_context io;
  Store store{io.get_executor()};
  Strings told;
  std::optional<FaultKeeper> keeper;
  std::set<std::string> gone{"gone"};  // pods in which nothing runs
  std::string no_delay;                // the address to which no delay can be set

  void SetUp() override {
    ASSERT_TRUE(store.create(json::parse(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"ns"}})")));
    FaultHands hands;
    hands.signal = [this](const std::string&, const std::string& pod, const std::string&, int number, bool) {
      if (gone.contains(pod)) return Result<>(bad_input("nothing runs in pod " + pod));
      told.push_back(fmt::format("signal {} {}", pod,
                                 number == SIGSTOP   ? "STOP"
                                 : number == SIGCONT ? "CONT"
                                                     : "other"));
      return Result<>();
    };
    hands.out_of_memory = [this](const std::string&, const std::string& pod, const std::string&) {
      told.push_back("oom " + pod);
      return Result<>();
    };
    hands.address_of = [](const std::string&, const std::string& pod) { return pod == "gone" ? "" : "10.0.0." + pod; };
    hands.set_network = [this](const std::vector<NetworkFault>& all) {
      std::string words = "network";
      for (const NetworkFault& one : all)
        words += fmt::format(" {} {}", to_string(one.word), one.addresses.empty() ? "-" : one.addresses.front());
      told.push_back(words);
      return Result<>();
    };
    hands.set_delay = [this](const std::string& address, Nanos length) {
      told.push_back(fmt::format("delay {} {}", address, format_duration(length)));
      return address == no_delay && length > Nanos{} ? Result<>(bad_input("no netem")) : Result<>();
    };
    hands.proxies["node1"] = {[this](bool stopped) { part("proxy stopped", stopped); },
                              [this](Nanos length) { part("proxy lags", length > Nanos{}); }};
    hands.proxies["node2"] = {[this](bool stopped) { part("second proxy stopped", stopped); },
                              [this](Nanos length) { part("second proxy lags", length > Nanos{}); }};
    hands.set_node_away = [this](const std::string& node, bool away) {
      if (node == "node1") return Result<>(bad_input("node1 is where the API server stands"));
      part(node + " away", away);
      return Result<>();
    };
    hands.set_api_away = [this](bool away) { part("api away", away); };
    hands.end_watches = [this](bool compact) { told.push_back(compact ? "compact" : "cut"); };
    hands.has_names = [] { return false; };
    hands.disturb_names = [this](FaultHow how, Nanos delay) {
      part("names fail", how != FaultHow::none);
      part("names late", delay > Nanos{});
    };
    keeper.emplace(io, store, std::move(hands));
  }
  std::set<std::string> parts;  // that are not as ever
  void part(const std::string& name, bool on) {
    if (on ? parts.insert(name).second : parts.erase(name) > 0) told.push_back(name + (on ? "" : " no more"));
  }
  Strings heard() { return std::exchange(told, {}); }
  void settle() {
    io.restart();
    io.poll();
  }
  void make(const std::string& name, const std::string& spec) {
    const auto made = store.create(json::parse(fmt::format(
        R"({{"apiVersion":"chaos.straycat.dev/v1alpha1","kind":"Fault","metadata":{{"name":"{}","namespace":"ns"}},"spec":{}}})",
        name, spec)));
    ASSERT_TRUE(made) << made.error().message;
    settle();
  }
  void remove(const std::string& name) {
    ASSERT_TRUE(store.remove("Fault", "ns", name));
    settle();
  }
  model::FaultStatus status(const std::string& name) { return model::fault_status(*store.get("Fault", "ns", name)); }
};

TEST_F(FaultWorld, TellsWhenItReallyBeganAndEnded) {
  make("kill", R"({"fault":"kill","pods":["1","2"]})");
  EXPECT_THAT(heard(), ElementsAre("signal 1 other", "signal 2 other"));
  const auto told_of = status("kill");
  EXPECT_EQ(told_of.phase, FaultPhase::ended);
  const auto begun = parse_wall(told_of.start_time);
  const auto ended = parse_wall(told_of.end_time);
  ASSERT_TRUE(begun && ended) << told_of.start_time;
  EXPECT_LE(*begun, *ended);
  EXPECT_LT(wall_now_ns() - *begun, 10'000'000'000);
}

TEST_F(FaultWorld, TwoOfTheNetworkStandSideBySideAndEndOneByOne) {
  make("a", R"({"fault":"drop","pods":["1"],"for":"1h"})");
  make("b", R"({"fault":"refuse","pods":["2"],"for":"1h"})");
  EXPECT_THAT(heard(), ElementsAre("network drop 10.0.0.1", testing::AnyOf("network drop 10.0.0.1 refuse 10.0.0.2",
                                                                           "network refuse 10.0.0.2 drop 10.0.0.1")));
  remove("a");
  EXPECT_THAT(heard(), ElementsAre("network refuse 10.0.0.2"));
  remove("b");
  EXPECT_THAT(heard(), ElementsAre("network"));
}

TEST_F(FaultWorld, APodThatTwoFaultsStopGoesOnAfterTheLast) {
  make("a", R"({"fault":"pause","pods":["1"],"for":"1h"})");
  make("b", R"({"fault":"pause","pods":["1"],"for":"1h"})");
  heard();
  remove("a");
  EXPECT_THAT(heard(), ElementsAre("signal 1 CONT", "signal 1 STOP"));
  remove("b");
  EXPECT_THAT(heard(), ElementsAre("signal 1 CONT"));
}

TEST_F(FaultWorld, APodThatIsGoneKeepsNoOtherStopped) {
  make("a", R"({"fault":"pause","pods":["1","2"],"for":"1h"})");
  EXPECT_THAT(heard(), ElementsAre("signal 1 STOP", "signal 2 STOP"));
  gone.insert("1");
  remove("a");
  EXPECT_THAT(heard(), ElementsAre("signal 2 CONT"));
}

TEST_F(FaultWorld, APauseThatIsRefusedLeavesNoPodStopped) {
  make("a", R"({"fault":"pause","pods":["1","gone","2"],"for":"1h"})");
  EXPECT_EQ(status("a").phase, FaultPhase::refused);
  EXPECT_EQ(status("a").message, "nothing runs in pod gone");
  EXPECT_THAT(heard(), ElementsAre("signal 1 STOP", "signal 2 STOP", "signal 1 CONT", "signal 2 CONT"));
  make("b", R"({"fault":"pause","pods":["1"],"for":"1h"})");
  heard();
  make("c", R"({"fault":"pause","pods":["1","gone"],"for":"1h"})");
  EXPECT_EQ(heard().back(), "signal 1 STOP") << "as the other, which is under way, says";
}

TEST_F(FaultWorld, ADelayThatIsRefusedIsTakenBack) {
  no_delay = "10.0.0.2";
  make("a", R"({"fault":"delay","pods":["1","2"],"delay":"100ms","for":"1h"})");
  EXPECT_EQ(status("a").message, "no netem");
  EXPECT_THAT(heard(),
              ElementsAre("delay 10.0.0.1 100ms", "delay 10.0.0.2 100ms", "delay 10.0.0.1 0s", "delay 10.0.0.2 0s"));
}

TEST_F(FaultWorld, PartsOfTheClusterAreAsAllFaultsTogetherSay) {
  make("a", R"({"fault":"proxyStop","for":"1h"})");
  make("b", R"({"fault":"proxyLag","delay":"2s","for":"1h"})");
  make("c", R"({"fault":"apiServerDown","for":"1h"})");
  EXPECT_THAT(heard(),
              ElementsAre("proxy stopped", "second proxy stopped", "proxy lags", "second proxy lags", "api away"));
  remove("a");
  EXPECT_THAT(heard(), ElementsAre("proxy stopped no more", "second proxy stopped no more"));
  remove("c");
  remove("b");
  EXPECT_THAT(heard(), ElementsAre("api away no more", "proxy lags no more", "second proxy lags no more"));
  make("e", R"({"fault":"dnsFail","how":"servfail","for":"1h"})");
  make("f", R"({"fault":"dnsDelay","delay":"1s","for":"1h"})");
  remove("e");
  remove("f");
  EXPECT_THAT(heard(), ElementsAre("names fail", "names late", "names fail no more", "names late no more"));
  make("d", R"({"fault":"watches","how":"compact"})");
  EXPECT_THAT(heard(), ElementsAre("compact"));
}

TEST_F(FaultWorld, OneNodesProxyIsItsOwnAffair) {
  make("a", R"({"fault":"proxyStop","node":"node2","for":"1h"})");
  EXPECT_THAT(heard(), ElementsAre("second proxy stopped"));
  make("b", R"({"fault":"proxyStop","for":"1h"})");
  EXPECT_THAT(heard(), ElementsAre("proxy stopped"));
  remove("b");
  EXPECT_THAT(heard(), ElementsAre("proxy stopped no more"));
  make("c", R"({"fault":"proxyStop","node":"node9","for":"1h","rehearsal":true})");
  EXPECT_EQ(status("c").phase, FaultPhase::refused);
  EXPECT_EQ(status("c").message, "there is no node node9 (there is node1, node2)");
}

TEST_F(FaultWorld, ANodeIsCutOffUntilTheLastFaultEnds) {
  make("a", R"({"fault":"nodeDown","node":"node2","for":"1h"})");
  EXPECT_THAT(heard(), ElementsAre("network nodeDown -", "node2 away", "second proxy stopped"));
  make("b", R"({"fault":"nodeDown","node":"node2","for":"1h"})");
  heard();
  remove("a");
  EXPECT_THAT(heard(), ElementsAre("network nodeDown -"));
  remove("b");
  EXPECT_THAT(heard(), ElementsAre("network", "node2 away no more", "second proxy stopped no more"));
  make("c", R"({"fault":"nodeDown","node":"node1","for":"1h","rehearsal":true})");
  EXPECT_EQ(status("c").message, "node1 is where the API server stands");
  make("d", R"({"fault":"nodeDown","node":"node9","for":"1h"})");
  EXPECT_EQ(status("d").message, "there is no node node9 (there is node1, node2)");
  heard();
  make("e", R"({"fault":"nodeDown","node":"node2","for":"1h"})");
  heard();
  make("f", R"({"fault":"nodeDown","node":"node2","for":"1h","rehearsal":true})");
  EXPECT_THAT(heard(), testing::IsEmpty()) << "a rehearsal brings no node back";
}

TEST_F(FaultWorld, TheLongestDelayOfAPodCounts) {
  make("a", R"({"fault":"delay","pods":["1"],"delay":"100ms","for":"1h"})");
  make("b", R"({"fault":"delay","pods":["1"],"delay":"300ms","for":"1h"})");
  heard();
  remove("b");
  EXPECT_THAT(heard(), ElementsAre("delay 10.0.0.1 100ms"));
  remove("a");
  EXPECT_THAT(heard(), ElementsAre("delay 10.0.0.1 0s"));
}

TEST_F(FaultWorld, SlowStartsAreAskedForByWorkload) {
  make("a", R"({"fault":"slowStart","workload":"Deployment/x","delay":"3s","for":"1h"})");
  EXPECT_EQ(keeper->start_delay("ns", "Deployment/x"), 3s);
  EXPECT_EQ(keeper->start_delay("ns", "Deployment/y"), 0s);
  EXPECT_EQ(keeper->start_delay("other", "Deployment/x"), 0s);
  remove("a");
  EXPECT_EQ(keeper->start_delay("ns", "Deployment/x"), 0s);
}

TEST_F(FaultWorld, WhatCannotBeDoneIsToldInTheStatus) {
  make("a", R"({"fault":"kill","pods":["gone"]})");
  EXPECT_EQ(status("a").phase, FaultPhase::refused);
  EXPECT_EQ(status("a").message, "nothing runs in pod gone");
  make("b", R"({"fault":"drop","pods":["gone"],"for":"1s"})");
  EXPECT_EQ(status("b").message, "pod gone has no address here");
  make("c", R"({"fault":"deletePod","pods":["1"]})");
  EXPECT_EQ(status("c").phase, FaultPhase::refused);
  EXPECT_EQ(validate(model::fault_object("x", {}, false)).size(), 1U) << "which the API server refuses";
}

TEST_F(FaultWorld, ARehearsalTriesTheRuleOnNobodyAndTakesItBack) {
  make("a", R"({"fault":"drop","for":"1s","rehearsal":true})");
  EXPECT_EQ(status("a").phase, FaultPhase::possible);
  EXPECT_THAT(heard(), ElementsAre("network drop 192.0.2.1", "network"));
  make("b", R"({"fault":"delay","delay":"1s","for":"1s","rehearsal":true})");
  EXPECT_THAT(heard(), ElementsAre("delay  1s"));
  make("c", R"({"fault":"dnsFail","how":"silence","for":"1s","rehearsal":true})");
  EXPECT_EQ(status("c").message, "the loopback fallback has no name server");
}

}  // namespace
}  // namespace straycat::cluster
