// What a person reads of a survey, held to goldens (STRAYCAT_UPDATE_GOLDENS=1 renews them).
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "survey/support/town.hpp"
#include <straycat/report/survey.hpp>

namespace straycat::report {
namespace {

using survey::town::article;
using survey::town::PodSpec;
using survey::town::Town;
using ::testing::HasSubstr;
using ::testing::Not;

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(STRAYCAT_SOURCE_DIR) + "/tests/report/goldens/" + name;
  if (std::getenv("STRAYCAT_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

std::string one(const Town& town, const TextStyle& style = {}) {
  const survey::Snapshot snapshot = town.snapshot();
  return render_survey(snapshot, {town.survey()}, false, style);
}

TEST(SurveyText, TheArticle) {
  PodSpec gone{.name = "sayhi-old"};
  gone.owner_kind = "Job";
  gone.owner = "sayhi";
  gone.phase = "Succeeded";
  gone.port = 0;
  gone.probe = false;
  expect_golden("survey-article.txt",
                one(article().pod(gone).cron_job("nightly", {{"app", "sayhi"}}).unread("events")));
}

TEST(SurveyText, NothingSuspicious) {
  PodSpec cat{.name = "sayhi-abc-1"};
  cat.owner_kind = "ReplicaSet";
  cat.owner = "sayhi-abc";
  expect_golden("survey-nothing.txt",
                one(Town().service("sayhi", {{"app", "sayhi"}}).deployment("sayhi", {{"app", "sayhi"}}, 1).pod(cat)));
}

TEST(SurveyText, AllServicesOfANamespace) {
  const Town town = article().service("typo", {{"app", "sayhy"}}).service("outside", {});
  const survey::Snapshot snapshot = town.snapshot();
  expect_golden("survey-all.txt", render_survey(snapshot, survey_all(snapshot), true, {}));
}

TEST(SurveyText, TextFromTheClusterIsHarmless) {
  const std::string evil = "a\x1b[31m";
  PodSpec pod{.name = evil};
  pod.labels = {{"app", evil}};
  pod.waiting = evil;
  const std::string text = one(Town().service("sayhi", {{"app", evil}}).pod(pod).deployment(evil, {{"app", evil}}, 0));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("\\x1b[31m"));
}

TEST(SurveyText, FitsTheWidth) {
  TextStyle narrow;
  narrow.width = 60;
  narrow.unicode = false;
  std::istringstream lines(one(article(), narrow));
  for (std::string line; std::getline(lines, line);) {
    if (line.find("$ ") == std::string::npos) {  // commands are never broken
      EXPECT_LE(line.size(), 80U) << line;
    }
  }
}

}  // namespace
}  // namespace straycat::report
