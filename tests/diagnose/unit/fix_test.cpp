#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using test::World;

struct FixRow {
  const char* kind;
  const char* yaml;
  const char* second_step;
};

void PrintTo(const FixRow& row, std::ostream* out) { *out << row.kind; }

class FixOf : public testing::TestWithParam<FixRow> {};

TEST_P(FixOf, changes_the_template_and_its_selector) {
  test::Names names;
  names.stray_kind = GetParam().kind;
  names.stray = "other";
  const auto verdict = test::judged(test::article(names));
  ASSERT_TRUE(verdict.findings.at(0).fix) << verdict.findings[0].no_fix;
  EXPECT_EQ(verdict.findings[0].fix->yaml, GetParam().yaml);
  EXPECT_EQ(verdict.findings[0].fix->order.at(1), GetParam().second_step);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FixOf,
    testing::Values(
        FixRow{"Job", "spec:\n  template:\n    metadata:\n      labels:\n        app: sayhi-job  # was: sayhi\n",
               "The pod template of a Job cannot be changed in place: delete Job/other if it still exists, "
               "then apply job.yaml."},
        FixRow{"CronJob",
               "spec:\n  jobTemplate:\n    spec:\n      template:\n        metadata:\n          labels:\n     "
               "       app: sayhi-cronjob  # was: sayhi\n",
               "Apply cronjob.yaml; Jobs that it starts from then on stay out of the Service, one that runs "
               "now ends as it is."},
        FixRow{"Pod", "metadata:\n  labels:\n    app: sayhi-pod  # was: sayhi\n", "Apply pod.yaml."},
        FixRow{"StatefulSet",
               "spec:\n  selector:\n    matchLabels:\n      app: sayhi-statefulset  # was: sayhi\n  "
               "template:\n    metadata:\n      labels:\n"
               "        app: sayhi-statefulset  # was: sayhi\n",
               "The selector of a StatefulSet cannot be changed in place: delete StatefulSet/other, then "
               "apply statefulset.yaml."}),
    [](const auto& param) { return std::string(param.param.kind); });

const plan::Apply& apply_of(const plan::Plan& plan, const std::string& step) {
  for (const auto& one : plan.steps) {
    if (one.name == step) return std::get<plan::Apply>(one.action);
  }
  throw std::logic_error("no step " + step);
}

TEST(ApplyFix, cures_the_plan_and_expects_nothing) {
  const World world = test::article();
  const auto verdict = test::judged(world);
  const plan::Plan plan = test::LogMaker(world).make_plan();
  const auto mended = apply_fix(plan, *verdict.findings.at(0).fix);
  ASSERT_TRUE(mended);
  const auto job = model::project_workload(apply_of(*mended, "job").manifests.at(0).object);
  EXPECT_FALSE(model::selects(world.selector, job.pod.labels));
  EXPECT_EQ(apply_of(*mended, "deploy"), apply_of(plan, "deploy"));
  EXPECT_EQ(mended->expect.finding, "none");
  EXPECT_FALSE(mended->expect.workload);
  for (const auto& phase : mended->expect.phases) {
    EXPECT_EQ(phase.max_failures, (plan::Budget{false, 0}));
    EXPECT_FALSE(phase.min_failures);
  }
  for (const auto& step : mended->steps) {
    if (step.name == "in") EXPECT_EQ(std::get<plan::Wait>(step.action).condition, "Exists");
    if (step.name == "out") EXPECT_EQ(std::get<plan::Wait>(step.action).condition, "Complete");
  }
}

TEST(ApplyFix, needs_a_manifest_of_the_target) {
  const World world = test::article();
  auto fix = *test::judged(world).findings.at(0).fix;
  fix.target.name = "nobody";
  const auto mended = apply_fix(test::LogMaker(world).make_plan(), fix);
  ASSERT_FALSE(mended);
  EXPECT_EQ(mended.error().fault, Fault::bad_input);
  EXPECT_NE(mended.error().message.find("Job/nobody"), std::string::npos);
}

TEST(Fix, takes_the_pods_out_of_every_service) {
  World world = test::article();
  world.selector = {{"app", "sayhi"}, {"tier", "web"}};
  world.owners[0].labels = world.owners[1].labels = {{"app", "sayhi"}, {"tier", "web"}, {"y", "on"}};
  const test::LogMaker maker(world);
  world.stages[0].action = world.stages[2].action = maker.apply(true, {0});
  world.stages[3].action = maker.apply(false, {1});
  auto log = test::log_of(world);
  // A second Service that selects by another of the labels.
  model::Service other;
  other.meta.kind = "Service";
  other.meta.ns = "shop";
  other.meta.name = "metrics";
  other.meta.uid = "uid-metrics";
  other.selector = {{"y", "on"}};
  Event event{0, "service", "runner", {300000000}, json(model::ObjectChange{false, json(other)})};
  log.events.insert(log.events.begin() + 2, event);
  const auto verdict = test::judged(log);
  ASSERT_TRUE(verdict.findings.at(0).fix) << verdict.findings[0].no_fix;
  EXPECT_EQ(verdict.findings[0].fix->yaml,
            "spec:\n  template:\n    metadata:\n      labels:\n        app: sayhi-job  # was: sayhi\n        \"y\": "
            "on-job  # was: on\n");
}

TEST(Fix, is_not_printed_when_it_cannot_be_checked) {
  World world = test::article();
  for (auto& stage : world.stages) stage.action = plan::Pause{};
  auto log = test::without(test::log_of(world),
                           [](const Event& event) { return event.kind == "service" || event.kind == "workload"; });
  const auto verdict = test::judged(log);
  ASSERT_FALSE(verdict.findings.empty());
  EXPECT_FALSE(verdict.findings[0].fix);
  EXPECT_EQ(verdict.findings[0].no_fix,
            "the log does not hold the labels and selectors with which a fix could be checked");
}

TEST(Fix, keeps_a_label_value_within_63_characters) {
  test::Names names;
  names.value = std::string(63, 'a');
  const auto verdict = test::judged(test::article(names));
  EXPECT_EQ(verdict.findings.at(0).fix->changes.at(0).to, std::string(59, 'a') + "-job");
}

TEST(ShellWord, quotes_whatever_comes) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"sayhi", "sayhi"},
      {"pod/sayhi-x1", "pod/sayhi-x1"},
      {"app=sayhi,tier=web", "app=sayhi,tier=web"},
      {"", "''"},
      {"a b", "'a b'"},
      {"$(reboot)", "'$(reboot)'"},
      {"`id`;&|<>*?~!#", "'`id`;&|<>*?~!#'"},
      {"it's", "'it'\\''s'"},
      {"\"x\"", "'\"x\"'"},
      {"a\nb", "$'a\\012b'"},
      {"\x1b[31m'\\", "$'\\033[31m\\'\\\\'"},
      {"caf\xc3\xa9", "$'caf\\303\\251'"},
  };
  for (const auto& [text, word] : table) EXPECT_EQ(finding::shell_word(text), word);
}

}  // namespace
}  // namespace straycat::diagnose
