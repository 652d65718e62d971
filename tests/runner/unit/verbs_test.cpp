// The rights that each verb takes, and the objects that it touches.
#include "runner/verbs.hpp"

#include <set>

#include <gtest/gtest.h>

namespace straycat::runner {
namespace {

const plan::Target deployment{"Deployment", "sayhi", ""};

struct Row {
  plan::Action action;
  std::set<std::string> rights, objects;
};

plan::Chaos chaos(FaultWord word) {
  plan::Chaos out;
  out.fault.word = word;
  out.target = deployment;
  return out;
}

std::vector<Row> rows() {
  const json service = {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", "sayhi"}}}};
  const json of_others = {{"apiVersion", "example.com/v1"}, {"kind", "Cat"}, {"metadata", {{"name", "tom"}}}};
  const json broken = {{"kind", "Service"}};
  return {
      {plan::Apply{{{service, "", 1}}},
       {"create services", "patch services", "get services", "delete services"},
       {"Service/sayhi"}},
      {plan::Apply{{{of_others, "", 1}}}, {}, {"Cat/tom"}},  // what it is called in URLs is not known
      {plan::Apply{{{broken, "", 1}}}, {}, {}},
      {plan::Apply{}, {}, {}},
      {plan::Delete{{deployment, {"Job", "sayhi", ""}}, true},
       {"get deployments.apps", "delete deployments.apps", "get jobs.batch", "delete jobs.batch"},
       {"Deployment/sayhi", "Job/sayhi"}},
      {plan::Patch{deployment, json::object()},
       {"get deployments.apps", "patch deployments.apps"},
       {"Deployment/sayhi"}},
      {plan::Patch{{"Cat", "tom", ""}, json::object()}, {}, {"Cat/tom"}},
      {plan::Scale{deployment, 2}, {"get deployments.apps", "patch deployments/scale.apps"}, {"Deployment/sayhi"}},
      {plan::Restart{deployment}, {"get deployments.apps", "patch deployments.apps"}, {"Deployment/sayhi"}},
      {plan::Wait{deployment, "Available", {}}, {}, {"Deployment/sayhi"}},
      {plan::Pause{}, {}, {}},
      {plan::Traffic{}, {}, {}},
      {plan::Command{{"true"}}, {}, {}},
      {chaos(FaultWord::delete_pod), {"get deployments.apps", "delete pods"}, {"Deployment/sayhi"}},
      {chaos(FaultWord::evict), {"get deployments.apps", "create pods/eviction"}, {"Deployment/sayhi"}},
      {chaos(FaultWord::drain),
       {"get deployments.apps", "create pods/eviction", "get nodes", "patch nodes"},
       {"Deployment/sayhi"}},
      {chaos(FaultWord::drop), {"get deployments.apps"}, {"Deployment/sayhi"}},
      {plan::Chaos{}, {}, {}},
  };
}

std::set<std::string> rights_of(const plan::Action& action) {
  Rights rights;
  std::visit([&](const auto& one) { doing(one).rights(one, rights); }, action);
  std::set<std::string> out;
  for (const Right& right : rights.take()) out.insert(describe(right));
  return out;
}

std::set<std::string> objects_of(const plan::Action& action) {
  std::set<std::string> out;
  for (const plan::Target& one : std::visit([](const auto& each) { return doing(each).objects(each); }, action))
    out.insert(one.display());
  return out;
}

TEST(RunnersVerbs, TakeTheseRightsAndTouchTheseObjects) {
  std::set<Verb> seen;
  for (const Row& row : rows()) {
    const plan::Step step{"step", "", row.action};
    EXPECT_EQ(rights_of(row.action), row.rights) << plan::describe(step);
    EXPECT_EQ(objects_of(row.action), row.objects) << plan::describe(step);
    seen.insert(plan::verb(row.action));
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<plan::Action>) << "a verb without a row here";
}

TEST(RunnersVerbs, ARightThatOnePartCannotDoWithoutHasNoCost) {
  Rights rights;
  rights.add("Pod", {"get"}, "something");
  rights.add("Pod", {"get"});
  rights.add("Pod", {"get"}, "something else");
  ASSERT_EQ(rights.take().size(), 1U);
  EXPECT_EQ(rights.take()[0].cost, "");
}

}  // namespace
}  // namespace straycat::runner
