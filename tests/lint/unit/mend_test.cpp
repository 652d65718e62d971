// Cures written into manifests: one line changes, its error goes, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/worlds.hpp"
#include <straycat/lint/mend.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Mending mended(const std::vector<Text>& texts, const Wishes& wishes = {}) {
  return mend(texts, lint(texts, wishes), wishes);
}

std::vector<Text> after(std::vector<Text> texts, const Mending& mending) {
  for (const MendedFile& file : mending.files)
    for (Text& text : texts)
      if (text.name == file.file) text.text = file.after;
  return texts;
}

const std::string block_job =
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: cats\nspec:\n  template:\n    metadata:\n      labels:\n      "
    "  app: "
    "web  # as the others\n    spec:\n      containers: [{name: m}]\n";

TEST(Mend, RelabelsTheStray) {
  const std::vector<Text> texts{{"web.yaml", web}, {"job.yaml", block_job}};
  const Mending mending = mended(texts);
  ASSERT_THAT(mending.files, SizeIs(1));
  EXPECT_THAT(mending.left, IsEmpty());
  EXPECT_EQ(unified_diff(mending.files.front()),
            "--- a/job.yaml\n+++ b/job.yaml\n@@ -6,6 +6,6 @@\n   template:\n     metadata:\n       labels:\n-        "
            "app: web  # as "
            "the others\n+        app: web-job  # as the others\n     spec:\n       containers: [{name: m}]\n");
  EXPECT_THAT(lint(after(texts, mending), {}).flaws, IsEmpty());
}

TEST(Mend, RelabelsWithinBracesAndQuotes) {
  for (const char* labels : {"app: web", "\"app\": 'web'", "other: x, app: web, more: y"}) {
    const std::vector<Text> texts{{"all.yaml", web + job("cats", labels)}};
    const Mending mending = mended(texts);
    EXPECT_THAT(mending.files, SizeIs(1)) << labels;
    EXPECT_THAT(lint(after(texts, mending), {}).flaws, IsEmpty()) << labels;
  }
}

TEST(Mend, NarrowsTheSelector) {
  const std::string narrow = service("web", app) + deployment("web", "app: web, part: http") + job("cats", app);
  const std::string block =
      "kind: Service\nmetadata: {name: web}\nspec:\n  selector:\n    app: web\n  ports: [{port: 80, targetPort: "
      "3000}]\n" +
      deployment("web", "app: web, part: http") + job("cats", app);
  for (const std::string& text : {narrow, block}) {
    const std::vector<Text> texts{{"all.yaml", text}};
    const Mending mending = mended(texts);
    ASSERT_THAT(mending.files, SizeIs(1));
    EXPECT_THAT(unified_diff(mending.files.front()), HasSubstr("part: http"));
    EXPECT_THAT(lint(after(texts, mending), {}).flaws, IsEmpty());
  }
}

TEST(Mend, MendsSeveralInOneFile) {
  const std::vector<Text> texts{{"all.yaml", web + job("a", app) + job("b", app) + cron_job("c", app)}};
  const Mending mending = mended(texts);
  EXPECT_THAT(mending.left, IsEmpty());
  EXPECT_THAT(lint(after(texts, mending), {}).flaws, IsEmpty());
}

struct Unmended {
  const char* name;
  std::vector<Text> texts;
  std::string left;
};
void PrintTo(const Unmended& world, std::ostream* out) { *out << world.name; }

class UnmendedTexts : public ::testing::TestWithParam<Unmended> {};

TEST_P(UnmendedTexts, AreLeftAsTheyAre) {
  const Mending mending = mended(GetParam().texts);
  EXPECT_THAT(mending.files, IsEmpty());
  if (GetParam().left.empty()) {
    EXPECT_THAT(mending.left, IsEmpty());
  } else {
    ASSERT_THAT(mending.left, SizeIs(1));
    EXPECT_THAT(mending.left.front(), HasSubstr(GetParam().left));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, UnmendedTexts,
    ::testing::Values(
        Unmended{"nothing is wrong", {{"web.yaml", web}}, ""}, Unmended{"nothing at all", {}, ""},
        Unmended{"a warning", {{"a.yaml", web + pod("test", app, "helm.sh/hook: test")}}, ""},
        Unmended{"rendered by Helm",
                 {{"a.yaml", web + "---\n# Source: w/templates/job.yaml\n" + job("cats", app).substr(4)}},
                 "rendered from"},
        Unmended{"made by kustomize", {{"k", web + job("cats", app), 1}}, "another program"},
        Unmended{"another kind of error",
                 {{"a.yaml", deployment("web", app) + budget("a", app) + budget("b", app)}},
                 "no change is known"},
        Unmended{
            "an alias, which others share",
            {{"a.yaml",
              service("web", app) +
                  "---\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: &labels {app: "
                  "web}}\n  "
                  "template: {metadata: {labels: *labels}, spec: {containers: [{name: m, ports: [{containerPort: "
                  "3000}]}]}}\n---\nkind: Job\nmetadata:\n  name: cats\n  labels: &l {app: web}\nspec:\n  template: "
                  "{metadata: {labels: *l}, spec: {containers: [{name: m}]}}\n"}},
            "by itself"}));

TEST(UnifiedDiff, ShowsWhatPatchTakes) {
  EXPECT_EQ(
      unified_diff(
          {"/a b", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "1\n2x\n3\n4\n5\n6\n7\n8\n9\n10\n11\n11a\n12\n"}),
      "--- a/a b\n+++ b/a b\n@@ -1,5 +1,5 @@\n 1\n-2\n+2x\n 3\n 4\n 5\n@@ -9,4 +9,5 @@\n 9\n 10\n 11\n+11a\n 12\n");
  EXPECT_EQ(unified_diff({"a", "x", "y"}),
            "--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n");
}

}  // namespace
}  // namespace straycat::lint
