#include "kube/watch_machine.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/support/watch_script.hpp"

namespace straycat::kube {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using State = WatchMachine::State;

TEST_F(WatchMachineTest, ListsThenWatchesFromThere) {
  EXPECT_EQ(start().action, (WatchAction{FetchPage{500, "", false}}));
  EXPECT_EQ(machine.state(), State::listing);
  const auto step = listed(10, list(5, {object("a", 3), object("b", 4)}));
  EXPECT_THAT(told(step), ElementsAre("replaced a,b"));
  EXPECT_EQ(version_of(step), "5");
  EXPECT_EQ(machine.state(), State::listed);
  EXPECT_THAT(told(opened(12)), ElementsAre("gap 0-12 late"));
  EXPECT_EQ(machine.state(), State::watching);
}

TEST_F(WatchMachineTest, ListItemsBecomeWholeObjects) {
  start();
  const auto step = listed(10, list(5, {object("a", 3)}));
  const auto& replaced = std::get<WatchReplaced>(step.items.at(0));
  EXPECT_EQ(replaced.objects.at(0)["kind"], "Pod");
  EXPECT_EQ(replaced.objects.at(0)["apiVersion"], "v1");
}

TEST_F(WatchMachineTest, WhoWroteWhichFieldIsNotKept) {
  start();
  const std::string item = R"({"metadata":{"name":"a","resourceVersion":"3","managedFields":[{"manager":"m"}]}})";
  const auto kept = [](const json& object) { return object["metadata"].contains("managedFields"); };
  const auto step = listed(10, list(5, {item}));
  EXPECT_FALSE(kept(std::get<WatchReplaced>(step.items.at(0)).objects.at(0)));
  opened(12);
  const auto applied =
      bytes(20, R"({"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"6","managedFields":[]}}})"
                "\n");
  EXPECT_FALSE(kept(std::get<WatchApplied>(applied.items.at(0)).object));
}

TEST_F(WatchMachineTest, AsksForAStreamThatEndsAndIsFoundDeadSoonAfter) {
  start();
  const auto step = listed(10, list(5));
  const auto& open = std::get<OpenStream>(step.action);
  EXPECT_GE(open.timeout, 60s);
  EXPECT_LE(open.timeout, 90s);
  EXPECT_EQ(open.idle, open.timeout + 10s);
}

TEST_F(WatchMachineTest, ReadsAllPagesBeforeItTells) {
  start();
  const auto first = listed(10, list(5, {object("a", 1)}, "next"));
  EXPECT_THAT(told(first), IsEmpty());
  EXPECT_EQ(first.action, (WatchAction{FetchPage{500, "next", false}}));
  EXPECT_THAT(told(listed(20, list(5, {object("b", 2)}))), ElementsAre("replaced a,b"));
}

TEST_F(WatchMachineTest, AListThatExpiresBetweenPagesStartsAgainAllAtOnce) {
  start();
  listed(10, list(5, {object("a", 1)}, "next"));
  const auto expired = listed(20, answer(410, status(410, "Expired")));
  EXPECT_EQ(expired.action, (WatchAction{FetchPage{0, "", false}}));
  EXPECT_THAT(told(listed(30, list(9, {object("b", 2)}))), ElementsAre("replaced b"));
}

TEST_F(WatchMachineTest, TellsChangesInOrder) {
  watching();
  const auto step = bytes(20, event("ADDED", "b", 6) + event("MODIFIED", "a", 7) + event("DELETED", "b", 8));
  EXPECT_THAT(told(step), ElementsAre("applied b@6", "applied a@7", "deleted b@8"));
  EXPECT_EQ(step.action, WatchAction{KeepReading{}});
}

TEST_F(WatchMachineTest, AnEventInPiecesIsOneEvent) {
  watching();
  const auto text = event("ADDED", "b", 6);
  for (std::size_t i = 0; i + 1 < text.size(); ++i) ASSERT_THAT(told(bytes(20, text.substr(i, 1))), IsEmpty());
  EXPECT_THAT(told(bytes(21, "\n")), ElementsAre("applied b@6"));
}

TEST_F(WatchMachineTest, ABookmarkMovesTheVersionAndSaysNothing) {
  watching();
  EXPECT_THAT(told(bytes(30'000, event("BOOKMARK", "", 90))), IsEmpty());
  EXPECT_EQ(version_of(machine.resume(StreamEnded{at(60'000)})), "90");
}

TEST_F(WatchMachineTest, AStreamThatReachedItsTimeIsResumedAtOnceAndBlindOnlyBetween) {
  watching();
  bytes(20, event("ADDED", "b", 6));
  const auto ended = machine.resume(StreamEnded{at(60'000)});
  EXPECT_EQ(version_of(ended), "6");
  EXPECT_THAT(told(opened(60'003)), ElementsAre("gap 60000-60003 late"));
}

TEST_F(WatchMachineTest, ABrokenStreamWasBlindSinceItsLastByte) {
  watching();
  bytes(20, event("ADDED", "b", 6));
  ASSERT_TRUE(sleeps(broke(5'000)));
  EXPECT_EQ(version_of(woke(5'100)), "6");
  EXPECT_THAT(told(opened(5'102)), ElementsAre("gap 20-5102 late"));
}

TEST_F(WatchMachineTest, AStreamThatEndsAtOnceIsNotReopenedWithoutAPause) {
  watching();
  EXPECT_TRUE(sleeps(machine.resume(StreamEnded{at(20)})));
}

TEST_F(WatchMachineTest, HalfALineIsNoEventAndEndsTheSightAtTheLastWholeOne) {
  watching();
  bytes(20, event("ADDED", "b", 6) + R"({"type":"ADDED","obj)");
  EXPECT_TRUE(sleeps(machine.resume(StreamEnded{at(9'000)})));
  EXPECT_EQ(version_of(woke(9'100)), "6");
  EXPECT_THAT(told(opened(9'200)), ElementsAre("gap 20-9200 late"));
}

struct Junk {
  const char* name;
  std::string text;
};
struct JunkTest : WatchMachineTest, testing::WithParamInterface<Junk> {};

TEST_P(JunkTest, EndsTheStreamAndIsNeverBelieved) {
  watching();
  bytes(20, event("ADDED", "b", 6));
  const auto step = bytes(30, GetParam().text + "\n" + event("ADDED", "c", 7));
  EXPECT_THAT(told(step), IsEmpty());
  EXPECT_TRUE(sleeps(step));
  EXPECT_EQ(version_of(woke(100)), "6");
  EXPECT_THAT(told(opened(110)), ElementsAre("gap 20-110 late"));
}

INSTANTIATE_TEST_SUITE_P(
    All, JunkTest,
    testing::Values(Junk{"Html", "<html><body>Bad gateway</body></html>"},
                    Junk{"HalfJson", R"({"type":"ADDED","object":{)"},
                    Junk{"NotAnEvent", R"({"kind":"Status","code":500})"},
                    Junk{"NoVersion", R"({"type":"ADDED","object":{"metadata":{}}})"},
                    Junk{"UnknownType", R"({"type":"MOVED","object":{"metadata":{"resourceVersion":"9"}}})"},
                    Junk{"ObjectIsNone", R"({"type":"ADDED","object":7})"}, Junk{"Array", "[1,2]"},
                    Junk{"HugeNumber", R"({"type":1e999})"}, Junk{"Deep", std::string(100'000, '[')}),
    [](const auto& each) { return each.param.name; });

TEST_F(WatchMachineTest, ALineWithoutEndIsNotKeptForEver) {
  WatchMachine small{{.resource = *resource_for_kind("Pod"), .seed = 1, .longest_line = 1000}};
  small.resume(WatchStart{at(0)});
  small.resume(ListAnswered{at(1), list(5)});
  small.resume(StreamOpened{at(2), "application/json"});
  EXPECT_TRUE(sleeps(small.resume(StreamBytes{at(3), std::string(2000, 'x')})));
}

TEST_F(WatchMachineTest, ALineInPiecesIsFoundWhereverItIsCut) {
  watching();
  const std::string two = event("ADDED", "b", 6) + event("ADDED", "c", 7);
  for (std::size_t cut = 1; cut < two.size(); ++cut) {
    machine = WatchMachine{{.resource = *resource_for_kind("Pod"), .seed = 1}};
    watching();
    auto all = told(bytes(20, std::string_view{two}.substr(0, cut)));
    for (const auto& more : told(bytes(21, std::string_view{two}.substr(cut)))) all.push_back(more);
    EXPECT_THAT(all, ElementsAre("applied b@6", "applied c@7")) << cut;
  }
}

// Whoever follows a watch keeps what it tells: what a server only makes up must not stay for ever.
struct FloodTest : testing::Test {
  WatchMachine machine{{.resource = *resource_for_kind("Pod"), .seed = 1, .most_changes = 1000, .flood = 10s}};
  int version = 5;

  WatchStep list_and_open(std::int64_t when, const net::Response& all) {
    auto step = machine.resume(ListAnswered{at(when), all});
    machine.resume(StreamOpened{at(when + 1), "application/json"});
    return step;
  }
  // Until the machine wants something else than reading on.
  WatchStep flood(std::int64_t when) {
    for (;;) {
      auto step = machine.resume(StreamBytes{at(when), event("ADDED", fmt::format("b{}", version), ++version)});
      if (!std::holds_alternative<KeepReading>(step.action)) return step;
    }
  }
};

TEST_F(FloodTest, AfterManyChangesTheListIsReadAnew) {
  machine.resume(WatchStart{at(0)});
  list_and_open(1, list(5));
  const auto step = flood(20'000);
  EXPECT_THAT(told(step), ElementsAre(StartsWith("applied b")));
  EXPECT_TRUE(WatchMachineTest::lists(step));
  EXPECT_THAT(told(list_and_open(20'100, list(50, {object("a", 3)}))),
              ElementsAre("gap 20000-20100 lost", "replaced a"));
}

TEST_F(FloodTest, ABigListMayHaveMoreChanges) {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back(object(fmt::format("pod-{}", i), 3));
  machine.resume(WatchStart{at(0)});
  list_and_open(1, list(5, many));
  const int before = version;
  flood(20'000);
  EXPECT_GT(version - before, 150);
}

TEST_F(FloodTest, WithoutEndIsDeniedAndSaysWhy) {
  machine.resume(WatchStart{at(0)});
  list_and_open(1, list(5));
  EXPECT_TRUE(WatchMachineTest::lists(flood(1'000)));
  list_and_open(1'100, list(100));
  EXPECT_TRUE(WatchMachineTest::lists(flood(2'000)));
  list_and_open(2'100, list(200));
  const auto step = flood(3'000);
  EXPECT_EQ(step.action, WatchAction{Stop{}});
  ASSERT_EQ(step.items.size(), 2u);  // the list told of version 200: what comes is older, and told already
  EXPECT_THAT(told(step), ElementsAre("gap 3000-3000 lost", "denied 200"));
  EXPECT_THAT(std::get<WatchDenied>(step.items[1]).error.message,
              HasSubstr("has no end: 0 MiB of changes within 900ms"));
}

TEST_F(FloodTest, AServerThatHasMuchToSayInItsTimeIsNeverDenied) {
  machine.resume(WatchStart{at(0)});
  for (int i = 0; i < 20; ++i) {
    list_and_open(i * 20'000 + 1, list(++version));
    EXPECT_TRUE(WatchMachineTest::lists(flood(i * 20'000 + 19'000)));
  }
}

TEST_F(WatchMachineTest, WhatIsNoListIsDeniedWhenThereNeverWasOne) {
  const char* junk[] = {"[]", "null", R"({"kind":7})", R"({"kind":"PodList"})", R"({"kind":"PodList","items":[7]})"};
  start();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(sleeps(listed(10, answer(200, junk[i])))) << junk[i];
  EXPECT_THAT(told(listed(10, answer(200, junk[4]))), ElementsAre("denied 200"));
}

TEST_F(WatchMachineTest, WhatIsNoListIsWaitedOutWhenThereWasOne) {
  watching();
  broke(20);
  bytes(21, "");
  machine.resume(StreamRefused{at(22), answer(410, status(410, "Expired"))});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(sleeps(listed(30 + i, answer(200, "{}"))));
  // The stream that broke had brought nothing: what the list tells is the last that is known.
  EXPECT_THAT(told(listed(60, list(9))), ElementsAre("gap 0-60 lost", "replaced "));
}

TEST_F(WatchMachineTest, AListWithoutEndIsNotKeptForEver) {
  WatchMachine small{{.resource = *resource_for_kind("Pod"), .seed = 1, .longest_list = 1000}};
  small.resume(WatchStart{at(0)});
  WatchStep step;
  int pages = 0;
  do step = small.resume(ListAnswered{at(++pages), list(5, {object("a", 3)}, "more")});
  while (std::get_if<FetchPage>(&step.action) != nullptr && !std::get<FetchPage>(step.action).continue_token.empty());
  EXPECT_LT(pages, 20);
}

TEST_F(WatchMachineTest, AProxysPageIsNoStream) {
  start();
  listed(10, list(5));
  const auto step = opened(12, "text/html");
  EXPECT_THAT(told(step), IsEmpty());
  EXPECT_TRUE(sleeps(step));
  EXPECT_EQ(version_of(woke(100)), "5");
  EXPECT_THAT(told(opened(110)), ElementsAre("gap 0-110 late"));
}

TEST_F(WatchMachineTest, AProxysPageIsNoList) {
  start();
  EXPECT_TRUE(sleeps(listed(10, answer(200, "<html></html>"))));
  EXPECT_TRUE(lists(woke(100)));
}

TEST_F(WatchMachineTest, GoneWithinTheStreamListsAnewAndSaysThatChangesWereLost) {
  watching();
  bytes(20, event("ADDED", "b", 6));
  machine.resume(StreamEnded{at(60'000)});
  EXPECT_THAT(told(opened(60'002)), ElementsAre("gap 60000-60002 late"));
  // The first word of the new stream: the version is too old. Nothing since the end of the last one was seen.
  const auto gone = bytes(
      60'003, "{\"type\":\"ERROR\",\"object\":" + status(410, "Expired", "too old resource version: 1 (593)") + "}\n");
  EXPECT_TRUE(lists(gone));
  EXPECT_THAT(told(listed(60'010, list(99, {object("c", 98)}))), ElementsAre("gap 60000-60010 lost", "replaced c"));
  EXPECT_THAT(told(opened(60'012)), ElementsAre("gap 60003-60012 late"));
}

TEST_F(WatchMachineTest, GoneAsAStatusListsAnew) {
  watching();
  machine.resume(StreamEnded{at(60'000)});
  EXPECT_TRUE(lists(refused(60'002, answer(410, status(410, "Gone")))));
  EXPECT_THAT(told(listed(60'010, list(99))), ElementsAre("gap 60000-60010 lost", "replaced "));
}

TEST_F(WatchMachineTest, GoneAgainAndAgainWaitsInBetween) {
  watching();
  EXPECT_TRUE(lists(bytes(20, "{\"type\":\"ERROR\",\"object\":" + status(410, "Expired") + "}\n")));
  listed(30, list(50));
  opened(31);
  EXPECT_TRUE(sleeps(bytes(32, "{\"type\":\"ERROR\",\"object\":" + status(410, "Expired") + "}\n")));
}

TEST_F(WatchMachineTest, AnotherErrorInTheStreamResumesWhereItWas) {
  watching();
  bytes(20, event("ADDED", "b", 6));
  EXPECT_TRUE(sleeps(bytes(30, "{\"type\":\"ERROR\",\"object\":" + status(500, "InternalError") + "}\n")));
  EXPECT_EQ(version_of(woke(100)), "6");
}

TEST_F(WatchMachineTest, StreamsThatBringNothingFiveTimesListAnew) {
  watching();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(sleeps(broke(100 + i)));
    ASSERT_EQ(version_of(woke(100 + i)), "5");
    opened(100 + i);
  }
  ASSERT_TRUE(sleeps(broke(200)));
  EXPECT_TRUE(lists(woke(300)));
  EXPECT_THAT(told(listed(310, list(8))), testing::Contains(StartsWith("gap ")));
}

TEST_F(WatchMachineTest, WaitsAsLongAsTheServerAsks) {
  start();
  const auto step = listed(10, answer(429, status(429, "TooManyRequests"), {{"retry-after", "7"}}));
  EXPECT_GE(std::get<Sleep>(step.action).length, 7s);
  const auto mad = listed(20, answer(503, status(503, "ServiceUnavailable"), {{"retry-after", "86400"}}));
  EXPECT_LE(std::get<Sleep>(mad.action).length, 60s);
}

TEST_F(WatchMachineTest, BacksOffAndForgetsItAfterAGoodStream) {
  start();
  Nanos last{};
  for (int i = 0; i < 12; ++i) {
    const auto step = broke(i);
    last = std::get<Sleep>(step.action).length;
    const auto plain = std::min<Nanos>(100ms * (1 << i), 10s);
    EXPECT_GE(last, plain / 2) << i;
    EXPECT_LE(last, plain * 3 / 2) << i;
    woke(i);
  }
  EXPECT_GE(last, 5s);
  listed(100, list(5));
  opened(101);
  bytes(102, event("ADDED", "b", 6));
  EXPECT_LE(std::get<Sleep>(broke(200).action).length, 150ms);
}

TEST_F(WatchMachineTest, RenewsItsSignInOnce401AtOnce) {
  watching();
  machine.resume(StreamEnded{at(60'000)});
  const auto step = refused(60'001, answer(401, status(401, "Unauthorized")));
  const auto& open = std::get<OpenStream>(step.action);
  EXPECT_TRUE(open.renew_sign_in);
  EXPECT_EQ(open.resource_version, "5");
  EXPECT_TRUE(sleeps(refused(60'002, answer(401, status(401, "Unauthorized")))));
  EXPECT_TRUE(std::get<OpenStream>(woke(60'100).action).renew_sign_in);
  EXPECT_THAT(told(opened(60'110)), ElementsAre("gap 60000-60110 late"));
}

TEST_F(WatchMachineTest, CredentialsThatNeverWorkedAreDenied) {
  start();
  WatchStep step;
  for (int i = 0; i < 4; ++i) {
    step = listed(i, answer(401, status(401, "Unauthorized")));
    if (sleeps(step)) woke(i);
  }
  EXPECT_THAT(told(step), ElementsAre("denied 401"));
  EXPECT_EQ(step.action, WatchAction{Stop{}});
}

TEST_F(WatchMachineTest, ForbiddenIsBelievedOnlyAfterAWhileForRbacTakesTime) {
  start();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(sleeps(listed(i, answer(403, status(403, "Forbidden"))))) << i;
    woke(i);
  }
  const auto step = listed(9, answer(403, status(403, "Forbidden")));
  EXPECT_THAT(told(step), ElementsAre("denied 403"));
  EXPECT_EQ(step.action, WatchAction{Stop{}});
}

TEST_F(WatchMachineTest, ForbiddenInTheMiddleEndsWithItsGap) {
  watching();
  machine.resume(StreamEnded{at(60'000)});
  WatchStep step;
  for (int i = 0; i < 5; ++i) {
    step = refused(60'000 + i, answer(403, status(403, "Forbidden")));
    if (sleeps(step)) woke(60'000 + i);
  }
  EXPECT_THAT(told(step), ElementsAre("gap 60000-60004 lost", "denied 403"));
}

TEST_F(WatchMachineTest, AKindThatIsNotServedIsDeniedAtOnce) {
  start();
  EXPECT_THAT(told(listed(10, answer(404, "404 page not found"))), ElementsAre("denied 404"));
}

TEST_F(WatchMachineTest, TheSameSeedPausesAlike) {
  WatchMachine other{{.resource = *resource_for_kind("Pod"), .seed = 1}};
  other.resume(WatchStart{at(0)});
  start();
  for (int i = 0; i < 5; ++i) {
    const auto one = broke(i), two = other.resume(TransportBroke{at(i), ""});
    EXPECT_EQ(one.action, two.action);
    woke(i), other.resume(Woke{at(i)});
  }
}

TEST_F(WatchMachineTest, WhatASecondTellerSaysAgainIsToldOnce) {
  watching();
  EXPECT_THAT(told(bytes(20, event("ADDED", "a", 7))), ElementsAre("applied a@7"));
  EXPECT_THAT(told(bytes(21, event("ADDED", "a", 7) + event("MODIFIED", "a", 6))), IsEmpty());
  EXPECT_THAT(told(bytes(22, event("MODIFIED", "a", 10))), ElementsAre("applied a@10")) << "10 is more than 7";
}

TEST_F(WatchMachineTest, ABookmarkThatGoesBackDoesNotMakeUsHearThingsTwice) {
  watching();
  bytes(20, event("ADDED", "a", 9) + event("BOOKMARK", "", 8));
  broke(30);
  EXPECT_EQ(version_of(woke(40)), "9");
}

TEST_F(WatchMachineTest, ADeletionIsBelievedWhateverItsVersion) {
  watching();
  bytes(20, event("ADDED", "b", 9));
  EXPECT_THAT(told(bytes(21, event("DELETED", "a", 3))), ElementsAre("deleted a@3"));
  broke(30);
  EXPECT_EQ(version_of(woke(40)), "9");
}

TEST_F(WatchMachineTest, AnEventThatDribblesInCameLateAndWhatWaitedBehindItToo) {
  watching();
  const auto line = event("ADDED", "a", 7);
  bytes(100, line.substr(0, 10));
  EXPECT_THAT(told(bytes(2100, line.substr(10))), ElementsAre("gap 100-2100 late", "applied a@7"));
  broke(2200);
  woke(2300);
  EXPECT_THAT(told(opened(2400)), ElementsAre("gap 100-2400 late"));
}

TEST_F(WatchMachineTest, AVersionThatTheServerHasNotReachedIsForgotten) {
  watching();
  broke(20);
  woke(30);
  const auto step = refused(40, answer(504, status(504, "Timeout", "Too large resource version: 5, current: 3")));
  EXPECT_TRUE(lists(step) || sleeps(step));
  EXPECT_TRUE(lists(woke(50)));
}

TEST_F(WatchMachineTest, AListWithoutItsVersionIsNoPlaceToStart) {
  start();
  listed(10, answer(200, R"({"kind":"PodList","metadata":{},"items":[{"metadata":{"name":"x"}}]})"));
  EXPECT_EQ(machine.state(), State::listing);
  EXPECT_THAT(told(listed(20, list(5, {object("a", 3)}))), ElementsAre("replaced a"));
}

TEST_F(WatchMachineTest, WhileNoStreamStandsTheGapIsOpen) {
  EXPECT_FALSE(machine.open_gap(at(1)));
  watching();
  EXPECT_FALSE(machine.open_gap(at(20)));
  broke(30);
  const auto gap = machine.open_gap(at(40));
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->to, at(40));
  EXPECT_TRUE(gap->lost);
  EXPECT_THAT(gap->reason, StartsWith("lost: connection reset"));
}

TEST(Versions, AreNumbersThatGrow) {
  EXPECT_TRUE(older_version("9", "10"));
  EXPECT_FALSE(older_version("10", "9"));
  EXPECT_FALSE(older_version("9", "9"));
  EXPECT_FALSE(older_version("", "9"));
  EXPECT_FALSE(older_version("a", "b")) << "nothing is known of what is no number";
}

}  // namespace
}  // namespace straycat::kube
