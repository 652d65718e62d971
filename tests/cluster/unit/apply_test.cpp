#include "cluster/apiserver/apply.hpp"

#include <gtest/gtest.h>

#include "cluster/apiserver/field_set.hpp"

namespace straycat::cluster {
namespace {

const KindRow& deployments() { return *resource_by_kind("Deployment"); }
const Structure& deployment() { return *structure_of_kind("Deployment"); }
const Manager alice{"alice", "", "T1"}, bob{"bob", "", "T2"};

json applied(const json& live, const char* patch, const Manager& manager, bool force = false) {
  auto result = apply(live, json::parse(patch), deployments(), manager, force);
  EXPECT_TRUE(result) << result.error().message;
  return result ? result->object : json();
}

const char* manifest = R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":{"a":"b"}},
  "spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"x","image":"i","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]}}}})";

TEST(Apply, LeavingAFieldOutRemovesIt) {
  const auto live = applied(nullptr, manifest, alice);
  const auto next = applied(live, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},
    "spec":{"template":{"spec":{"containers":[{"name":"x","image":"i","env":[{"name":"B","value":"3"}]}]}}}})",
                            alice);
  EXPECT_FALSE(next["metadata"].contains("labels"));
  EXPECT_FALSE(next["spec"].contains("replicas"));
  EXPECT_EQ(next["spec"]["template"]["spec"]["containers"][0]["env"], json::parse(R"([{"name":"B","value":"3"}])"));
}

TEST(Apply, WhatAnotherManagerHoldsStays) {
  auto live = applied(nullptr, manifest, alice);
  live = applied(live, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1}})",
                 bob);
  const auto next = applied(live, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"}})", alice);
  EXPECT_EQ(next["spec"]["replicas"], 1) << "bob applied the same value";
  EXPECT_FALSE(next["spec"].contains("template"));
}

TEST(Apply, ConflictsNameTheOwnerAndTheField) {
  const auto live = applied(nullptr, manifest, alice);
  const char* other = R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":2}})";
  const auto refused = apply(live, json::parse(other), deployments(), bob, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 409);
  EXPECT_EQ(refused.error().message,
            "Apply failed with 1 conflict: conflict with \"alice\" using apps/v1: .spec.replicas");
  EXPECT_EQ(refused.error().details["causes"][0]["reason"], "FieldManagerConflict");
  const auto forced = applied(live, other, bob, true);
  EXPECT_EQ(forced["spec"]["replicas"], 2);
  const auto& entries = forced["metadata"]["managedFields"];
  EXPECT_FALSE(entries[0]["fieldsV1"]["f:spec"].contains("f:replicas")) << "alice has lost it";
  EXPECT_TRUE(entries[1]["fieldsV1"]["f:spec"].contains("f:replicas"));
  const auto again = applied(
      forced, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":{"a":"b"}}})", alice);
  EXPECT_EQ(again["spec"]["replicas"], 2) << "what alice no longer owns she cannot remove";
}

TEST(Apply, ContainersConflictByName) {
  const auto live = applied(nullptr, manifest, alice);
  const auto refused =
      apply(live, json::parse(R"({"spec":{"template":{"spec":{"containers":[{"name":"x","image":"other"}]}}}})"),
            deployments(), bob, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "Apply failed with 1 conflict: conflict with \"alice\" using apps/v1: "
            ".spec.template.spec.containers[name=\"x\"].image");
}

TEST(Apply, AnUnchangedApplyKeepsItsTime) {
  const auto live = applied(nullptr, manifest, alice);
  EXPECT_EQ(applied(live, manifest, {"alice", "", "T9"}), live);
}

TEST(Apply, UpdatesTakeFieldsOver) {
  const auto live = applied(nullptr, manifest, alice);
  auto scaled = live;
  scaled["spec"]["replicas"] = 5;
  track_update(live, scaled, deployments(), {"kubectl", "scale", "T3"});
  const auto& entries = scaled["metadata"]["managedFields"];
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_FALSE(entries[0]["fieldsV1"]["f:spec"].contains("f:replicas"));
  EXPECT_EQ(entries[1]["subresource"], "scale");
  EXPECT_EQ(entries[1]["fieldsV1"], json::parse(R"({"f:spec":{"f:replicas":{}}})"));
  const auto refused = apply(scaled, json::parse(manifest), deployments(), alice, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: "
            ".spec.replicas");
}

TEST(FieldSet, Algebra) {
  const auto a = json::parse(R"({"f:x":{},"f:y":{"f:z":{},"f:w":{}}})"), b = json::parse(R"({"f:y":{"f:z":{}}})");
  EXPECT_EQ(without(a, b), json::parse(R"({"f:x":{},"f:y":{"f:w":{}}})"));
  EXPECT_EQ(common(a, b), b);
  EXPECT_EQ(united(b, a), a);
  EXPECT_TRUE(without(a, a).empty());
  EXPECT_EQ(common(a, json::object()), json::object());
}

TEST(FieldSet, ChangesAreFoundWhereTheyAre) {
  const auto before = json::parse(manifest);
  auto after = before;
  after["spec"]["template"]["spec"]["containers"][0]["env"][1]["value"] = "9";
  after["metadata"]["labels"]["n"] = "m";
  EXPECT_EQ(changed_fields(before, after, deployment()), json::parse(R"({"f:metadata":{"f:labels":{"f:n":{}}},
    "f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"x\"}":{"f:env":{"k:{\"name\":\"B\"}":{"f:value":{}}}}}}}}})"));
  EXPECT_TRUE(changed_fields(before, before, deployment()).empty());
}

}  // namespace
}  // namespace straycat::cluster
