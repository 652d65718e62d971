#include <gtest/gtest.h>

#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

json deployment(const std::string& image) {
  json container = json::object({{"name", "main"}, {"image", image}, {"command", json::array({"image"})}});
  json pod = json::object({{"spec", json::object({{"containers", json::array({container})}})}});
  return json::object({{"kind", "Deployment"}, {"spec", json::object({{"template", pod}})}});
}

Plan plan_with(const std::vector<std::string>& images) {
  Plan plan;
  for (const std::string& image : images) {
    Apply apply;
    apply.manifests.push_back({deployment(image), "deployment.yaml", 1});
    plan.steps.push_back({"apply", "", apply});
  }
  return plan;
}

std::string image_of(const Plan& plan, std::size_t step) {
  const auto& object = std::get<Apply>(plan.steps.at(step).action).manifests.at(0).object;
  return object["spec"]["template"]["spec"]["containers"][0]["image"].get<std::string>();
}

TEST(MapImages, with_and_without_tag) {
  Plan plan = plan_with({"beranm14/sayhi", "beranm14/sayhi:1", "localhost:5000/beranm14/sayhi", "other"});
  ASSERT_TRUE(map_images(plan, {{"beranm14/sayhi", "mirror:5000/sayhi:2"}}));
  EXPECT_EQ(image_of(plan, 0), "mirror:5000/sayhi:2");
  EXPECT_EQ(image_of(plan, 1), "mirror:5000/sayhi:2");
  EXPECT_EQ(image_of(plan, 2), "localhost:5000/beranm14/sayhi") << "a registry's port is no tag";
  EXPECT_EQ(image_of(plan, 3), "other");
}

TEST(MapImages, a_tag_that_is_given_is_meant) {
  Plan plan = plan_with({"sayhi:1", "sayhi:2", "sayhi@sha256:0f"});
  ASSERT_TRUE(map_images(plan, {{"sayhi:2", "mine"}}));
  EXPECT_EQ(image_of(plan, 0), "sayhi:1");
  EXPECT_EQ(image_of(plan, 1), "mine");
  EXPECT_EQ(image_of(plan, 2), "sayhi@sha256:0f");
}

TEST(MapImages, one_that_nobody_names_is_an_error) {
  Plan plan = plan_with({"beranm14/sayhi"});
  const auto done = map_images(plan, {{"beranm14/sayhy", "mine"}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, Fault::bad_input);
  EXPECT_NE(done.error().message.find("they name beranm14/sayhi"), std::string::npos) << done.error().message;
}

TEST(CommandStep, its_arguments_stay_out_of_the_log) {
  Plan plan;
  plan.name = "x";
  plan.steps.push_back({"run", "during", Command{{"helm", "upgrade", "--set", "password=hunter2"}}});
  EXPECT_EQ(to_json(plan, true).dump().find("hunter2"), std::string::npos);
  EXPECT_EQ(describe(plan.steps[0]), "run helm");
  const auto again = from_json(to_json(plan));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->steps, plan.steps);
}

}  // namespace
}  // namespace straycat::plan
