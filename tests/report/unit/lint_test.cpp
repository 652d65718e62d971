// The findings of `lint` in every format, with hostile names in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/report/lint.hpp>

namespace straycat::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string hostile = "web<b>\x1b[31m\"&|`";

lint::Verdict lint_verdict() {
  lint::Flaw flaw;
  flaw.rule = "E1";
  flaw.cause = finding::Cause::stray_endpoint;
  flaw.object = {"Service", "", hostile, ""};
  flaw.other = {"Job", "", "migrate", ""};
  flaw.sentence = "Service/" + hostile + " selects the pods of Job/migrate.";
  flaw.spot = {"a b.yaml", {2, 3}, 4, "web/templates/service.yaml"};
  flaw.other_spot = {"a b.yaml", {9, 1}, 1, ""};
  finding::Fix fix;
  fix.target = {"Job", "migrate", ""};
  fix.yaml = "spec:\n  app: x\n";
  flaw.fix = fix;
  lint::Verdict verdict;
  verdict.flaws = {flaw};
  verdict.objects = 3;
  verdict.files = 1;
  verdict.unread = {{"c.yaml", 7, "c.yaml:7:1: no YAML"}};
  return verdict;
}

TEST(LintFormats, TextPointsAndSaysTheCure) {
  const std::string text = render_lint(lint_verdict(), {{"a b.yaml", "kind: Service\n  spec: 1\n"}}, {});
  EXPECT_THAT(text, HasSubstr("error E1: a b.yaml:2:3: "));
  EXPECT_THAT(text, HasSubstr("^~~~"));
  EXPECT_THAT(text, HasSubstr("cure, in Job/migrate"));
  EXPECT_THAT(text, HasSubstr("3 objects in 1 file: 1 error, 0 warnings; 1 part could not be read"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(LintFormats, JsonHasTheFieldsThatToolsRead) {
  const auto document = render_lint_json(lint_verdict());
  const auto& finding = document["findings"][0];
  EXPECT_EQ(finding["rule"], "E1");
  EXPECT_EQ(finding["code"], "stray-endpoint");
  EXPECT_EQ(finding["severity"], "error");
  EXPECT_EQ(finding["other"], "Job/migrate");
  EXPECT_EQ(document["exitCode"], 1);
}

TEST(LintFormats, SarifNamesRulesPlacesAndFingerprints) {
  const auto run = render_lint_sarif(lint_verdict(), "1")["runs"][0];
  const auto& result = run["results"][0];
  EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"], "E1");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b.yaml");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["region"]["endColumn"], 7);
  EXPECT_FALSE(result["partialFingerprints"].empty());
  EXPECT_EQ(run["invocations"][0]["toolExecutionNotifications"].size(), 1u);
}

TEST(LintFormats, MarkdownAndJunitMakeNamesHarmless) {
  EXPECT_THAT(render_lint_markdown(lint_verdict()), Not(HasSubstr("<b>")));
  const std::string junit = render_lint_junit(lint_verdict());
  EXPECT_THAT(junit, Not(HasSubstr("<b>")));
  EXPECT_THAT(junit, HasSubstr("failures=\"1\""));
  EXPECT_THAT(junit, HasSubstr("skipped=\"1\""));
}

TEST(LintFormats, ARuleInWords) {
  for (const lint::RuleWords& rule : lint::rules()) EXPECT_THAT(render_rule(rule), HasSubstr("What happens: "));
}

}  // namespace
}  // namespace straycat::report
