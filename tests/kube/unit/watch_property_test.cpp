// A world with a history of changes and a wire that lies at random: whatever happens, the watcher ends with the world's
// state, never tells of a change that was not made, and whatever it saw late or not at all lies in a gap that it told.
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kube/watch_machine.hpp"

namespace straycat::kube {
namespace {

using namespace std::chrono_literals;

struct Change {
  Stamp when;
  int version;
  std::string name;
  bool deleted;
};

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  // Time goes on, and changes happen.
  void advance(Nanos length) {
    const auto until = now + length;
    while (next_change_ <= until) {
      now = next_change_;
      make_change();
      next_change_ = now + Nanos{std::chrono::milliseconds{1 + pick(400)}};
    }
    now = until;
  }
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  bool lies() { return pick(100) < lies_percent; }

  std::map<std::string, int> state_at(int version) const {
    std::map<std::string, int> out;
    for (const auto& change : changes) {
      if (change.version > version) break;
      if (change.deleted)
        out.erase(change.name);
      else
        out[change.name] = change.version;
    }
    return out;
  }
  static std::string object(const std::string& name, int version) {
    return fmt::format(R"({{"metadata":{{"name":"{}","resourceVersion":"{}"}}}})", name, version);
  }
  net::Response list() const {
    std::string items;
    for (const auto& [name, version] : there_) items += (items.empty() ? "" : ",") + object(name, version);
    return {200,
            {},
            fmt::format(R"({{"kind":"PodList","metadata":{{"resourceVersion":"{}"}},"items":[{}]}})", version_, items)};
  }
  std::string event(const Change& change) const {
    const char* type = change.deleted ? "DELETED" : "MODIFIED";
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object(change.name, change.version));
  }
  std::vector<Change> after(int version) const {
    return {changes.begin() + version, changes.end()};  // versions count from 1 without holes
  }
  void compact() { compacted = version_; }
  int version() const { return version_; }

  Stamp now{1};
  int compacted = 0;
  int lies_percent = 30;
  std::vector<Change> changes;

 private:
  void make_change() {
    const auto name = std::string(1, static_cast<char>('a' + pick(5)));
    const bool deletes = there_.count(name) != 0 && pick(4) == 0;
    changes.push_back({now, ++version_, name, deletes});
    if (deletes)
      there_.erase(name);
    else
      there_[name] = version_;
  }
  std::mt19937_64 random_;
  Stamp next_change_{5'000'000};
  int version_ = 0;
  std::map<std::string, int> there_;
};

class Trial {
 public:
  explicit Trial(std::uint64_t seed)
      : world(seed),
        machine(
            {.resource = *resource_for_kind("Pod"), .seed = seed, .stream_min = 2s, .stream_max = 4s, .grace = 1s}) {}

  void run(int actions) {
    hear(WatchStart{world.now});
    for (int i = 0; i < actions; ++i) act();
    world.lies_percent = 0;
    for (int i = 0; i < 20; ++i) act();
  }

  World world;
  WatchMachine machine;
  std::map<std::string, int> cache;
  std::map<int, Stamp> seen;  // version -> when its change was told
  std::vector<WatchGap> gaps;
  Stamp began{};
  int caught_up = 0;  // the version that the last list or event brought

 private:
  void hear(const WatchInput& input) {
    auto step = machine.resume(input);
    action_ = std::move(step.action);
    for (const auto& item : step.items) take(item);
  }
  static int version_of(const json& object) {
    return std::stoi(object["metadata"]["resourceVersion"].get<std::string>());
  }

  void take(const WatchItem& item) {
    if (const auto* replaced = std::get_if<WatchReplaced>(&item)) {
      cache.clear();
      for (const auto& each : replaced->objects) cache[each["metadata"]["name"]] = version_of(each);
      if (began == Stamp{}) began = world.now;
      caught_up = list_version_;
    } else if (const auto* applied = std::get_if<WatchApplied>(&item)) {
      note(applied->object);
      cache[applied->object["metadata"]["name"]] = version_of(applied->object);
    } else if (const auto* deleted = std::get_if<WatchDeleted>(&item)) {
      note(deleted->object);
      cache.erase(deleted->object["metadata"]["name"].get<std::string>());
    } else if (const auto* gap = std::get_if<WatchGap>(&item)) {
      gaps.push_back(*gap);
    } else {
      ADD_FAILURE() << "denied: " << std::get<WatchDenied>(item).error.message;
    }
  }
  void note(const json& object) {
    const int version = version_of(object);
    EXPECT_EQ(version, caught_up + 1) << "a change was left out or told twice";
    caught_up = version;
    seen[version] = world.now;
  }

  void act() {
    const auto action = action_;
    if (const auto* sleep = std::get_if<Sleep>(&action)) {
      world.advance(sleep->length);
      hear(Woke{world.now});
    } else if (std::holds_alternative<FetchPage>(action)) {
      list();
    } else if (const auto* open = std::get_if<OpenStream>(&action)) {
      stream(*open);
    } else {
      FAIL() << "nothing to do";
    }
  }

  void list() {
    world.advance(2ms);
    if (!world.lies()) {
      list_version_ = world.version();
      return hear(ListAnswered{world.now, world.list()});
    }
    switch (world.pick(4)) {
      case 0:
        return hear(TransportBroke{world.now, "refused"});
      case 1:
        return hear(ListAnswered{world.now, {200, {}, "<html>"}});
      case 2:
        return hear(ListAnswered{world.now, {401, {}, "{}"}});
      default:
        return hear(ListAnswered{world.now, {429, {{"retry-after", "1"}}, "{}"}});
    }
  }

  void stream(const OpenStream& open) {
    world.advance(2ms);
    if (world.pick(10) == 0) world.compact();
    if (world.lies()) return refuse();
    hear(StreamOpened{world.now, "application/json"});
    int sent = std::stoi(open.resource_version);
    if (sent < world.compacted)
      return hear(StreamBytes{world.now, "{\"type\":\"ERROR\",\"object\":{\"code\":410,\"reason\":\"Expired\"}}\n"});
    const auto ends = world.now + open.timeout;
    while (world.now < ends) {
      for (const auto& change : world.after(sent)) {
        hear(StreamBytes{world.now, world.event(change)});
        sent = change.version;
      }
      if (world.pick(60) == 0 && world.lies()) return cut(sent, open);
      world.advance(1ms * (1 + world.pick(20)));
    }
    // The server's last word is whole: what happened until now was sent.
    for (const auto& change : world.after(sent)) hear(StreamBytes{world.now, world.event(change)});
    hear(StreamEnded{world.now});
  }

  void refuse() {
    switch (world.pick(5)) {
      case 0:
        return hear(TransportBroke{world.now, "refused"});
      case 1:
        return hear(StreamOpened{world.now, "text/html"});
      case 2:
        return hear(StreamRefused{world.now, {401, {}, "{}"}});
      case 3:
        return hear(StreamRefused{world.now, {410, {}, "{\"kind\":\"Status\",\"reason\":\"Expired\"}"}});
      default:
        return hear(StreamRefused{world.now, {503, {}, "no"}});
    }
  }

  void cut(int sent, const OpenStream& open) {
    switch (world.pick(5)) {
      case 0:
        return hear(TransportBroke{world.now, "reset"});
      case 1:  // silence, until the idle timeout
        world.advance(open.idle);
        return hear(TransportBroke{world.now, "no byte"});
      case 2: {  // half a line
        world.advance(50ms);
        const auto missed = world.after(sent);
        if (!missed.empty()) hear(StreamBytes{world.now, world.event(missed.front()).substr(0, 20)});
        return missed.empty() ? hear(TransportBroke{world.now, "cut"}) : hear(StreamEnded{world.now});
      }
      case 3:
        return hear(StreamBytes{world.now, "<html>Bad gateway</html>\n"});
      default:
        return hear(StreamBytes{world.now, "{\"type\":\"ERROR\",\"object\":{\"code\":500}}\n"});
    }
  }

  WatchAction action_;
  int list_version_ = 0;
};

bool covered(const std::vector<WatchGap>& gaps, Stamp from, bool lost) {
  for (const auto& gap : gaps)
    if (gap.from <= from && from <= gap.to && (!lost || gap.lost)) return true;
  return false;
}

TEST(WatchProperty, NothingIsLostOrInventedAndEveryBlindStretchIsTold) {
  // STRAYCAT_SEED repeats a run, STRAYCAT_ROUNDS makes it long.
  const char* asked = std::getenv("STRAYCAT_SEED");
  const char* many = std::getenv("STRAYCAT_ROUNDS");
  const std::uint64_t base = asked != nullptr ? std::stoull(asked) : std::random_device{}();
  const std::uint64_t rounds = many != nullptr ? std::stoull(many) : 15;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto seed = base + round;
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Trial trial{seed};
    trial.run(40);
    EXPECT_EQ(trial.cache, trial.world.state_at(trial.caught_up));
    for (const auto& change : trial.world.changes) {
      if (change.when <= trial.began) continue;
      if (change.version > trial.caught_up) {
        EXPECT_GT(change.when, trial.world.now - 6s) << "version " << change.version << " never came";
        continue;
      }
      const auto told = trial.seen.find(change.version);
      const bool lost = told == trial.seen.end();
      const bool late = !lost && told->second - change.when > 25ms;  // the wire's own pace in this world
      if (lost || late)
        EXPECT_TRUE(covered(trial.gaps, change.when, lost)) << "version " << change.version << " at " << change.when.ns;
    }
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace straycat::kube
