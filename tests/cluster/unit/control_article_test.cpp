// The article's incident, object by object against a real cluster's recording.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::ElementsAre;

// What a slice's watcher sees, without what differs by nature: uids, versions, instants, random names.
json face_of(const json& slice, std::map<std::string, std::string>& names) {
  const auto steady = [&](const json& value) {
    const auto text = value.get<std::string>();
    return names.emplace(text, std::to_string(names.size())).first->second;
  };
  auto face = json::object();
  face["ports"] = slice["ports"];
  face["addressType"] = slice["addressType"];
  face["labels"] = slice["metadata"]["labels"];
  face["name"] = steady(slice["metadata"]["name"]);
  face["generateName"] = slice["metadata"]["generateName"];
  face["generation"] = slice["metadata"]["generation"];
  face["trigger"] = slice["metadata"].contains("annotations");
  face["owner"] = slice["metadata"]["ownerReferences"];
  face["owner"][0]["uid"] = steady(face["owner"][0]["uid"]);
  face["endpoints"] = slice["endpoints"];
  for (auto& endpoint : face["endpoints"]) {
    endpoint["targetRef"]["uid"] = steady(endpoint["targetRef"]["uid"]);
    endpoint["targetRef"]["name"] = steady(endpoint["targetRef"]["name"]);
  }
  return face;
}

json without(json object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) object.erase(key);
  return object;
}

struct ArticleTest : testing::Test {
  ControlWorld world;
  std::vector<Change> slices, jobs;
  Subscription watch = world.store.subscribe([this](const Change& change) {
    if (change.kind == "EndpointSlice") slices.push_back(change);
    if (change.kind == "Job") jobs.push_back(change);
  });
  std::string job_pod;

  void second() { world.advance(std::chrono::seconds{1}); }
  // The story of the recording: deploy, become ready, the Job joins, completes, is deleted.
  void tell() {
    world.make(article_deployment());
    world.make(article_service());
    world.settle();
    const auto sayhi = name_of(world.pods().front());
    world.run_pod(sayhi, false);
    second();
    world.set_ready(sayhi, true);
    second();
    world.make(article_job());
    world.settle();
    job_pod = name_of(world.pods("Job").front());
    second();
    world.run_pod(job_pod, true);
    second();
    world.set_ready(job_pod, false, "PodCompleted");
    second();
    world.end_pod(job_pod, true);
    second();
    world.remove("Job", "sayhi", "Foreground");
    second();
  }
};

TEST_F(ArticleTest, SlicesChangeAsTheyDidOnARealCluster) {
  tell();
  const auto recorded = read_recording("watch-endpointslices.http");
  ASSERT_EQ(slices.size(), 6U);
  std::map<std::string, std::string> ours, theirs;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    EXPECT_EQ(slices[i].type, i == 0 ? ChangeType::added : ChangeType::modified);
    EXPECT_EQ(face_of(*slices[i].object, ours), face_of(recorded[i].object, theirs)) << "change " << i;
  }
}

TEST_F(ArticleTest, JobSaysWhatARealOneSaid) {
  tell();
  const auto recorded = read_recording("watch-jobs.http");
  std::vector<json> ours, theirs;
  const auto face = [](const json& job) {
    auto status = without(job["status"], {"startTime", "completionTime"});
    for (auto& condition : status["conditions"])
      condition = without(condition, {"lastProbeTime", "lastTransitionTime"});
    if (status["uncountedTerminatedPods"].contains("succeeded"))
      status["uncountedTerminatedPods"]["succeeded"] = json::array({"pod"});
    status["started"] = job["status"].contains("startTime");
    status["finalizers"] = job["metadata"].value("finalizers", json());
    return status;
  };
  for (const auto& change : jobs) ours.push_back(face(*change.object));
  for (const auto& line : recorded) theirs.push_back(face(line.object));
  EXPECT_EQ(ours, theirs);
  EXPECT_EQ(without(*jobs.front().object, {"metadata", "status"})["spec"]["template"]["metadata"]["labels"].size(), 5U);
  EXPECT_EQ(jobs.back().type, ChangeType::deleted);
}

TEST_F(ArticleTest, TheJobsPodIsMadeAsARealOne) {
  world.make(article_job());
  world.settle();
  const auto pod = world.pods("Job").front();
  const auto job = world.get("Job", "sayhi");
  EXPECT_EQ(pod["metadata"]["generateName"], "sayhi-");
  EXPECT_EQ(pod["metadata"]["finalizers"], json::array({"batch.kubernetes.io/job-tracking"}));
  EXPECT_EQ(pod["metadata"]["labels"], job["spec"]["template"]["metadata"]["labels"]);
  EXPECT_EQ(pod["metadata"]["ownerReferences"][0],
            json::parse(R"({"apiVersion":"batch/v1","kind":"Job","name":"sayhi","controller":true,
    "blockOwnerDeletion":true,"uid":")" +
                        uid_of(job) + "\"}"));
  EXPECT_EQ(pod["spec"]["restartPolicy"], "Never");
  EXPECT_EQ(pod["spec"]["nodeName"], "node1");
}

TEST_F(ArticleTest, EventsAreInKubernetesOwnWords) {
  tell();
  const auto sayhi = name_of(world.pods("ReplicaSet").front());
  const auto set = name_of(*world.store.list("ReplicaSet").front());
  EXPECT_THAT(world.events("Deployment"),
              ElementsAre("ScalingReplicaSet: Scaled up replica set " + set + " from 0 to 1"));
  EXPECT_THAT(world.events("ReplicaSet"), ElementsAre("SuccessfulCreate: Created pod: " + sayhi));
  EXPECT_THAT(world.events("Job"),
              ElementsAre("SuccessfulCreate: Created pod: " + job_pod, "Completed: Job completed"));
  EXPECT_THAT(world.events("Pod"),
              ElementsAre("Scheduled: Successfully assigned straycat-demo/" + sayhi + " to node1",
                          "Scheduled: Successfully assigned straycat-demo/" + job_pod + " to node1"));
}

// Every field that a real Event of that reason has, ours has too, and no other.
TEST_F(ArticleTest, EventsHaveTheFieldsOfRealOnes) {
  tell();
  const auto what = [](const json& event) {
    return string_or(event, "reason") + " by " + string_or(event, "reportingComponent");
  };
  std::map<std::string, json> ours;
  for (const auto& event : world.store.list("Event"))
    ours[what(*event)] = json::parse(event->dump());  // as it goes over the wire
  std::size_t compared = 0;
  for (const auto& line : read_recording("watch-events.http")) {
    const auto found = ours.find(what(line.object));
    if (found == ours.end()) continue;
    ++compared;
    const auto& event = found->second;
    for (const auto& [key, value] : line.object.items()) {
      ASSERT_TRUE(event.contains(key)) << found->first << " lacks " << key;
      EXPECT_EQ(event[key].type(), value.type()) << found->first << "." << key;
    }
    EXPECT_EQ(event["source"], line.object["source"]) << found->first;
    for (const auto& [key, value] : event.items())
      EXPECT_TRUE(line.object.contains(key)) << found->first << " has " << key;
    for (const auto& [key, value] : line.object["involvedObject"].items())
      EXPECT_TRUE(event["involvedObject"].contains(key)) << key;
  }
  EXPECT_GT(compared, 10U);
}

TEST_F(ArticleTest, ADeploymentsStatusGoesThroughTheRecordedStates) {
  std::vector<json> ours;
  const auto face = [](json status) {
    for (auto& condition : status["conditions"]) {
      condition = without(condition, {"lastUpdateTime", "lastTransitionTime"});
      auto message = condition["message"].get<std::string>();
      if (const auto quote = message.find('"'); quote != std::string::npos)
        message.erase(quote, message.rfind('"') - quote + 1);
      condition["message"] = message;
    }
    return status;
  };
  auto deployments = world.store.subscribe([&](const Change& change) {
    if (change.kind != "Deployment" || (!ours.empty() && ours.back() == face((*change.object)["status"]))) return;
    ours.push_back(face((*change.object)["status"]));
  });
  world.make(article_deployment());
  world.settle();
  world.run_all_pods(false);
  second();
  world.set_ready(name_of(world.pods().front()), true);
  second();
  std::vector<json> theirs;
  for (const auto& line : read_recording("watch-deployments.http"))
    if (theirs.size() < 5) theirs.push_back(face(line.object["status"]));
  // A real controller writes "Created new replica set" (the second state) on its own; ours writes it with the third.
  theirs.erase(theirs.begin() + 1);
  EXPECT_EQ(ours, theirs);
  EXPECT_EQ(annotation_of(world.get("Deployment", "sayhi"), "deployment.kubernetes.io/revision"), "1");
}

}  // namespace
}  // namespace straycat::cluster
