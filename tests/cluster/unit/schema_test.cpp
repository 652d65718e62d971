#include "cluster/kinds/schema.hpp"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

TEST(Schema, KnowsEveryServedKind) {
  for (const auto& info : served_kinds()) {
    const auto* structure = structure_of_kind(info.kind);
    ASSERT_NE(structure, nullptr) << info.kind;
    EXPECT_TRUE(structure->fields.contains("metadata")) << info.kind;
  }
}

// A row's own types must be reachable from it, or nobody reads them.
TEST(Schema, EveryTypeIsUsed) {
  std::set<std::string> used;
  const std::function<void(const Type&)> walk = [&](const Type& type) {
    if (type.element) walk(*type.element);
    if (type.structure == nullptr || !used.insert(type.structure->name).second) return;
    for (const auto& [field, inner] : type.structure->fields) walk(inner);
    for (const auto& [number, field] : type.structure->numbered) {
      Type inner;
      inner.structure = field.embedded;
      walk(inner);
    }
  };
  for (const auto& row : served_kinds()) {
    Type type;
    type.structure = structure_of_kind(row.kind);
    walk(type);
  }
  // Bodies that are no objects of a served kind.
  for (const char* name :
       {"meta.v1.DeleteOptions", "meta.v1.ListMeta", "autoscaling.v1.Scale", "authorization.v1.SelfSubjectAccessReview",
        "authorization.v1.SubjectAccessReview", "authorization.v1.LocalSubjectAccessReview",
        "authorization.v1.SelfSubjectRulesReview", "authentication.v1.SelfSubjectReview",
        "authentication.v1.TokenReview", "authentication.v1.TokenRequest", "policy.v1.Eviction",
        "autoscaling.v1.HorizontalPodAutoscaler", "events.v1.Event", "custom.v1.Object"}) {
    Type type;
    type.structure = &structures().at(name);
    walk(type);
  }
  for (const auto& [name, structure] : structures()) EXPECT_TRUE(used.contains(name)) << name;
}

TEST(Schema, EveryFieldHasAType) {
  int untyped = 0;
  for (const auto& [name, structure] : structures()) {
    for (const auto& [field, type] : structure.fields) {
      if (type.kind == Type::Kind::untyped && type.wire == Type::Wire::plain) ++untyped;
      if (type.kind == Type::Kind::structure) EXPECT_NE(type.structure, nullptr) << name << "." << field;
    }
  }
  EXPECT_LE(untyped, 7) << "managedFields' fieldsV1 is, a ControllerRevision's data, a schema's defaults, and "
                           "what drivers of devices keep; a "
                           "type that cannot be read would add to them";
}

TEST(Schema, FindsTypeClashesAsEncodingJsonNamesThem) {
  const auto& deployment = *structure_of_kind("Deployment");
  const auto clash = find_type_clash(json::parse(R"({"metadata":{"labels":{"app":true}}})"), deployment);
  ASSERT_TRUE(clash);
  EXPECT_EQ(clash->owner + "." + clash->path + " " + clash->got + " " + clash->wanted,
            "ObjectMeta.metadata.labels bool string");
  EXPECT_EQ(find_type_clash(json::parse(R"({"spec":{"replicas":"3"}})"), deployment)->wanted, "int32");
  EXPECT_EQ(find_type_clash(json::parse(R"({"spec":[]})"), deployment)->got, "array");
  EXPECT_FALSE(find_type_clash(
      json::parse(R"({"spec":{"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"replicas":null}})"),
      deployment));
}

TEST(Schema, FindsUnknownFields) {
  const auto object =
      json::parse(R"({"spec":{"replica":1,"template":{"spec":{"containers":[{"name":"a"},{"nam":"b"}]}}},"extra":{}})");
  EXPECT_EQ(unknown_fields(object, *structure_of_kind("Deployment")),
            (std::vector<std::string>{"extra", "spec.replica", "spec.template.spec.containers[1].nam"}));
}

TEST(Schema, PrunesWhatGoWouldLose) {
  auto object = json::parse(R"({"kind":"Deployment","metadata":{"annotations":{},"creationTimestamp":null},"bad":1,
    "spec":{"template":{"spec":{"securityContext":{},"volumes":[{"name":"v","emptyDir":{}}],"containers":[]}}}})");
  prune(object, *structure_of_kind("Deployment"));
  EXPECT_EQ(
      object,
      json::parse(
          R"({"kind":"Deployment","metadata":{},"spec":{"template":{"spec":{"securityContext":{},"volumes":[{"name":"v","emptyDir":{}}]}}}})"));
}

TEST(Schema, ComplaintsOfServerSideApplyNameItemsByTheirKeys) {
  const auto problems = [](const char* kind, const char* text) {
    return typed_problems(json::parse(text), *structure_of_kind(kind));
  };
  using Lines = std::vector<std::string>;
  EXPECT_EQ(problems("Service", R"({"spec":{"ports":[{"port":80,"targetport":1}]}})"),
            Lines{".spec.ports[port=80,protocol=\"TCP\"].targetport: field not declared in schema"});
  EXPECT_EQ(problems("Service", R"({"spec":{"ports":[{"port":"http"}]}})"),
            Lines{".spec.ports[port=\"http\",protocol=\"TCP\"].port: expected numeric (int or float), got string"});
  EXPECT_EQ(
      problems("Deployment", R"({"spec":{"replicas":"3","template":{"spec":{"containers":[{"name":"c","foo":1}]}}}})"),
      (Lines{".spec.replicas: expected numeric (int or float), got string",
             ".spec.template.spec.containers[name=\"c\"].foo: field not declared in schema"}));
  EXPECT_EQ(problems("Pod", R"({"spec":{"containers":[{"name":"c","command":["a"],"image":"i"}]}})"), Lines{});
}

}  // namespace
}  // namespace straycat::cluster
