// The agent's watches against an API server, and what history makes of what they said: the contract's both ends.
#include <array>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/support/slice_server.hpp"
#include "agent/watches.hpp"
#include <straycat/history/history.hpp>
#include <straycat/kube/config.hpp>

namespace straycat::agent {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

json slice(int version, const std::string& address) {
  return test::endpoint_slice("sayhi-x", version, 3000, json::array({test::slice_endpoint(address, true)}));
}

struct WatchesTest : testing::Test {
  std::FILE* file = std::tmpfile();
  boost::asio::io_context loop{1};
  LineWriter out{loop.get_executor(), ::fileno(file), 1u << 20};
  Journal journal{out, "a0"};
  int changes = 0;
  bool open = false;

  ~WatchesTest() override { std::fclose(file); }

  std::unique_ptr<Watches> watch(const test::SliceServer& api, const std::function<void(int)>& on_change) {
    kube::ConfigRequest request;
    request.kubeconfig = api.kubeconfig();
    auto config = kube::load_config(request);
    if (!config) throw std::runtime_error(config.error().message);
    auto watches = std::make_unique<Watches>(
        loop.get_executor(), kube::Client(loop.get_executor(), *config), journal,
        [this, on_change](const ServicePortRef&, const std::vector<model::Listed>&, Stamp) { on_change(++changes); },
        [this] { open = true; });
    watches->follow({{"default", "sayhi", 80}});
    return watches;
  }
  template <class Condition>
  void run_until(Condition holds) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!holds() && std::chrono::steady_clock::now() < until) {
      loop.restart();  // it stops when nothing is to be done, as after a watch that died
      loop.run_one_for(50ms);
    }
    ASSERT_TRUE(holds());
  }
  void end(Watches& watches) {
    bool proven = false;
    watches.prove(2s, [&] { proven = true; });
    run_until([&] { return proven; });
    watches.end();
  }
  // A log that holds what the agent said, and nothing else.
  std::vector<Event> said() {
    std::rewind(file);
    std::string text;
    std::array<char, 4096> piece{};
    for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), file)) > 0;)
      text.append(piece.data(), got);
    std::vector<Event> events;
    for (std::size_t at = 0, next = 0; (next = text.find('\n', at)) != text.npos; at = next + 1)
      if (auto event = from_line(std::string_view(text).substr(at, next - at))) events.push_back(std::move(*event));
    return events;
  }
  static history::History folded(const std::vector<Event>& events) {
    EventLog log;
    Header header;
    header.format = std::string(log_format);
    log.events.push_back({0, Header::kind, std::string(runner_clock), events.front().at, json(header)});
    log.events.insert(log.events.end(), events.begin(), events.end());
    auto history = history::fold(log);
    if (!history) throw std::runtime_error(history.error().message);
    return std::move(*history);
  }
};

std::vector<Event> ends_of(const std::vector<Event>& events) {
  std::vector<Event> ends;
  for (const Event& event : events)
    if (event.kind == WatchRecord::ended) ends.push_back(event);
  return ends;
}

TEST_F(WatchesTest, OneThatSawItToTheEndCoversIt) {
  test::SliceServer api({slice(2, "127.0.0.2")});
  const auto watches = watch(api, [](int) {});
  run_until([&] { return open; });
  api.modified(slice(3, "127.0.0.3"));
  run_until([&] { return changes == 2; });
  end(*watches);
  const auto events = said();
  const auto ends = ends_of(events);
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends.front().body.get<WatchRecord>().end, WatchEnd::closed);
  const auto to = ends.front().at.ns;
  EXPECT_TRUE(folded(events).covered("endpointslices", {to - 1000, to}));
}

// What ends a watch behind one's back must not become evidence that nothing happened.
TEST_F(WatchesTest, OneThatDiedCoversNothingFromThenOn) {
  test::SliceServer api({slice(2, "127.0.0.2")});
  const auto watches = watch(api, [](int number) {
    if (number == 2) throw std::runtime_error("no such endpoint");
  });
  run_until([&] { return open; });
  const Stamp seen = monotonic_now();
  api.modified(slice(3, "127.0.0.3"));
  run_until([&] { return changes == 2; });
  loop.run_for(50ms);
  end(*watches);
  const auto events = said();
  const auto ends = ends_of(events);
  ASSERT_EQ(ends.size(), 1u) << "it is not closed once more, as if it had seen everything";
  EXPECT_EQ(ends.front().body.get<WatchRecord>().end, WatchEnd::died);
  EXPECT_EQ(ends.front().body.get<WatchRecord>().reason, "no such endpoint");
  const auto history = folded(events);
  const auto died = ends.front().at.ns;
  EXPECT_TRUE(history.covered("endpointslices", {seen.ns, died - 1}));
  EXPECT_FALSE(history.covered("endpointslices", {seen.ns, monotonic_now().ns}));
}

// Traffic must not wait for a watch that will never stand.
TEST_F(WatchesTest, OneThatDiesBeforeItStoodHoldsNobodyUp) {
  test::SliceServer api({slice(2, "127.0.0.2")});
  const auto watches = watch(api, [](int) { throw std::runtime_error("no such endpoint"); });
  run_until([&] { return open; });
  end(*watches);
  EXPECT_EQ(ends_of(said()).front().body.get<WatchRecord>().end, WatchEnd::died);
}

}  // namespace
}  // namespace straycat::agent
