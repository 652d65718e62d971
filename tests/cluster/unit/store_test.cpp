#include "cluster/store/store.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using testing::ElementsAre;

struct StoreTest : testing::Test {
  boost::asio::io_context context;
  std::int64_t now = 1'795'441'122;  // 2026-11-23T13:38:42Z
  Store store{context.get_executor(), [this] { return now; }};

  Object make(const char* text) {
    auto made = store.create(json::parse(text));
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : nullptr;
  }
  Object pod(const std::string& name, const char* node = "node1") {
    auto object =
        json::parse(R"({"kind":"Pod","metadata":{"namespace":"a"},"spec":{"containers":[{"name":"c","image":"x"}]}})");
    object["metadata"]["name"] = name;
    object["spec"]["nodeName"] = node;
    return *store.create(object);
  }
};

TEST_F(StoreTest, SetsWhatTheServerOwns) {
  const auto made = make(
      R"({"kind":"Deployment","metadata":{"name":"d","namespace":"a","uid":"mine","resourceVersion":"7"},"spec":{}})");
  const auto& meta = (*made)["metadata"];
  EXPECT_EQ((*made)["apiVersion"], "apps/v1");
  EXPECT_EQ(meta["creationTimestamp"], "2026-11-23T13:38:42Z");
  EXPECT_EQ(meta["resourceVersion"], "2");
  EXPECT_EQ(meta["generation"], 1);
  EXPECT_EQ(meta["uid"].get<std::string>().size(), 36U);
  EXPECT_NE(meta["uid"], "mine");
  EXPECT_EQ(store.revision(), 2U);
}

TEST_F(StoreTest, HonoursGenerateName) {
  const auto made =
      make(R"({"kind":"Pod","metadata":{"generateName":"sayhi-","namespace":"a"},"spec":{"containers":[]}})");
  EXPECT_THAT(text_at(*made, "/metadata/name"), testing::MatchesRegex("sayhi-[bcdfghjklmnpqrstvwxz2456789]{5}"));
}

TEST_F(StoreTest, RefusesInKubernetesWords) {
  make(R"({"kind":"Deployment","metadata":{"name":"d","namespace":"a"},"spec":{}})");
  const auto again =
      store.create(json::parse(R"({"kind":"Deployment","metadata":{"name":"d","namespace":"a"},"spec":{}})"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "deployments.apps \"d\" already exists");
  EXPECT_EQ(again.error().code, 409);
  const auto stale = store.update(
      json::parse(R"({"kind":"Deployment","metadata":{"name":"d","namespace":"a","resourceVersion":"1"},"spec":{}})"));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().reason, "Conflict");
  EXPECT_EQ(stale.error().message,
            "Operation cannot be fulfilled on deployments.apps \"d\": the object has been modified; please apply your "
            "changes to "
            "the latest version and try again");
  const auto absent = store.remove("Pod", "a", "p");
  ASSERT_FALSE(absent);
  EXPECT_EQ(to_json(absent.error()),
            json::parse(
                R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"p\" not found",
                            "reason":"NotFound","details":{"name":"p","kind":"pods"},"code":404})"));
}

TEST_F(StoreTest, GenerationCountsTheSpecOnly) {
  make(R"({"kind":"Deployment","metadata":{"name":"d","namespace":"a"},"spec":{"replicas":1}})");
  const auto write = [&](const std::function<void(json&)>& change) {
    return (**store.mutate("Deployment", "a", "d",
                           [&](json& object) {
                             change(object);
                             return true;
                           }))["metadata"]["generation"]
        .get<int>();
  };
  EXPECT_EQ(write([](json& object) { object["status"]["replicas"] = 1; }), 1);
  EXPECT_EQ(write([](json& object) { object["metadata"]["labels"]["a"] = "b"; }), 1);
  EXPECT_EQ(write([](json& object) { object["spec"]["replicas"] = 2; }), 2);
  EXPECT_FALSE((*make(R"({"kind":"Service","metadata":{"name":"s","namespace":"a"},"spec":{}})"))["metadata"].contains(
      "generation"));
}

TEST_F(StoreTest, WritesNothingWhenNothingChanged) {
  make(R"({"kind":"ConfigMap","metadata":{"name":"c","namespace":"a"},"data":{"k":"v"}})");
  const auto before = store.revision();
  EXPECT_TRUE(store.mutate("ConfigMap", "a", "c", [](json& object) {
    object["data"]["k"] = "v";
    return true;
  }));
  EXPECT_TRUE(store.mutate("ConfigMap", "a", "c", [](json& object) {
    object["data"]["k"] = "w";
    return false;
  }));
  EXPECT_EQ(store.revision(), before);
}

TEST_F(StoreTest, UpdatesCannotTouchWhatTheServerOwns) {
  const auto made = make(R"({"kind":"ConfigMap","metadata":{"name":"c","namespace":"a"},"data":{"k":"v"}})");
  auto wanted = *made;
  wanted["metadata"]["creationTimestamp"] = "1999-01-01T00:00:00Z";
  wanted["metadata"]["deletionTimestamp"] = "1999-01-01T00:00:00Z";
  const auto updated = store.update(wanted);
  ASSERT_TRUE(updated);
  EXPECT_EQ((**updated)["metadata"], (*made)["metadata"]);
  wanted["metadata"]["uid"] = "other";
  EXPECT_EQ(store.update(wanted).error().reason, "Conflict");
}

TEST_F(StoreTest, PodsDieGracefully) {
  pod("p");
  const auto dying = store.remove("Pod", "a", "p", 5);
  ASSERT_TRUE(dying);
  EXPECT_EQ((**dying)["metadata"]["deletionTimestamp"], "2026-11-23T13:38:47Z");
  EXPECT_EQ((**dying)["metadata"]["deletionGracePeriodSeconds"], 5);
  EXPECT_EQ((**dying)["metadata"]["generation"], 2);
  ASSERT_TRUE(store.get("Pod", "a", "p"));
  now += 2;
  EXPECT_EQ((**store.remove("Pod", "a", "p", 60))["metadata"]["deletionGracePeriodSeconds"], 5)
      << "a second delete cannot lengthen the wait";
  EXPECT_EQ((**store.remove("Pod", "a", "p", 1))["metadata"]["deletionTimestamp"], "2026-11-23T13:38:43Z")
      << "counted from the first delete";
  const auto last = store.remove("Pod", "a", "p", 0);
  ASSERT_TRUE(last);
  EXPECT_EQ((**last)["metadata"]["deletionGracePeriodSeconds"], 0);
  EXPECT_FALSE(store.get("Pod", "a", "p"));
}

TEST_F(StoreTest, PodsThatNobodyRunsGoAtOnce) {
  pod("unscheduled", "");
  EXPECT_TRUE(store.remove("Pod", "a", "unscheduled"));
  EXPECT_FALSE(store.get("Pod", "a", "unscheduled"));
  pod("done");
  EXPECT_TRUE(store.mutate("Pod", "a", "done", [](json& object) {
    object["status"]["phase"] = "Succeeded";
    return true;
  }));
  EXPECT_TRUE(store.remove("Pod", "a", "done"));
  EXPECT_FALSE(store.get("Pod", "a", "done"));
}

TEST_F(StoreTest, FinalizersHoldAnObject) {
  make(R"({"kind":"Job","metadata":{"name":"j","namespace":"a"},"spec":{"template":{"spec":{"containers":[]}}}})");
  const auto dying = store.remove("Job", "a", "j", Deletion{-1, "Foreground", "", ""});
  ASSERT_TRUE(dying);
  EXPECT_EQ((**dying)["metadata"]["finalizers"], json::array({"foregroundDeletion"}));
  EXPECT_EQ((**dying)["metadata"]["deletionGracePeriodSeconds"], 0);
  EXPECT_EQ((**dying)["metadata"]["generation"], 2);
  EXPECT_TRUE(store.mutate("Job", "a", "j", [](json& object) {
    object["metadata"].erase("finalizers");
    return true;
  }));
  EXPECT_FALSE(store.get("Job", "a", "j")) << "the last finalizer was all it waited for";
}

TEST_F(StoreTest, DeletePreconditions) {
  const auto made = make(R"({"kind":"ConfigMap","metadata":{"name":"c","namespace":"a"}})");
  const auto refused = store.remove("ConfigMap", "a", "c", Deletion{-1, "", "other", ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 409);
  EXPECT_TRUE(store.remove("ConfigMap", "a", "c", Deletion{-1, "", text_at(*made, "/metadata/uid"), ""}));
}

TEST_F(StoreTest, NamespacesTerminate) {
  make(R"({"kind":"Namespace","metadata":{"name":"a"}})");
  const auto dying = store.remove("Namespace", "", "a");
  ASSERT_TRUE(dying);
  EXPECT_EQ((**dying)["status"]["phase"], "Terminating");
  const auto refused = store.create(json::parse(R"({"kind":"ConfigMap","metadata":{"name":"c","namespace":"a"}})"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 403);
  EXPECT_EQ(
      refused.error().message,
      "configmaps \"c\" is forbidden: unable to create new content in namespace a because it is being terminated");
  EXPECT_TRUE(store.mutate("Namespace", "", "a", [](json& object) {
    object["spec"]["finalizers"] = json::array();
    return true;
  }));
  EXPECT_FALSE(store.get("Namespace", "", "a"));
}

TEST_F(StoreTest, SubscribersHearEveryChangeInOrderAndNeverInsideAWrite) {
  std::vector<std::string> heard;
  auto subscription = store.subscribe([&](const Change& change) {
    heard.push_back(change.name + ":" + std::to_string(static_cast<int>(change.type)) + (change.previous ? "+" : ""));
  });
  pod("p", "");
  EXPECT_TRUE(store.mutate("Pod", "a", "p", [](json& object) {
    object["status"]["phase"] = "Running";
    return true;
  }));
  store.purge("Pod", "a", "p");
  EXPECT_THAT(heard, ElementsAre());
  context.run();
  EXPECT_THAT(heard, ElementsAre("p:0", "p:1+", "p:2+"));
  subscription = {};
  pod("q");
  context.restart();
  context.run();
  EXPECT_EQ(heard.size(), 3U);
}

TEST_F(StoreTest, RemembersTheLastChangesOnly) {
  make(R"({"kind":"ConfigMap","metadata":{"name":"c","namespace":"a"}})");
  pod("p");
  const auto start = store.revision();
  for (int i = 0; i < 4096; ++i) {
    ASSERT_TRUE(store.mutate("ConfigMap", "a", "c", [&](json& object) {
      object["data"]["k"] = std::to_string(i);
      return true;
    }));
  }
  const auto kept = store.changes_since("ConfigMap", start);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), 4096U);
  EXPECT_TRUE(store.changes_since("Pod", start)->empty());
  const auto lost = store.changes_since("ConfigMap", start - 1);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, 410);
  EXPECT_EQ(lost.error().message,
            "too old resource version: " + std::to_string(start - 1) + " (" + std::to_string(start + 1) + ")");
}

TEST_F(StoreTest, ListsByNamespace) {
  pod("p");
  make(R"({"kind":"Pod","metadata":{"name":"q","namespace":"b"},"spec":{"containers":[]}})");
  EXPECT_EQ(store.list("Pod").size(), 2U);
  EXPECT_EQ(store.list("Pod", "b").size(), 1U);
  EXPECT_TRUE(store.list("Service").empty());
}

TEST_F(StoreTest, PreviewsLeaveNoTrace) {
  const auto before = store.revision();
  const auto preview =
      store.preview_create(json::parse(R"({"kind":"ConfigMap","metadata":{"name":"c","namespace":"a"}})"));
  ASSERT_TRUE(preview);
  EXPECT_FALSE(store.get("ConfigMap", "a", "c"));
  EXPECT_EQ(store.revision(), before);
}

TEST_F(StoreTest, ServicesGetAddressesOfTheirOwn) {
  const auto first =
      make(R"({"kind":"Service","metadata":{"name":"s","namespace":"a"},"spec":{"ports":[{"port":80}]}})");
  const auto second = make(
      R"({"kind":"Service","metadata":{"name":"t","namespace":"a"},"spec":{"type":"NodePort","ports":[{"port":80}]}})");
  const auto address = text_at(*first, "/spec/clusterIP");
  EXPECT_THAT(address, testing::StartsWith("10.96."));
  EXPECT_NE(address, text_at(*second, "/spec/clusterIP"));
  EXPECT_EQ((*first)["spec"]["clusterIPs"], json::array({address}));
  EXPECT_GE((*second)["spec"]["ports"][0]["nodePort"], 30086) << "below are those that people name";
  auto clash =
      json::parse(R"({"kind":"Service","metadata":{"name":"u","namespace":"a"},"spec":{"ports":[{"port":80}]}})");
  clash["spec"]["clusterIP"] = address;
  EXPECT_THAT(store.create(clash).error().message, testing::HasSubstr("provided IP is already allocated"));
  EXPECT_EQ(
      (*make(
          R"({"kind":"Service","metadata":{"name":"h","namespace":"a"},"spec":{"clusterIP":"None"}})"))["spec"]
                                                                                                       ["clusterIPs"],
      json::array({"None"}));
}

// Validation and ownership must see the object that is stored: completed once, before they look.
TEST_F(StoreTest, WhatIsReviewedIsWhatIsStored) {
  json seen;
  int reviews = 0;
  const Review look = [&](json& object, const Object&) -> StoreResult<void> {
    ++reviews;
    seen = object["spec"];
    object["metadata"]["labels"]["reviewed"] = std::to_string(reviews);
    return {};
  };
  auto deployment = json::parse(R"({"kind":"Deployment","metadata":{"name":"d","namespace":"a"},"spec":{"template":
      {"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  const auto made = store.create(deployment, look);
  ASSERT_TRUE(made);
  EXPECT_EQ(reviews, 1);
  EXPECT_EQ(seen, (*made)->at("spec"));
  EXPECT_EQ(seen["replicas"], 1);
  EXPECT_EQ(seen["template"]["spec"]["containers"][0]["imagePullPolicy"], "Always");
  EXPECT_EQ(text_at(**made, "/metadata/labels/reviewed"), "1");
  deployment["spec"]["replicas"] = nullptr;
  const auto updated = store.update(deployment, look);
  ASSERT_TRUE(updated);
  EXPECT_EQ(reviews, 2);
  EXPECT_EQ(seen, (*updated)->at("spec"));
  EXPECT_EQ(seen["replicas"], 1);
}

TEST_F(StoreTest, AReviewRefuses) {
  const Review refuse = [](json&, const Object& current) -> StoreResult<void> {
    return Status{422, "Invalid", current ? "no change" : "no object", nullptr};
  };
  const auto map = json::parse(R"({"kind":"ConfigMap","metadata":{"name":"m","namespace":"a"}})");
  EXPECT_EQ(store.create(map, refuse).error().message, "no object");
  EXPECT_EQ(store.preview_create(map, refuse).error().message, "no object");
  EXPECT_FALSE(store.get("ConfigMap", "a", "m"));
  make(R"({"kind":"ConfigMap","metadata":{"name":"m","namespace":"a"}})");
  auto changed = map;
  changed["data"]["a"] = "b";
  EXPECT_EQ(store.update(changed, refuse).error().message, "no change");
  EXPECT_EQ(store.preview_update(changed, refuse).error().message, "no change");
  EXPECT_FALSE(store.get("ConfigMap", "a", "m")->contains("data"));
}

}  // namespace
}  // namespace straycat::cluster
