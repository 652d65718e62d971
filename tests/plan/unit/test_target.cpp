#include <gtest/gtest.h>

#include <straycat/model/kinds.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

TEST(Target, ReadsKindsAsKubectlDoes) {
  const std::pair<const char*, Target> rows[] = {
      {"Deployment/sayhi", {"Deployment", "sayhi", ""}},
      {"deployment/sayhi", {"Deployment", "sayhi", ""}},
      {"deployments/sayhi", {"Deployment", "sayhi", ""}},
      {"deploy/sayhi", {"Deployment", "sayhi", ""}},
      {"DEPLOY/sayhi", {"Deployment", "sayhi", ""}},
      {"deployment.apps/sayhi", {"Deployment", "sayhi", ""}},
      {"svc/sayhi", {"Service", "sayhi", ""}},
      {"job.batch/sayhi", {"Job", "sayhi", ""}},
      {"po/sayhi-x", {"Pod", "sayhi-x", ""}},
      {"cj/clean", {"CronJob", "clean", ""}},
      {"networkpolicies/a", {"NetworkPolicy", "a", ""}},
      {"netpol/a", {"NetworkPolicy", "a", ""}},
      {"ingresses.networking.k8s.io/a", {"Ingress", "a", ""}},
  };
  for (const auto& [text, expected] : rows) {
    const Result<Target> target = parse_target(text);
    ASSERT_TRUE(target) << text << ": " << target.error().message;
    EXPECT_EQ(*target, expected) << text;
  }
}

TEST(Target, RefusesWhatNamesNoObject) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "names no object"},
      {"sayhi", "names no object"},
      {"/sayhi", "names no object"},
      {"Job/", "names no object"},
      {"Job/a/b", "more than one slash"},
      {"Jobb/a", "unknown kind \"Jobb\""},
      {"job.apps/a", "unknown kind \"job.apps\""},  // Jobs are in batch
      {"svc.v1/a", "unknown kind"},
  };
  for (const auto& [text, message] : rows) {
    const Result<Target> target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().fault, Fault::bad_input);
    EXPECT_NE(target.error().message.find(message), std::string::npos) << target.error().message;
  }
}

TEST(Target, EveryKindCanBeOne) {
  for (const model::Kind& kind : model::kinds()) {
    const Target expected{std::string(kind.name), "x", ""};
    for (const std::string& word : {std::string(kind.name), std::string(kind.plural), kind.qualified()}) {
      const Result<Target> target = parse_target(word + "/x");
      ASSERT_TRUE(target) << word;
      EXPECT_EQ(*target, expected) << word;
    }
  }
}

}  // namespace
}  // namespace straycat::plan
