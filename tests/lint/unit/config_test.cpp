// `.straycat-lint.yaml`: what it says, and where it is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/worlds.hpp"
#include <straycat/lint/config.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct BadConfig {
  const char* text;
  std::vector<std::string> says;
};

class BadConfigs : public ::testing::TestWithParam<BadConfig> {};

TEST_P(BadConfigs, PointAtTheWord) {
  const auto config = parse_config(GetParam().text, "c.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().fault, Fault::bad_input);
  for (const std::string& words : GetParam().says) EXPECT_THAT(config.error().message, HasSubstr(words));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, BadConfigs,
    ::testing::Values(BadConfig{"rules:\n  E1: of\n",
                                {"c.yaml:2:7", "expected error, warning, note or off", "did you mean \"off\"?"}},
                      BadConfig{"rules:\n  E99: off\n", {"c.yaml:2:3", "no rule \"E99\""}},
                      BadConfig{"rules:\n  stray-endpont: off\n", {"c.yaml:2:3", "did you mean \"stray-endpoint\"?"}},
                      BadConfig{"rulez: {}\n", {"c.yaml:1:1", "did you mean \"rules\"?"}},
                      BadConfig{"rules: [E1]\n", {"c.yaml:1:8", "expected a mapping"}},
                      BadConfig{"rules:\n  E1: [off]\n", {"c.yaml:2:7", "expected error"}},
                      BadConfig{"rules:\n  E1: no\n", {"c.yaml:2:7", "\"no\""}},
                      BadConfig{"- rules\n", {"c.yaml:1:1", "expected a mapping"}},
                      BadConfig{"ignore: vendor\n", {"c.yaml:1:9", "expected a list"}},
                      BadConfig{"ignore:\n- /etc\n", {"c.yaml:2:3", "below the folder"}},
                      BadConfig{"ignore:\n- [a]\n", {"c.yaml:2:3", "a path"}},
                      BadConfig{"rules: {}\nrules: {}\n", {"c.yaml:2"}},
                      BadConfig{"ignore: []\n---\nrules: {}\n", {"c.yaml:3", "second document"}},
                      BadConfig{"rules: {\n", {"c.yaml:"}}));

class GoodConfigs : public ::testing::TestWithParam<const char*> {};

TEST_P(GoodConfigs, SayNothing) {
  const auto config = parse_config(GetParam(), "c.yaml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_THAT(config->severities, IsEmpty());
  EXPECT_THAT(config->ignore, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Texts, GoodConfigs,
                         ::testing::Values("", "# only words\n", "{}\n", "rules:\n", "rules: {}\nignore: []\n",
                                           "ignore:\n", "---\n"));

TEST(Config, KnowsRulesByCodeAndByCause) {
  const auto config =
      parse_config("rules:\n  E1: warning\n  W3: off\n  W1: 'off'\n  rollout-gap: error\nignore:\n- a/\n- '*.b'\n", "");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->severities.at("E1"), Severity::warning);
  EXPECT_EQ(config->severities.at("W3"), std::nullopt);
  EXPECT_EQ(config->severities.at("W1"), std::nullopt);
  EXPECT_EQ(config->severities.at("N1"), Severity::error);
  EXPECT_THAT(config->ignore, ElementsAre("a/", "*.b"));
}

TEST(Config, ChangesWhatCounts) {
  const std::string stray = web + job("migrate", app);
  Wishes wishes;
  wishes.severities["E1"] = Severity::warning;
  EXPECT_EQ(lint({{"a.yaml", stray}}, wishes).exit_code(), 0);
  EXPECT_EQ(lint({{"a.yaml", stray}}, wishes).count(Severity::warning), 1u);
  wishes.severities["E1"] = std::nullopt;
  EXPECT_THAT(lint({{"a.yaml", stray}}, wishes).flaws, IsEmpty());
  wishes.severities["N9"] = Severity::error;
  EXPECT_EQ(lint({{"a.yaml", stray}}, wishes).exit_code(), 1);
}

TEST(Config, LeavesOutWhatATemplateOfHelmsMade) {
  Wishes wishes;
  wishes.ignored_templates = {"**/jobs/"};
  const auto rendered = [](const std::string& path) {
    return web + "---\n# Source: web/templates/" + path + "\n" + job("migrate", app).substr(4);
  };
  EXPECT_EQ(lint({{"a.yaml", rendered("jobs/migrate.yaml")}}, wishes).ignored.size(), 1u);
  EXPECT_EQ(lint({{"a.yaml", rendered("migrate.yaml")}}, wishes).exit_code(), 1);
}

struct Globbing {
  const char* glob;
  const char* path;
  bool matches;
};

class Globs : public ::testing::TestWithParam<Globbing> {};

TEST_P(Globs, MatchAsGitDoes) {
  EXPECT_EQ(matches_path(GetParam().glob, GetParam().path), GetParam().matches) << GetParam().glob;
}

INSTANTIATE_TEST_SUITE_P(
    Paths, Globs,
    ::testing::Values(Globbing{"a.yaml", "a.yaml", true}, Globbing{"a.yaml", "k/b/a.yaml", true},
                      Globbing{"*.yaml", "k/a.yaml", true}, Globbing{"k/*.yaml", "k/a.yaml", true},
                      Globbing{"./k/", "k/a/b.yaml", true}, Globbing{"k/**/b.yaml", "k/b.yaml", true},
                      Globbing{"k/**/b.yaml", "k/a/c/b.yaml", true}, Globbing{"**/tests/*.yaml", "tests/a.yaml", true},
                      Globbing{"**", "k/a.yaml", true}, Globbing{"k/?.yaml", "k/a.yaml", true},
                      Globbing{"vendor", "a/vendor/b/c.yaml", true}, Globbing{"k/a*", "k/abc/d.yaml", true},
                      Globbing{"a.yaml", "ba.yaml", false}, Globbing{"k/*.yaml", "k/b/a.yaml", false},
                      Globbing{"k/", "kk/a.yaml", false}, Globbing{"b/a.yaml", "k/b/a.yaml", false},
                      Globbing{"k?a.yaml", "k/a.yaml", false}, Globbing{"", "a", false}, Globbing{"/", "a", false},
                      Globbing{"**/tests/*.yaml", "tests/a/b.yaml", false},
                      Globbing{"*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}));

}  // namespace
}  // namespace straycat::lint
