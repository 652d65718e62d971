// What stands around the rules: places, cures, alternatives, baselines, annotations.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/worlds.hpp"
#include <straycat/lint/lint.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string stray = web + job("migrate", app);

TEST(Lint, PointsAtTheSelectorAndAtTheLabels) {
  const Verdict verdict = lint({{"web.yaml", stray}}, {});
  ASSERT_THAT(verdict.flaws, SizeIs(1));
  const Flaw& flaw = verdict.flaws.front();
  EXPECT_EQ(flaw.spot.file, "web.yaml");
  EXPECT_EQ(flaw.spot.at, (yaml::Position{8, 3}));
  EXPECT_EQ(flaw.other_spot.at.line, 35);
  EXPECT_EQ(flaw.cause, finding::Cause::stray_endpoint);
}

TEST(Lint, SaysTheCureAndWhatWasChecked) {
  const Verdict verdict = lint({{"web.yaml", stray}}, {});
  ASSERT_TRUE(verdict.flaws.front().fix.has_value());
  const finding::Fix& fix = *verdict.flaws.front().fix;
  EXPECT_EQ(fix.target.display(), "Job/migrate");
  EXPECT_THAT(fix.yaml, HasSubstr("app: web-"));
  EXPECT_FALSE(fix.checked.empty());
}

TEST(Lint, TakesTheSelectorWhereItHasALabelThatTheStrayLacks) {
  const Verdict verdict = lint(
      {{"web.yaml", service("web", app) + deployment("web", "app: web, component: http") + job("migrate", app)}}, {});
  ASSERT_TRUE(verdict.flaws.front().fix.has_value());
  EXPECT_EQ(verdict.flaws.front().fix->target.display(), "Service/web");
}

TEST(Lint, NamesTheTemplateOfAChart) {
  const std::string rendered = "---\n# Source: web/templates/service.yaml\n" + service("web", app).substr(4) +
                               deployment("web", app) + "---\n# Source: web/templates/job.yaml\n" +
                               job("migrate", app).substr(4);
  const Verdict verdict = lint({{"-", rendered}}, {});
  ASSERT_THAT(verdict.flaws, SizeIs(1));
  EXPECT_EQ(verdict.flaws.front().spot.source, "web/templates/service.yaml");
  EXPECT_EQ(verdict.flaws.front().other_spot.source, "web/templates/job.yaml");
  EXPECT_EQ(verdict.flaws.front().fix->file, "web/templates/job.yaml");
  EXPECT_THAT(verdict.flaws.front().fix->order.front(), HasSubstr("chart's template"));
}

TEST(Lint, JudgesFilesOfOneFolderTogether) {
  EXPECT_EQ(lint({{"k/web.yaml", web}, {"k/job.yaml", job("migrate", app)}}, {}).exit_code(), 1);
}

TEST(Lint, HoldsAlternativesApart) {
  const Verdict verdict = lint({{"k/a/web.yaml", web},
                                {"k/a/job.yaml", job("migrate", "app: migrate")},
                                {"k/b/web.yaml", web},
                                {"k/b/other.yaml", job("other", app)}},
                               {});
  ASSERT_THAT(verdict.flaws, SizeIs(1));
  EXPECT_EQ(verdict.flaws.front().other.name, "other");
  EXPECT_THAT(verdict.notes, Contains(HasSubstr("alternatives")));
}

TEST(Lint, JudgesEachAlternativeWithAllThatHasNone) {
  const std::string copy = deployment("web", app), migrate = job("migrate", app);
  const std::vector<Text> texts{{"k/deployment-ready.yaml", copy},
                                {"k/deployment.yaml", copy},
                                {"k/job.yaml", migrate},
                                {"k/service.yaml", service("web", app)}};
  const Verdict verdict = lint(texts, {});
  ASSERT_THAT(verdict.flaws, SizeIs(1)) << "told once, though both parts have it";
  EXPECT_EQ(verdict.flaws.front().rule, "E1");
  EXPECT_THAT(verdict.notes, Contains(HasSubstr("2 parts")));
  // Of what stands in different folders the folders are the alternatives; what stands beside them is of both.
  EXPECT_THAT(
      lint({{"k/a/job.yaml", migrate}, {"k/a/x.yaml", copy}, {"k/b/x.yaml", copy}, {"k/b/y.yaml", service("web", app)}},
           {})
          .flaws,
      IsEmpty());
  EXPECT_THAT(
      lint({{"k/a/x.yaml", copy}, {"k/b/x.yaml", copy}, {"k/job.yaml", migrate}, {"k/web.yaml", service("web", app)}},
           {})
          .flaws,
      SizeIs(1));
  // All in one file, and the same in pieces.
  EXPECT_THAT(lint({{"all.yaml", copy + migrate + service("web", app)},
                    {"a.yaml", copy},
                    {"b.yaml", migrate},
                    {"c.yaml", service("web", app)}},
                   {})
                  .flaws,
              SizeIs(2));
}

TEST(Lint, SaysWhereThereAreTooManyAlternatives) {
  std::vector<Text> texts{{"job.yaml", job("migrate", app)}};
  for (const char* const name : {"a", "b", "c", "d", "e"})  // 32 ways
    for (const char* const which : {"1", "2"})
      texts.push_back({std::string(name) + which + ".yaml", service(name, app) + deployment(name, app)});
  const Verdict verdict = lint(texts, {});
  EXPECT_THAT(verdict.notes, Contains(HasSubstr("more than 16 ways")));
  std::set<std::string> told;
  for (const Flaw& flaw : verdict.flaws)
    if (flaw.rule == "E1") told.insert(flaw.spot.file);
  texts.clear();
  for (int i = 0; i < 300; ++i) texts.push_back({std::to_string(i) + ".yaml", web + job("migrate", app)});
  EXPECT_THAT(lint(texts, {}).flaws, SizeIs(300)) << "each by itself";
  EXPECT_THAT(told, SizeIs(10));
}

TEST(Lint, CallsNothingMissingThatMayStandInAnotherFolder) {
  const std::string scaled = scaler("web", "Deployment", "web");
  EXPECT_EQ(lint({{"k/a/hpa.yaml", scaled}}, {}).flaws.size(), 1u);
  EXPECT_THAT(lint({{"k/a/hpa.yaml", scaled}, {"k/b/hpa.yaml", scaled}}, {}).flaws, IsEmpty());
}

TEST(Lint, NeverJudgesTwoGroupsTogether) {
  EXPECT_EQ(lint({{"a.yaml", web, 0}, {"b.yaml", job("migrate", app), 1}}, {}).exit_code(), 0);
}

TEST(Lint, LatentOnesAreAskedFor) {
  const std::string named = service("web", app, "http") + deployment("web", app) + job("migrate", app);
  EXPECT_THAT(lint({{"web.yaml", named}}, {}).flaws, IsEmpty());
  Wishes wishes;
  wishes.latent = true;
  const Verdict verdict = lint({{"web.yaml", named}}, wishes);
  ASSERT_THAT(verdict.flaws, SizeIs(1));
  EXPECT_EQ(verdict.flaws.front().rule, "W6");
  EXPECT_EQ(verdict.exit_code(), 0);
}

TEST(Lint, ABaselineKnowsAJobByItsTemplateWhateverItsName) {
  const auto rendered = [](const std::string& name) {
    return "---\n# Source: web/templates/service.yaml\n" + service("web", app).substr(4) + deployment("web", app) +
           job(name, app);
  };
  Wishes wishes;
  wishes.baseline.insert(lint({{"a.yaml", rendered("web-8ly3ayztou")}}, {}).flaws.front().key());
  const Verdict later = lint({{"b.yaml", rendered("web-q8zk3hxw2p")}}, wishes);
  EXPECT_THAT(later.flaws, IsEmpty());
  EXPECT_THAT(later.known, SizeIs(1));
  EXPECT_EQ(later.exit_code(), 0);
  EXPECT_THAT(lint({{"b.yaml", rendered("web-migrate")}}, wishes).flaws, SizeIs(1));
}

TEST(Lint, AnAnnotationSilencesARuleWithItsReason) {
  const Verdict verdict =
      lint({{"a.yaml", web + job("migrate", app, "straycat.dev/ignore: 'W9=x, E1=it, too, serves'")}}, {});
  EXPECT_THAT(verdict.flaws, IsEmpty());
  ASSERT_THAT(verdict.ignored, SizeIs(1));
  EXPECT_EQ(verdict.ignored.front().ignored, "it, too, serves");
}

TEST(Lint, TellsWhereAPartCannotBeRead) {
  const Verdict verdict = lint({{"a.yaml", web + "---\na: {{ .Values.a }}\nb: [\n"}}, {});
  EXPECT_EQ(verdict.exit_code(), 2);
  ASSERT_THAT(verdict.unread, SizeIs(1));
  EXPECT_THAT(verdict.unread.front().message, HasSubstr("a.yaml:2"));
  EXPECT_THAT(verdict.unread.front().message, HasSubstr("helm template"));
}

TEST(Lint, ReadsADefinitionOfAMegabyteWithoutLookingIntoIt) {
  std::string definition =
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\n";
  for (int i = 0; i < 40'000; ++i) definition += "# a line of a schema, as there are many of them\n";
  EXPECT_EQ(lint({{"a.yaml", definition + stray}}, {}).objects, 4u);
}

}  // namespace
}  // namespace straycat::lint
