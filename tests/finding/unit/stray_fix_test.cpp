// Which change cures a Service that selects a stray, too; and which would harm somebody, and so is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/finding/label_fix.hpp>

namespace straycat::finding {
namespace {

using model::Labels;

model::Service service_of(const std::string& name, const Labels& selector) {
  model::Service service;
  service.meta.name = name;
  service.selector = selector;
  return service;
}

LabelFixRequest request_of(const Labels& selector, const Labels& meant, const Labels& stray) {
  LabelFixRequest request;
  request.ns = "shop";
  request.service = "web";
  request.service_selector = selector;
  request.services = {service_of("web", selector)};
  request.stray = {"Job", "shop", "task", ""};
  request.stray_labels = stray;
  request.meant = {{{"Deployment", "shop", "web", ""}, meant}};
  return request;
}

// "Service/web {...}", or why there is none.
std::string cure(const LabelFixRequest& request) {
  const auto fix = stray_fix(request);
  return fix ? fix->target.display() + " " + fix->merge_patch.dump() : "none: " + fix.error().message;
}

TEST(StrayFix, narrows_the_selector_by_a_label_that_the_meant_pods_carry) {
  const auto request = request_of({{"app", "bot"}}, {{"app", "bot"}, {"app.kubernetes.io/instance", "north"}},
                                  {{"app", "bot"}, {"app.kubernetes.io/instance", "south"}});
  EXPECT_EQ(cure(request), R"(Service/web {"spec":{"selector":{"app.kubernetes.io/instance":"north"}}})");
}

TEST(StrayFix, does_not_narrow_by_a_label_that_changes_with_each_release) {
  const auto request =
      request_of({{"app", "bot"}}, {{"app", "bot"}, {"version", "2"}, {"pod-template-hash", "abc"}}, {{"app", "bot"}});
  EXPECT_EQ(cure(request), R"(Job/task {"spec":{"template":{"metadata":{"labels":{"app":"bot-job"}}}}})");
}

TEST(StrayFix, does_not_cut_off_others_that_serve) {
  auto request = request_of({{"app", "bot"}}, {{"app", "bot"}, {"track", "stable"}}, {{"app", "bot"}});
  request.beside = {{{"Deployment", "shop", "canary", ""}, {{"app", "bot"}, {"track", "canary"}}}};
  EXPECT_EQ(cure(request), R"(Job/task {"spec":{"template":{"metadata":{"labels":{"app":"bot-job"}}}}})");
}

TEST(StrayFix, leaves_the_stray_to_its_own_service) {
  auto request = request_of({{"app", "bot"}}, {{"app", "bot"}}, {{"app", "bot"}, {"tier", "batch"}});
  request.services.push_back(service_of("metrics", {{"app", "bot"}, {"tier", "batch"}}));
  EXPECT_THAT(cure(request), testing::HasSubstr("would take the pods of Job/task from Service/metrics"));
}

TEST(StrayFix, leaves_the_stray_to_a_policy) {
  auto request = request_of({{"app", "bot"}, {"release", "r1"}}, {{"app", "bot"}, {"release", "r1"}},
                            {{"app", "bot"}, {"release", "r1"}});
  request.bounds = {{"NetworkPolicy/db", {{{"app", "bot"}}, {}}}};
  EXPECT_EQ(cure(request), R"(Job/task {"spec":{"template":{"metadata":{"labels":{"release":"r1-job"}}}}})");
}

TEST(StrayFix, never_renames_a_release) {
  const Labels release{{"app.kubernetes.io/instance", "r1"}};
  EXPECT_THAT(cure(request_of(release, release, release)), testing::StartsWith("none: "));
}

TEST(StrayFix, is_none_for_what_may_be_meant) {
  auto request = request_of({{"app", "bot"}}, {{"app", "bot"}, {"track", "stable"}}, {{"app", "bot"}});
  request.may_be_meant = true;
  EXPECT_THAT(cure(request), testing::StartsWith("none: Job/task may be meant"));
}

TEST(StrayFix, names_the_source_of_what_a_controller_makes) {
  auto request = request_of({{"app", "bot"}}, {{"app", "bot"}}, {{"app", "bot"}});
  request.stray_source = Source::controller;
  request.owner = "Database/main";
  EXPECT_THAT(cure(request), testing::HasSubstr("is made by Database/main"));
}

TEST(StrayFix, changes_a_hook_in_its_chart) {
  auto request = request_of({{"app", "bot"}}, {{"app", "bot"}}, {{"app", "bot"}});
  request.stray_source = Source::helm_hook;
  const auto fix = stray_fix(request);
  ASSERT_TRUE(fix);
  EXPECT_THAT(fix->order.at(1), testing::HasSubstr("do not delete or apply it by hand"));
}

}  // namespace
}  // namespace straycat::finding
