// Whom a Service is for: a table of tiny worlds, a third of which end in "cannot tell".
#include <algorithm>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/finding/intent.hpp>

namespace straycat::finding {
namespace {

using model::ObjectRef;

constexpr std::int64_t day = 86'400'000'000'000;
constexpr std::int64_t now = 1'700'000'000'000'000'000;

// A Service "web" of one port, 3000, unless told otherwise; and who could be meant.
class World {
 public:
  World() {
    question_.service.meta.ns = "shop";
    question_.service.meta.name = "web";
    port("", 80, 3000);
  }
  World& service(const std::string& name) {
    question_.service.meta.name = name;
    return *this;
  }
  World& port(const std::string& name, int number, model::PortName target) {
    if (!name.empty() && question_.service.ports.size() == 1 && question_.service.ports[0].name.empty())
      question_.service.ports.clear();
    question_.service.ports.push_back({name, number, std::move(target)});
    return *this;
  }
  World& label(const std::string& key, const std::string& value) {
    question_.service.meta.labels[key] = value;
    return *this;
  }
  World& made(std::int64_t wall_ns) {
    question_.service.meta.created_wall_ns = wall_ns;
    return *this;
  }
  World& given(const ObjectRef& ref) {
    question_.given.push_back(ref);
    question_.given_by = "the scenario names it";
    return *this;
  }
  // Its pods declare this port (0: none), and `change` does the rest.
  World& has(const std::string& kind, const std::string& name, int declares = 3000,
             const std::function<void(Claimant&)>& change = nullptr) {
    model::PodShape shape;
    shape.containers.emplace_back();
    if (declares != 0) shape.containers[0].ports.push_back({"", declares});
    Claimant one;
    one.workload = {kind, "shop", name, ""};
    one.ports = fits_of(question_.service, shape);
    one.stands = true;
    if (change) change(one);
    question_.claimants.push_back(std::move(one));
    return *this;
  }
  [[nodiscard]] Intent intent() const { return intend(question_); }
  [[nodiscard]] Intent intent_backwards() const {
    Question question = question_;
    std::reverse(question.claimants.begin(), question.claimants.end());
    return intend(question);
  }

 private:
  Question question_;
};

const auto answers = [](Claimant& one) { one.answered = 20; };
const auto never_answers = [](Claimant& one) { one.unanswered = 20; };
const auto without_pods = [](Claimant& one) { one.stands = false; };
const auto not_selected = [](Claimant& one) { one.selected = one.stands = false; };
const auto together = [](Claimant& one) { one.applied_together = true; };
std::function<void(Claimant&)> labelled(const std::string& key, const std::string& value) {
  return [=](Claimant& one) { one.labels[key] = value; };
}
std::function<void(Claimant&)> both(const std::function<void(Claimant&)>& a, const std::function<void(Claimant&)>& b) {
  return [=](Claimant& one) { a(one), b(one); };
}

struct Row {
  const char* name;
  World world;
  const char* whom;   // "" : it cannot be told
  const char* basis;  // a part of it
};

const std::string instance = "app.kubernetes.io/instance";
const std::string component = "app.kubernetes.io/component";

const std::vector<Row>& told() {
  static const std::vector<Row> all = {
      {"given", World().has("Deployment", "web").has("Job", "x").given({"Job", "shop", "x", ""}), "Job/x",
       "the scenario names it"},
      {"given_several",
       World().given({"Deployment", "shop", "a", ""}).given({"Deployment", "shop", "b", ""}).has("Deployment", "c"),
       "Deployment/a and Deployment/b", "the scenario names it"},
      {"alone", World().has("Deployment", "api"), "Deployment/api", "nothing else stands behind it"},
      {"alone_and_without_pods", World().has("Deployment", "api", 3000, without_pods), "Deployment/api",
       "nothing else could stand behind it"},
      {"alone_though_its_port_is_wrong", World().has("Deployment", "web", 8080), "Deployment/web", "nothing else"},
      {"a_job_of_the_same_name", World().has("Deployment", "web").has("Job", "web", 0), "Deployment/web",
       "the only one that stands for good"},
      {"a_helm_hook_with_the_port",
       World().has("StatefulSet", "web").has("Pod", "web-test", 3000, [](Claimant& one) { one.helm_hook = "test"; }),
       "StatefulSet/web", "the only one that stands for good"},
      // However many pods it has: nobody asks.
      {"another_name", World().has("Deployment", "web", 0).has("Deployment", "importer", 0), "Deployment/web",
       "it has the Service's name"},
      {"another_port", World().has("Deployment", "a").has("Deployment", "b", 9090), "Deployment/a",
       "its pods have the port"},
      {"one_answers", World().has("Deployment", "a", 3000, answers).has("Deployment", "b", 3000, never_answers),
       "Deployment/a", "answer as expected"},
      {"a_pod_by_hand_that_serves",
       World().has("Pod", "web", 3000, answers).has("Deployment", "worker", 9090, never_answers), "Pod/web",
       "it has the Service's name"},
      {"of_the_same_release",
       World()
           .label(instance, "blue")
           .has("Deployment", "a", 3000, labelled(instance, "blue"))
           .has("Deployment", "b", 3000, labelled(instance, "green")),
       "Deployment/a", "its release (blue)"},
      {"of_the_same_component",
       World()
           .label(component, "front")
           .has("Deployment", "rel-front", 3000, labelled(component, "front"))
           .has("Deployment", "rel-worker", 3000, labelled(component, "worker")),
       "Deployment/rel-front", "its component (front)"},
      {"applied_together_though_broken",
       World().has("Deployment", "web", 3000, both(together, never_answers)).has("Deployment", "old", 3000, answers),
       "Deployment/web", "applied together"},
      {"there_first",
       World()
           .made(now)
           .has("Deployment", "web-a", 3000, [](Claimant& one) { one.created_wall_ns = now; })
           .has("Deployment", "b", 3000, [](Claimant& one) { one.created_wall_ns = now + 30 * day; }),
       "Deployment/web-a", "was there when the Service was made"},
      {"a_canary", World().has("Deployment", "web", 3000, answers).has("Deployment", "web-canary", 3000, answers),
       "Deployment/web and Deployment/web-canary", "bear its name"},
      {"two_colours", World().has("Deployment", "web-blue").has("Deployment", "web-green"),
       "Deployment/web-blue and Deployment/web-green", "bear its name"},
      {"a_port_each",
       World()
           .port("http", 80, "http")
           .port("metrics", 9090, 9090)
           .has("Deployment", "front", 0,
                [](Claimant& one) { one.ports[0].number = 3000, one.ports[0].declared = true; })
           .has("Deployment", "exporter", 9090),
       "Deployment/exporter and Deployment/front", "each of its ports is another's"},
      {"a_namesake_that_it_does_not_select",
       World().has("Deployment", "web", 3000, not_selected).has("Deployment", "old", 9090, never_answers),
       "Deployment/web", "it has the Service's name"},
      {"one_that_serves_beside_a_namesake_that_is_not_selected",
       World().has("Deployment", "web", 3000, not_selected).has("Deployment", "backend", 3000, answers),
       "Deployment/backend", "answer as expected"},
  };
  return all;
}

const std::vector<Row>& not_told() {
  static const std::vector<Row> all = {
      {"nobody", World(), "", "nothing that could be meant was seen"},
      {"alike", World().has("Deployment", "a").has("Deployment", "b"), "",
       "does not tell Deployment/a and Deployment/b"},
      {"two_jobs", World().has("Job", "a", 0).has("Job", "b", 0), "", "does not tell Job/a and Job/b"},
      {"the_named_one_never_answers_and_another_does",
       World().has("Deployment", "web", 3000, never_answers).has("Deployment", "old", 3000, answers), "", "apart"},
      {"only_a_job_without_the_port_that_never_answers", World().has("Job", "x", 9090, never_answers), "",
       "only Job/x is there"},
      {"only_one_of_another_release",
       World().label(instance, "blue").has("Deployment", "a", 0, labelled(instance, "green")), "",
       "only Deployment/a is there"},
      {"a_namesake_that_is_not_selected_beside_one_that_may_serve",
       World().has("Deployment", "web", 3000, not_selected).has("Deployment", "backend"), "", "apart"},
      // Pods now, or none just now, say little: the one that is scaled down may be the one that is meant.
      {"one_is_scaled_down", World().has("Deployment", "a", 3000, without_pods).has("Deployment", "b"), "", "apart"},
      {"two_colours_whose_port_is_not_known",
       World().has("Deployment", "web-blue", 0).has("Deployment", "web-green", 0), "", "apart"},
      {"ages_alone",
       World()
           .made(now)
           .has("Deployment", "a", 3000, [](Claimant& one) { one.created_wall_ns = now; })
           .has("Deployment", "b", 3000, [](Claimant& one) { one.created_wall_ns = now + 30 * day; }),
       "", "apart"},
  };
  return all;
}

class Intents : public testing::TestWithParam<Row> {};

TEST_P(Intents, name_whom_a_service_is_for) {
  const Intent intent = GetParam().world.intent();
  EXPECT_EQ(intent.names(), GetParam().whom) << intent.basis;
  EXPECT_THAT(intent.basis, testing::HasSubstr(GetParam().basis));
  EXPECT_EQ(intent.known(), intent.sure != Sure::unknown);
}

const auto name_of = [](const testing::TestParamInfo<Row>& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Told, Intents, testing::ValuesIn(told()), name_of);
INSTANTIATE_TEST_SUITE_P(NotTold, Intents, testing::ValuesIn(not_told()), name_of);

TEST(Intents, a_third_of_the_worlds_end_in_cannot_tell) {
  EXPECT_GE(not_told().size() * 3, told().size() + not_told().size());
}

TEST(Intents, do_not_hang_on_the_order_of_the_claimants) {
  for (const auto& rows : {told(), not_told()}) {
    for (const Row& row : rows) {
      const Intent intent = row.world.intent();
      EXPECT_EQ(row.world.intent_backwards().names(), intent.names()) << row.name;
      EXPECT_EQ(row.world.intent_backwards().sure, intent.sure) << row.name;
    }
  }
}

TEST(Intents, read_their_facts_off_objects) {
  model::Service service;
  service.selector = {{"app", "web"}};
  service.ports.push_back({"", 80, 3000});
  model::Workload maker;
  maker.pod.labels = {{"app", "web"}};
  maker.meta.created_wall_ns = 7;
  model::Pod pod;
  pod.meta.labels = {{"app", "web"}};
  pod.meta.helm_hook = "test";
  pod.spec.containers.emplace_back();
  pod.spec.containers[0].ports.push_back({"", 3000});
  const ObjectRef ref{"Deployment", "shop", "web", ""};
  const Claimant whole = claimant_of(service, ref, &maker, {&pod});
  EXPECT_TRUE(whole.selected && whole.stands && any_fits(whole.ports));
  EXPECT_EQ(whole.created_wall_ns, 7);
  const Claimant bare = claimant_of(service, {"Pod", "shop", "p", ""}, nullptr, {&pod});
  EXPECT_EQ(bare.helm_hook, "test");
  EXPECT_TRUE(bare.selected && bare.stands);
  maker.pod.labels = {{"app", "other"}};
  const Claimant other = claimant_of(service, ref, &maker, {});
  EXPECT_FALSE(other.selected || other.stands || any_fits(other.ports));
}

TEST(Intents, several_are_told_in_json_beside_the_first) {
  const nlohmann::json out = to_json(World().has("Deployment", "web-blue").has("Deployment", "web-green").intent());
  EXPECT_EQ(out["workload"]["name"], "web-blue");
  EXPECT_EQ(out["workloads"].size(), 2U);
  EXPECT_FALSE(to_json(World().has("Deployment", "web").intent()).contains("workloads"));
  EXPECT_EQ(to_json(World().intent())["workload"], nullptr);
}

}  // namespace
}  // namespace straycat::finding
