#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/support/client_fixture.hpp"
#include "kube/support/recording.hpp"

namespace straycat::kube {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ClientTest, VerbsAskWhatTheApiExpects) {
  std::vector<std::string> bodies, types;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    bodies.push_back(exchange.body);
    types.push_back(exchange.headers["content-type"]);
    co_await ok(exchange);
  });
  const json job{{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", {{"name", "j"}}}};
  ASSERT_TRUE(run(client->get(pods, "n", "p")));
  ASSERT_TRUE(run(client->create(pods, "n", json{{"a", 1}})));
  ASSERT_TRUE(run(client->apply(job, "n", {.field_manager = "m", .dry_run = true, .force = true})));
  ASSERT_TRUE(run(client->merge_patch(pods, "n", "p", json{{"b", 2}}, "scale")));
  ASSERT_TRUE(run(client->remove(pods, "n", "p", {.uid = "u", .propagation = "Foreground", .grace_seconds = 3})));
  EXPECT_THAT(
      seen, ElementsAre(
                "GET /api/v1/namespaces/n/pods/p",
                "POST /api/v1/namespaces/n/pods?fieldManager=straycat&fieldValidation=Strict",
                "PATCH /apis/batch/v1/namespaces/n/jobs/j?fieldManager=m&fieldValidation=Strict&dryRun=All&force=true",
                "PATCH /api/v1/namespaces/n/pods/p/scale?fieldManager=straycat", "DELETE /api/v1/namespaces/n/pods/p"));
  EXPECT_EQ(types.at(2), "application/apply-patch+yaml");
  EXPECT_EQ(types.at(3), "application/merge-patch+json");
  EXPECT_EQ(
      bodies.at(4),
      R"({"apiVersion":"v1","gracePeriodSeconds":3,"kind":"DeleteOptions","preconditions":{"uid":"u"},"propagationPolicy":"Foreground"})");
}

TEST_F(ClientTest, AnErrorIsTheServersOwn) {
  const auto recording = test::read_recording("get-not-found");
  serve([&](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(404, recording.response.body); });
  const auto answer = run(client->get(*resource_for_kind("Service"), "n", "absent"));
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().not_found());
  EXPECT_EQ(answer.error().message, "services \"absent\" not found");
}

TEST_F(ClientTest, NoServerIsCodeZero) {
  serve(ok);
  server.reset();
  const auto answer = run(client->version());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 0);
  EXPECT_THAT(answer.error().message, HasSubstr("Connection refused"));
}

TEST_F(ClientTest, AnsweredWithAPageIsAnError) {
  serve([](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(200, "<html>login</html>"); });
  EXPECT_THAT(run(client->version()).error().message,
              HasSubstr("something else than a JSON object: <html>login</html>"));
}

TEST_F(ClientTest, ListsAllPagesAndStartsAgainWhenTheyExpire) {
  int calls = 0;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    const bool first =
        exchange.target.find("limit=500") != std::string::npos && exchange.target.find("continue") == std::string::npos;
    ++calls;
    if (first)
      co_await exchange.answer(200,
                               R"({"kind":"PodList","metadata":{"continue":"t"},"items":[{"metadata":{"name":"a"}}]})");
    else if (calls == 2)
      co_await exchange.answer(410, R"({"kind":"Status","code":410,"reason":"Expired"})");
    else
      co_await exchange.answer(
          200, R"({"kind":"PodList","metadata":{},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})");
  });
  const auto list = run(client->list(pods, "n", "app=x"));
  ASSERT_TRUE(list);
  EXPECT_EQ((*list)["items"].size(), 2u);
  EXPECT_THAT(seen, ElementsAre("GET /api/v1/namespaces/n/pods?labelSelector=app%3Dx&limit=500",
                                "GET /api/v1/namespaces/n/pods?labelSelector=app%3Dx&limit=500&continue=t",
                                "GET /api/v1/namespaces/n/pods?labelSelector=app%3Dx"));
}

// A 2xx is not enough: whatever else it brings would be taken for an object that says nothing.
TEST_F(ClientTest, AnAnswerToAnotherQuestionIsAnError) {
  const char* bodies[] = {"null",
                          "[]",
                          "42",
                          "\"Pod\"",
                          "{}",
                          "",
                          R"({"kind":7,"metadata":[]})",
                          R"({"kind":"Pod"})",
                          R"({"kind":"Pod","metadata":{"name":7}})",
                          R"({"kind":"Pod","metadata":{"name":"other"}})",
                          R"({"kind":"Service","metadata":{"name":"p"}})"};
  const json pod{{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "p"}}}};
  for (const char* body : bodies) {
    serve([body](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(200, body); });
    const auto is_said = [&](const ApiResult<json>& answer, const std::string& asked) {
      ASSERT_FALSE(answer) << body;
      EXPECT_EQ(answer.error().code, 200);
      EXPECT_THAT(answer.error().to_error().message,
                  testing::StartsWith(asked + ": the API server answered with something else than "));
      EXPECT_EQ(answer.error().to_error().fault, Fault::own_trouble);
    };
    is_said(run(client->get(pods, "n", "p")), "GET /api/v1/namespaces/n/pods/p");
    is_said(run(client->create(pods, "n", pod)), "POST /api/v1/namespaces/n/pods");
    is_said(run(client->apply(pod, "n")), "PATCH /api/v1/namespaces/n/pods/p");
    is_said(run(client->merge_patch(pods, "n", "p", json{{"b", 2}})), "PATCH /api/v1/namespaces/n/pods/p");
    is_said(run(client->version()), "GET /version");
    is_said(run(client->list(pods, "n")), "GET /api/v1/namespaces/n/pods");
  }
}

TEST_F(ClientTest, WhatIsNoListIsNotAnEmptyOne) {
  struct Case {
    const char* body;
    const char* why;  // "" = it is one
  };
  const Case cases[] = {
      {R"({"kind":"PodList","items":[]})", ""},
      {R"({"kind":"PodList","items":null})", ""},  // as Go writes none
      {R"({"kind":"PodList"})", "a list without items"},
      {R"({"items":[]})", "it is no list"},
      {R"({"kind":"Status","status":"Success"})", "it is no list"},
      {R"({"kind":"PodList","items":{}})", "a list whose items are none"},
      {R"({"kind":"PodList","items":[7]})", "a list with an item that has no name"},
      {R"({"kind":"PodList","items":[{"metadata":{"name":""}}]})", "a list with an item that has no name"}};
  for (const auto& each : cases) {
    serve([&](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(200, each.body); });
    const auto list = run(client->list(pods, "n"));
    EXPECT_EQ(bool(list), std::string(each.why).empty()) << each.body;
    if (!list) EXPECT_THAT(list.error().describe(), HasSubstr(each.why));
  }
}

TEST_F(ClientTest, PagesWithoutEndAreAnError) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.answer(200, R"({"kind":"PodList","metadata":{"continue":"t"},"items":[]})");
  });
  const auto list = run(client->list(pods, "n"));
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().to_error().message, HasSubstr("list of pods has no end"));
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST_F(ClientTest, AnAnswerThatIsTooLongIsAnError) {
  serve(
      [](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(200, std::string(17u << 20, ' ')); });
  EXPECT_THAT(run(client->version()).error().message, HasSubstr("longer than"));
}

TEST_F(ClientTest, WaitsWhenItIsAskedTo) {
  int calls = 0;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    if (++calls < 3)
      co_await exchange.answer(429, "{}", {{"Retry-After", "0"}});
    else
      co_await ok(exchange);
  });
  EXPECT_TRUE(run(client->create(pods, "n", json::object())));
  EXPECT_EQ(calls, 3);
}

TEST_F(ClientTest, AnOutageIsWaitedOutByWhatMayBeRepeated) {
  int calls = 0;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    const int number = ++calls;
    if (number == 2) co_return exchange.reset();
    if (number == 3)
      co_return co_await exchange.answer(503, "<html>no backend</html>", {{"Content-Type", "text/html"}});
    co_await ok(exchange);
  });
  ASSERT_TRUE(run(client->version()));
  EXPECT_TRUE(run(client->version()));
  EXPECT_EQ(calls, 4);
}

TEST_F(ClientTest, TheFirstAnswerIsTriedForThreeTimes) {
  int calls = 0, resets = 2;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    if (++calls <= resets) co_return exchange.reset();
    co_await ok(exchange);
  });
  EXPECT_TRUE(run(client->version()));
  EXPECT_EQ(calls, 3);
}

TEST_F(ClientTest, AServerThatNeverAnswersIsAnErrorAfterThree) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    exchange.reset();
    co_return;
  });
  EXPECT_EQ(run(client->version()).error().code, 0);
  EXPECT_EQ(seen.size(), 3u);
}

TEST_F(ClientTest, WhatMayHaveBeenCarriedOutIsNotRepeated) {
  int calls = 0;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    if (++calls == 2) co_return exchange.reset();
    co_await ok(exchange);
  });
  ASSERT_TRUE(run(client->version()));
  EXPECT_EQ(run(client->create(pods, "n", json{{"a", 1}})).error().code, 0);
  EXPECT_EQ(calls, 2);
}

TEST_F(ClientTest, AnOutageThatLastsIsAnError) {
  Config config;
  config.outage_patience = 300ms;
  int calls = 0;
  serve(
      [&](Exchange& exchange) -> asio::awaitable<void> {
        if (++calls > 1) co_return exchange.reset();
        co_await ok(exchange);
      },
      config);
  ASSERT_TRUE(run(client->version()));
  EXPECT_EQ(run(client->version()).error().code, 0);
  EXPECT_GT(calls, 2);
}

TEST_F(ClientTest, ReadsATokenFileAgainAfter401) {
  Config config;
  config.token_file = file("token", "old\n");
  std::vector<std::string> tokens;
  serve(
      [&](Exchange& exchange) -> asio::awaitable<void> {
        tokens.push_back(exchange.headers["authorization"]);
        if (exchange.headers["authorization"] == "Bearer new") co_return co_await ok(exchange);
        file("token", "new\n");
        co_await exchange.answer(401, "{}");
      },
      config);
  EXPECT_TRUE(run(client->version()));
  EXPECT_THAT(tokens, ElementsAre("Bearer old", "Bearer new"));
}

TEST_F(ClientTest, ATokenThatStaysWrongIsAnErrorNotALoop) {
  Config config;
  config.token_file = file("token", "wrong");
  serve([](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(401, "{}"); }, config);
  EXPECT_EQ(run(client->version()).error().code, 401);
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(ClientTest, ImpersonatesGroupsOneByOne) {
  Config config;
  config.impersonate_user = "jane";
  config.impersonate_groups = {"a,b", "c"};
  std::string groups;
  serve(
      [&](Exchange& exchange) -> asio::awaitable<void> {
        groups = exchange.headers["impersonate-group"];
        co_await ok(exchange);
      },
      config);
  ASSERT_TRUE(run(client->version()));
  EXPECT_EQ(groups, "a,b | c");
}

TEST_F(ClientTest, FollowsALogLineByLineToItsLastWord) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.begin_stream(200, "text/plain");
    for (const char* text : {"2026-11-25T10:00:00.5Z one\n2026-11-25T10:00:01Z tw", "o\n", "2026-11-25T10:00:01Z \n",
                             "failed to watch the file\n2026-11-25T10:00:02+01:00 la"}) {
      co_await exchange.piece(text);
      co_await exchange.wait(5ms);
    }
    co_await exchange.piece("");
  });
  std::vector<std::string> lines;
  const auto done = run(client->follow_log(
      {.ns = "n", .pod = "p", .container = "c", .since = "2026-11-25T09:59:00Z"}, [&](const LogLine& line) {
        lines.push_back(std::string{line.taken_at} + "|" + std::string{line.text} + (line.whole ? "" : "|half"));
        return true;
      }));
  EXPECT_TRUE(done);
  EXPECT_THAT(lines, ElementsAre("2026-11-25T10:00:00.5Z|one", "2026-11-25T10:00:01Z|two", "2026-11-25T10:00:01Z|",
                                 "|failed to watch the file", "2026-11-25T10:00:02+01:00|la|half"));
  EXPECT_THAT(seen, ElementsAre("GET /api/v1/namespaces/n/pods/p/log?follow=true&timestamps=true&container=c&sinceTime="
                                "2026-11-25T09%3A59%3A00Z"));
}

TEST_F(ClientTest, ALogThatFallsSilentEnds) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.begin_stream(200, "text/plain");
    co_await exchange.wait(10s);
  });
  const auto done = run(client->follow_log({.ns = "n", .pod = "p", .container = "c", .since = {}, .idle = 100ms},
                                           [](const LogLine&) { return true; }));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("no byte for 100ms"));
}

TEST_F(ClientTest, ALogThatIsRefusedSaysWhy) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.answer(
        400, R"({"kind":"Status","code":400,"reason":"BadRequest","message":"container is waiting to start"})");
  });
  const auto done = run(
      client->follow_log({.ns = "n", .pod = "p", .container = "c", .since = {}}, [](const LogLine&) { return true; }));
  EXPECT_EQ(done.error().message, "container is waiting to start");
}

// A watch against a server whose answers are a list of scenes; tells what the watch told.
struct WatchTest : ClientTest {
  std::vector<std::string> told;
  asio::cancellation_signal cancel;

  static std::string event(const std::string& type, const std::string& name, int version) {
    return R"({"type":")" + type + R"(","object":{"metadata":{"name":")" + name + R"(","resourceVersion":")" +
           std::to_string(version) + "\"}}}\n";
  }
  void take(const WatchItem& item, std::size_t until) {
    if (std::get_if<WatchReplaced>(&item) != nullptr) told.emplace_back("replaced");
    if (const auto* applied = std::get_if<WatchApplied>(&item))
      told.push_back("applied " + applied->object["metadata"]["name"].get<std::string>());
    if (const auto* gap = std::get_if<WatchGap>(&item)) told.emplace_back(gap->lost ? "lost" : "late");
    if (const auto* denied = std::get_if<WatchDenied>(&item))
      told.push_back("denied " + std::to_string(denied->error.code));
    if (told.size() >= until) cancel.emit(asio::cancellation_type::terminal);
  }
  // Runs until that many items were told, and the coroutine has ended.
  void watch(std::size_t until) {
    bool ended = false;
    asio::co_spawn(context,
                   client->watch({.resource = pods, .ns = "n", .label_selector = "a=b", .field_selector = ""},
                                 [&, until](const WatchItem& item) { take(item, until); }),
                   asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr&) {
                     ended = true;
                     context.stop();
                   }));
    context.run_for(100s);
    EXPECT_TRUE(ended);
  }
};

TEST_F(WatchTest, SurvivesAResetAndAForgottenVersion) {
  int streams = 0;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    if (exchange.target.find("watch=true") == std::string::npos)
      co_return co_await exchange.answer(200, R"({"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[]})");
    co_await exchange.begin_stream();
    const int number = ++streams;
    if (number == 1) {
      co_await exchange.piece(event("ADDED", "a", 6));
      co_await exchange.wait(20ms);
      exchange.reset();
    } else if (number == 2) {
      co_await exchange.piece(
          R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})"
          "\n");
      co_await exchange.wait(10s);
    } else {
      co_await exchange.piece(event("ADDED", "b", 7));
      co_await exchange.wait(10s);
    }
  });
  watch(8);
  EXPECT_THAT(told, ElementsAre("replaced", "late", "applied a", "late", "lost", "replaced", "late", "applied b"));
  EXPECT_THAT(seen.at(1), HasSubstr("resourceVersion=5&"));
  EXPECT_THAT(seen.at(2), HasSubstr("resourceVersion=6&"));
  EXPECT_THAT(seen.at(0), HasSubstr("labelSelector=a%3Db"));
}

TEST_F(WatchTest, TellsAChangeAtOnce) {
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    if (exchange.target.find("watch=true") == std::string::npos)
      co_return co_await exchange.answer(200, R"({"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[]})");
    co_await exchange.begin_stream();
    co_await exchange.wait(100ms);
    co_await exchange.piece(event("ADDED", "a", 6));
    co_await exchange.wait(600s);  // and the stream stands: it was not told for its end
  });
  watch(3);
  EXPECT_THAT(told, ElementsAre("replaced", "late", "applied a"));
}

TEST_F(WatchTest, EndsWhenTheKindIsNotServed) {
  serve([](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(404, "404 page not found"); });
  watch(100);
  EXPECT_THAT(told, ElementsAre("denied 404"));
}

}  // namespace
}  // namespace straycat::kube
