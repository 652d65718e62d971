// What a person or a tool reads of a survey, in every format, held to goldens (STRAYCAT_UPDATE_GOLDENS=1 renews them).
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/html/assets.hpp"
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

std::string page_of(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys, bool all) {
  std::string page = render_survey_html(snapshot, surveys, all);
  for (const std::string_view asset : {page_style, lanes_script_sha256, page_script, page_script_sha256}) {
    const std::size_t at = page.find(asset);
    if (at != std::string::npos) page.replace(at, asset.size(), "...");
  }
  return page;
}

struct Scene {
  const char* name;
  Town town;
  bool all = false;
};

Scene the_article() {
  PodSpec gone{.name = "sayhi-old"};
  gone.owner_kind = "Job";
  gone.owner = "sayhi";
  gone.phase = "Succeeded";
  gone.port = 0;
  gone.probe = false;
  return {"article", article().pod(gone).cron_job("nightly", {{"app", "sayhi"}}).unread("events")};
}

Scene nothing() {
  PodSpec cat{.name = "sayhi-abc-1"};
  cat.owner_kind = "ReplicaSet";
  cat.owner = "sayhi-abc";
  return {"nothing", Town().service("sayhi", {{"app", "sayhi"}}).deployment("sayhi", {{"app", "sayhi"}}, 1).pod(cat)};
}

class SurveyGoldens : public ::testing::TestWithParam<Scene> {
 protected:
  survey::Snapshot snapshot_ = GetParam().town.snapshot();
  std::vector<survey::Survey> surveys_ =
      GetParam().all ? survey_all(snapshot_) : std::vector<survey::Survey>{GetParam().town.survey()};
  void expect(const std::string& ending, const std::string& text) const {
    expect_golden(std::string("survey-") + GetParam().name + ending, text);
  }
};

TEST_P(SurveyGoldens, Text) { expect(".txt", render_survey(snapshot_, surveys_, GetParam().all, {})); }
TEST_P(SurveyGoldens, Html) { expect(".html", page_of(snapshot_, surveys_, GetParam().all)); }
TEST_P(SurveyGoldens, Junit) { expect(".junit.xml", render_survey_junit(snapshot_, surveys_, false)); }
TEST_P(SurveyGoldens, Markdown) { expect(".md", render_survey_markdown(snapshot_, surveys_, GetParam().all)); }
TEST_P(SurveyGoldens, Json) { expect(".json", survey::to_json(snapshot_, surveys_).dump(1) + "\n"); }

INSTANTIATE_TEST_SUITE_P(
    All, SurveyGoldens,
    ::testing::Values(the_article(), nothing(),
                      Scene{"all", article().service("typo", {{"app", "sayhy"}}).service("outside", {}), true},
                      Scene{"denied", Town().denied("services").denied("jobs")}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(SurveyJunit, WhatCannotBeToldIsSkippedOrFailsAsAsked) {
  const Town town = Town().denied("services");
  const survey::Snapshot snapshot = town.snapshot();
  EXPECT_THAT(render_survey_junit(snapshot, {town.survey()}, false), HasSubstr("failures=\"0\""));
  EXPECT_THAT(render_survey_junit(snapshot, {town.survey()}, true), HasSubstr("failures=\"2\""));
}

TEST(SurveyMarkdown, IsShortHoweverManyServices) {
  Town town = article();
  for (int i = 0; i < 200; ++i) town.service("more-" + std::to_string(i), {{"app", "none"}});
  const survey::Snapshot snapshot = town.snapshot();
  const std::string text = render_survey_markdown(snapshot, survey_all(snapshot), true);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 60);
  EXPECT_THAT(text, HasSubstr("exit 1"));
}

TEST(SurveyText, OfManyServicesThoseWithNothingAreCounted) {
  Town town = article();
  for (int i = 0; i < 200; ++i) {
    const std::string name = "more-" + std::to_string(i);
    const model::Labels labels{{"app", name}};
    PodSpec pod{.name = name + "-x", .labels = labels};
    pod.owner_kind = "ReplicaSet";
    pod.owner = name;
    town.service(name, labels).pod(pod);
  }
  const survey::Snapshot snapshot = town.snapshot();
  const std::string text = render_survey(snapshot, survey_all(snapshot), true, {});
  EXPECT_THAT(text, HasSubstr("1 with a finding, 0 of which it cannot be told, 200 with nothing suspicious"));
  EXPECT_THAT(text, HasSubstr("and 190 more"));
  EXPECT_LT(text.find("FOUND  "), text.find("NOTHING  "));
}

TEST(SurveyText, TextFromTheClusterIsHarmless) {
  const std::string evil = "a\x1b[31m<b>";
  PodSpec pod{.name = evil};
  pod.labels = {{"app", evil}};
  pod.waiting = evil;
  const Town town = Town().service("sayhi", {{"app", evil}}).pod(pod).deployment(evil, {{"app", evil}}, 0);
  const std::string text = one(town);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("\\x1b[31m"));
  const survey::Snapshot snapshot = town.snapshot();
  for (const bool all : {false, true})
    for (const std::string& other :
         {page_of(snapshot, {town.survey()}, all), render_survey_junit(snapshot, {town.survey()}, true),
          render_survey_markdown(snapshot, {town.survey()}, all)}) {
      EXPECT_THAT(other, Not(HasSubstr("\x1b")));
      EXPECT_THAT(other, Not(HasSubstr("<b>")));
    }
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
