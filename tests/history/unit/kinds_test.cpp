// What a run writes of each kind, the fold reads: nothing of it is "unknown".
#include <gtest/gtest.h>

#include <straycat/history/history.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::history {
namespace {

using json = nlohmann::json;

Event event(const EventKind& kind, std::uint64_t number, json body) {
  return {number, kind, std::string(runner_clock), {1000 + static_cast<std::int64_t>(number)}, std::move(body)};
}

History folded(const std::vector<Event>& objects) {
  EventLog log;
  Header header;
  header.format = log_format;
  log.events.push_back(event(Header::kind, 0, json(header)));
  log.events.insert(log.events.end(), objects.begin(), objects.end());
  auto history = fold(log);
  EXPECT_TRUE(history);
  return history ? std::move(*history) : History{};
}

std::size_t held(const History& history) {
  std::size_t slices = 0;
  for (const auto& [clock, timelines] : history.slices) slices += timelines.size();
  return history.pods.size() + history.services.size() + history.workloads.size() + history.nodes.size() +
         history.policies.size() + history.kube_events.size() + slices;
}

TEST(KindsOfALog, EachIsHeldByItsTimeline) {
  for (const model::Kind& kind : model::kinds()) {
    if (kind.project == nullptr) continue;
    const model::Projection seen =
        kind.project({{"kind", kind.name}, {"metadata", {{"name", "x"}, {"namespace", "n"}, {"uid", "u"}}}});
    json body;
    model::to_json(body, model::ObjectChange{false, model::to_log(seen)});
    const History history = folded({event(model::topic_of(seen), 1, body)});
    EXPECT_EQ(history.unknown, 0u) << kind.name;
    EXPECT_EQ(held(history), 1u) << kind.name;
    EXPECT_EQ(history.workloads.size(), kind.makes_pods() ? 1u : 0u) << kind.name;
    body["op"] = "delete";
    const History gone = folded({event(model::topic_of(seen), 1, body)});
    EXPECT_EQ(held(gone), std::holds_alternative<model::KubeEvent>(seen) ? 0u : 1u) << kind.name;
    EXPECT_EQ(gone.unknown, 0u) << kind.name;
  }
  EXPECT_EQ(folded({event("kitten", 1, json::object())}).unknown, 1u);
}

TEST(KindsOfALog, ADeletionBringsTheLastKnownState) {
  model::Pod pod;
  pod.meta.uid = "u";
  json body;
  model::to_json(body, model::ObjectChange{false, json(pod)});
  const Event made = event("pod", 1, body);
  pod.meta.deletion_wall_ns = 7;
  model::to_json(body, model::ObjectChange{true, json(pod)});
  const History history = folded({made, event("pod", 2, body)});
  const auto& timeline = history.pods.at("u");
  ASSERT_EQ(timeline.versions.size(), 2u);
  EXPECT_TRUE(timeline.versions[0].object);
  EXPECT_FALSE(timeline.versions[1].object);
  EXPECT_EQ(timeline.last->meta.deletion_wall_ns, 7);
}

}  // namespace
}  // namespace straycat::history
