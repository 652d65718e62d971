// A relabelled stray, kind by kind: where its labels stand, and in which order a person has to change it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/finding/label_fix.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::finding {
namespace {

using testing::HasSubstr;

const model::Labels app{{"app", "sayhi"}};

LabelFixRequest stray_of(std::string_view kind) {
  LabelFixRequest request;
  request.ns = "shop";
  request.service = "sayhi";
  request.service_selector = app;
  model::Service service;
  service.meta.name = "sayhi";
  service.selector = app;
  request.services = {service};
  request.stray = {std::string(kind), "shop", "stray", ""};
  request.stray_labels = app;
  request.meant = {{{"Deployment", "shop", "sayhi", ""}, app}};
  return request;
}

// The workload that a manifest makes once the fix is in it.
model::Workload mended(const model::Kind& kind, const Fix& fix) {
  json manifest{{"kind", kind.name}};
  manifest[json::json_pointer(model::pod_labels_of(kind.name))] = app;
  if (!kind.own_selector.empty()) manifest[json::json_pointer(std::string(kind.own_selector))] = app;
  manifest.merge_patch(fix.merge_patch);
  return model::project_workload(manifest);
}

TEST(LabelFix, ChangesTheLabelsWhereTheKindHasThem) {
  for (const model::Kind& kind : model::kinds()) {
    if (!kind.makes_pods()) continue;
    LabelFixRequest request = stray_of(kind.name);
    if (!kind.own_selector.empty()) request.stray_selector.match_labels = app;
    const auto fix = label_fix(request);
    ASSERT_TRUE(fix) << kind.name << ": " << fix.error().message;
    const model::Labels renamed{{"app", "sayhi-" + kind.singular()}};
    EXPECT_EQ(mended(kind, *fix).pod.labels, renamed) << kind.name;
    EXPECT_EQ(mended(kind, *fix).selector.match_labels, kind.own_selector.empty() ? model::Labels{} : renamed)
        << kind.name << " keeps its pods";
  }
}

std::string second_step(std::string_view kind, bool with_selector) {
  LabelFixRequest request = stray_of(kind);
  if (with_selector) request.stray_selector.match_labels = app;
  const auto fix = label_fix(request);
  return fix ? fix->order.at(1) : fix.error().message;
}

TEST(LabelFix, SaysWhatCannotBeChangedInPlace) {
  EXPECT_THAT(second_step("Job", false), HasSubstr("The pod template of a Job cannot be changed in place: delete"));
  EXPECT_THAT(second_step("CronJob", false), HasSubstr("Jobs that it starts from then on stay out of the Service"));
  for (const char* kind : {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})
    EXPECT_THAT(second_step(kind, true), HasSubstr(std::string("The selector of a ") + kind + " cannot be changed"));
  EXPECT_THAT(second_step("ReplicationController", true), HasSubstr("let go of the pods that it has: delete"));
  EXPECT_EQ(second_step("Deployment", false), "Apply the manifest of Deployment/stray.");
  EXPECT_EQ(second_step("Pod", false), "Apply the manifest of Pod/stray.");
}

}  // namespace
}  // namespace straycat::finding
