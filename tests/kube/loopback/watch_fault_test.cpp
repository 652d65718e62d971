// A watch over a wire that lies at random, compared with the truth; and whether a watch knows that it is blind.
// STRAYCAT_SEED repeats a run, STRAYCAT_FAULTS makes it long.
#include <cstdlib>
#include <optional>
#include <random>
#include <set>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/caller.hpp"
#include "kube/support/faulty_api.hpp"
#include "kube/watch_machine.hpp"
#include <straycat/core/tasks.hpp>

namespace straycat::kube {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::Exchange;
using testing::StartsWith;

struct WatchFaultTest : testing::Test {
  asio::io_context context;
  std::optional<test::TlsServer> server;
  Config config;
  std::optional<Caller> caller;
  WatchHold hold;
  asio::cancellation_signal cancel;
  bool ended = false;

  void serve(test::Handler handler) {
    server.emplace(context, std::move(handler));
    config.server = server->url();
    config.tls.ca_pem = server->ca_pem();
    config.token_file = "/dev/null";  // a 401 finds something to renew
    config.bearer_token = "t";
    caller.emplace(context.get_executor(), config);
  }
  void watch(std::function<void(const WatchItem&)> on_item, std::uint64_t seed = 1) {
    WatchSettings settings{.resource = *resource_for_kind("Pod"),
                           .seed = seed,
                           .page = 2,
                           .stream_min = 1s,
                           .stream_max = 1s,
                           .grace = 0s,
                           .backoff_first = 2ms,
                           .backoff_most = 20ms,
                           .slow_line = 40ms};
    WatchRequest request{.resource = settings.resource, .ns = "n", .label_selector = {}, .field_selector = {}};
    request.hold = hold;
    auto work = run_watch(*caller, std::move(request), std::move(on_item), std::move(settings));
    asio::co_spawn(context, std::move(work),
                   asio::bind_cancellation_slot(cancel.slot(), [this](const std::exception_ptr&) { ended = true; }));
  }
  template <class Condition>
  void run_until(Condition holds, std::chrono::seconds most = 30s) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (!holds() && std::chrono::steady_clock::now() < until) context.run_one_for(100ms);
    ASSERT_TRUE(holds());
  }
  std::optional<WatchGap> prove(Nanos most) {
    std::optional<WatchGap> gap;
    bool done = false;
    asio::co_spawn(context, hold.prove(most), [&](const std::exception_ptr&, std::optional<WatchGap> told) {
      gap = std::move(told);
      done = true;
    });
    run_until([&] { return done; });
    return gap;
  }
  void TearDown() override { end_watch(); }
  // Where the server's handler looks at what the test itself holds, the test calls it, before that is gone.
  void end_watch() {
    cancel.emit(asio::cancellation_type::terminal);
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!ended && std::chrono::steady_clock::now() < until) context.run_one_for(100ms);
    server.reset();
  }
};

// What the watch told, held against the server's truth as it comes.
struct Witness {
  explicit Witness(test::FaultyApi& truth) : api(truth) {}

  struct Gap {
    Stamp from, to;
    bool lost;
  };
  test::FaultyApi& api;
  std::map<std::string, int> cache;
  std::set<int> told;
  std::vector<int> late;  // versions that were sent late
  std::vector<Gap> gaps;
  int first = 0, caught_up = 0;

  static int version_of(const json& object) {
    return std::stoi(object["metadata"]["resourceVersion"].get<std::string>());
  }
  void take(const WatchItem& item) {
    if (const auto* replaced = std::get_if<WatchReplaced>(&item)) {
      cache.clear();
      int newest = caught_up;
      for (const auto& each : replaced->objects) {
        cache[each["metadata"]["name"]] = version_of(each);
        newest = std::max(newest, version_of(each));
      }
      // The list's own version is not told: it is the newest one at which the world looked like this.
      caught_up = 0;
      for (int version = api.version(); version >= newest && caught_up == 0; --version)
        if (api.state_at(version) == cache) caught_up = version;
      EXPECT_NE(caught_up, 0) << "a list of what never was";
      listed_ = true;
      if (first == 0) first = caught_up;
    } else if (const auto* gap = std::get_if<WatchGap>(&item)) {
      // Until the last change that was told, the view is known to be whole.
      const auto whole = caught_up == 0 ? gap->from : api.changes[static_cast<std::size_t>(caught_up) - 1].when;
      gaps.push_back({std::min(gap->from, whole), gap->to, gap->lost});
      EXPECT_THAT(gap->reason, StartsWith(gap->lost ? "lost: " : "late: "));
    } else if (const auto* applied = std::get_if<WatchApplied>(&item)) {
      note(applied->object);
      cache[applied->object["metadata"]["name"]] = version_of(applied->object);
    } else if (const auto* deleted = std::get_if<WatchDeleted>(&item)) {
      if (told.count(version_of(deleted->object)) != 0) return;  // a deletion may be said again
      note(deleted->object);
      cache.erase(deleted->object["metadata"]["name"].get<std::string>());
    } else {
      ADD_FAILURE() << "denied: " << std::get<WatchDenied>(item).error.message;
    }
  }
  void note(const json& object) {
    const int version = version_of(object);
    // After a list the world may have looked alike at several versions.
    EXPECT_TRUE(version == caught_up + 1 || (listed_ && version <= caught_up + 1 && told.count(version) == 0))
        << version << " after " << caught_up;
    ASSERT_LE(version, api.version()) << "a change that was never made";
    EXPECT_EQ(api.changes[static_cast<std::size_t>(version) - 1].name, object["metadata"]["name"].get<std::string>());
    listed_ = false;
    caught_up = version;
    told.insert(version);
    if (object["metadata"]["labels"]["late"] == "yes") late.push_back(version);
  }
  [[nodiscard]] bool covered(int version, bool lost) const {
    const auto when = api.changes[static_cast<std::size_t>(version) - 1].when;
    for (const auto& gap : gaps)
      if (gap.from <= when && when <= gap.to && (!lost || gap.lost)) return true;
    return false;
  }

 private:
  bool listed_ = false;
};

TEST_F(WatchFaultTest, RandomFaultsLoseNothingInventNothingAndEachGapIsTold) {
  const char* asked = std::getenv("STRAYCAT_SEED");
  const char* many = std::getenv("STRAYCAT_FAULTS");
  const std::uint64_t seed = asked != nullptr ? std::stoull(asked) : std::random_device{}();
  const int wanted = many != nullptr ? std::stoi(many) : 100;
  SCOPED_TRACE(fmt::format("seed {}", seed));
  test::FaultyApi api{context, seed};
  Witness witness{api};
  serve([&](Exchange& exchange) { return api.serve(exchange); });
  asio::co_spawn(context, api.live(), [](const std::exception_ptr&) {});
  watch([&](const WatchItem& item) { witness.take(item); }, seed);
  run_until([&] { return api.faults_made() >= wanted || HasFailure(); }, 600s);
  api.lying = false;
  run_until([&] { return witness.caught_up == api.version() || HasFailure(); });
  EXPECT_FALSE(prove(20s)) << "the view is whole, and known to be";
  EXPECT_EQ(witness.cache, api.state_at(api.version()));
  for (const int version : witness.late)
    EXPECT_TRUE(witness.covered(version, false)) << "version " << version << " came late and no gap says so";
  for (int version = witness.first + 1; version <= witness.caught_up; ++version)
    if (witness.told.count(version) == 0)
      EXPECT_TRUE(witness.covered(version, true)) << "version " << version << " was lost and no gap says so";
  std::string made;
  for (const auto& [name, count] : api.faults) made += fmt::format(", {} {}", count, name);
  fmt::print("seed {}: {} changes, {} told, {} gaps; faults{}\n", seed, api.version(), witness.told.size(),
             witness.gaps.size(), made);
  end_watch();
}

struct ProofTest : WatchFaultTest {
  std::vector<std::string> told;
  int versions = 5, lists = 0, streams = 0;
  bool silent = false, dead = false;

  static std::string event(int version) {
    return fmt::format(
        "{{\"type\":\"ADDED\",\"object\":{{\"metadata\":{{\"name\":\"a\",\"resourceVersion\":\"{}\"}}}}}}\n", version);
  }
  // The first stream says nothing when `silent`; later ones all that happened since. A stream stands longer than any
  // test here: none of them is repaired by its end.
  asio::awaitable<void> answer(Exchange& exchange) {
    if (dead) {
      exchange.reset();
      co_return;
    }
    if (test::query_value(exchange.target, "watch").empty()) {
      ++lists;
      co_return co_await exchange.answer(200, R"({"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[]})");
    }
    const int number = ++streams;
    co_await exchange.begin_stream();
    int sent = std::stoi(test::query_value(exchange.target, "resourceVersion"));
    for (int i = 0; i < 3000 && !dead; ++i) {
      while (sent < versions && !(silent && number == 1)) {
        const auto line = event(++sent);
        co_await exchange.piece(line);
      }
      co_await exchange.wait(10ms);
    }
    exchange.reset();
  }
  void begin() {
    serve([this](Exchange& exchange) { return answer(exchange); });
    watch([this](const WatchItem& item) {
      if (std::get_if<WatchReplaced>(&item) != nullptr) told.emplace_back("replaced");
      if (const auto* applied = std::get_if<WatchApplied>(&item))
        told.push_back("applied " + applied->object["metadata"]["resourceVersion"].get<std::string>());
      if (const auto* gap = std::get_if<WatchGap>(&item)) told.emplace_back(gap->lost ? "lost" : "late");
    });
    run_until([this] { return told.size() == 2; });  // listed, and the stream stands
  }
};

TEST_F(ProofTest, AStreamThatToldAllIsProvenWithoutAnotherWord) {
  begin();
  EXPECT_FALSE(prove(5s));
  EXPECT_THAT(told, testing::ElementsAre("replaced", "late"));
}

TEST_F(ProofTest, AStreamThatFellSilentIsFoundAndRepaired) {
  silent = true;
  begin();
  versions = 7;
  EXPECT_FALSE(prove(10s));
  EXPECT_THAT(told, testing::ElementsAre("replaced", "late", "late", "applied 6", "applied 7"));
  EXPECT_EQ(lists, 1);
}

TEST_F(ProofTest, AServerThatIsGoneLeavesAGapUpToNow) {
  begin();
  dead = true;
  const auto before = monotonic_now();
  const auto gap = prove(300ms);
  ASSERT_TRUE(gap);
  EXPECT_TRUE(gap->lost);
  EXPECT_LT(gap->from, before);
  EXPECT_GE(gap->to, before + Nanos{300ms});
}

// From the list, and from the stream, whose bytes come by the loop and not by the coroutine.
TEST_F(WatchFaultTest, WhatWhoeverListensThrowsEndsTheWatchAndIsHeard) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    if (test::query_value(exchange.target, "watch").empty())
      co_return co_await exchange.answer(200, R"({"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[]})");
    co_await exchange.begin_stream();
    co_await exchange.piece(ProofTest::event(6));
    co_await exchange.wait(20s);
  });
  for (const std::size_t item : {0u, 1u, 2u}) {  // the list, the gap until the stream stood, the change
    SCOPED_TRACE(item);
    std::string heard;
    std::size_t seen = 0;
    const auto on_item = [&](const WatchItem&) {
      if (seen++ == item) throw std::runtime_error("deaf ears");
    };
    WatchRequest request{.resource = *resource_for_kind("Pod"), .ns = "n", .label_selector = {}, .field_selector = {}};
    spawn(context.get_executor(), run_watch(*caller, std::move(request), on_item),
          [&](const std::string& why) { heard = why; });
    run_until([&] { return !heard.empty(); }, 10s);
    EXPECT_EQ(heard, "deaf ears");
  }
  ended = true;
}

TEST_F(ProofTest, AWatchThatNeverBeganHasNothingToProve) {
  dead = true;
  serve([this](Exchange& exchange) { return answer(exchange); });
  watch([](const WatchItem&) {});
  EXPECT_FALSE(prove(300ms));
}

}  // namespace
}  // namespace straycat::kube
