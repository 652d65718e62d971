#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include <straycat/core/vocabulary.hpp>
#include <straycat/finding/causes.hpp>
#include <straycat/scenario/scenario.hpp>

namespace straycat::scenario {
namespace {

using json = nlohmann::json;

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Schema, ThePublishedFileIsTheOneInTheCode) {
  const std::string path = std::string(STRAYCAT_SOURCE_DIR) + "/scenarios/scenario.schema.json";
  const std::string current = schema().dump(2) + "\n";
  if (std::getenv("STRAYCAT_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << current;
  EXPECT_EQ(slurp(path), current) << "run this test with STRAYCAT_UPDATE_GOLDENS=1";
}

// A scenario of somebody else's must not run programs here.
TEST(Schema, AStepHasEachVerbButCommands) {
  const json step = schema()["$defs"]["step"];
  std::vector<std::string> verbs;
  for (const json& choice : step["oneOf"]) verbs.push_back(choice["required"][0]);
  std::vector<std::string> wanted = known_words<Verb>();
  std::erase(wanted, to_string(Verb::command));
  EXPECT_EQ(verbs, wanted);
  for (const std::string& verb : verbs) EXPECT_TRUE(step["properties"].contains(verb)) << verb;
  EXPECT_FALSE(step["properties"].contains("command"));
}

// The parser's walk knows these keywords only: another one would be checked by editors and by nobody else.
TEST(Schema, UsesOnlyKeywordsThatTheParserChecks) {
  const std::set<std::string> known = {"$schema",
                                       "$id",
                                       "$ref",
                                       "$defs",
                                       "title",
                                       "description",
                                       "type",
                                       "const",
                                       "enum",
                                       "anyOf",
                                       "oneOf",
                                       "required",
                                       "properties",
                                       "additionalProperties",
                                       "items",
                                       "minItems",
                                       "minProperties",
                                       "minLength",
                                       "maxLength",
                                       "minimum",
                                       "maximum",
                                       "pattern",
                                       "dependentRequired",
                                       "x-check",
                                       "x-refused",
                                       "x-expected"};
  const std::function<void(const json&)> walk = [&](const json& rule) {
    for (const auto& [key, value] : rule.items()) {
      EXPECT_TRUE(known.contains(key)) << key;
      if (key == "properties" || key == "$defs") {
        for (const auto& [name, inner] : value.items()) walk(inner);
      } else if (key == "anyOf" || key == "oneOf") {
        for (const json& inner : value) walk(inner);
      } else if ((key == "items" || key == "additionalProperties") && value.is_object()) {
        walk(value);
      }
    }
    EXPECT_EQ(rule.contains("pattern"), rule.contains("x-check")) << rule.dump();
  };
  walk(schema());
}

// The list that people read is the one that the parser has.
TEST(Schema, TheReadmesListOfFindingsIsTheOneInTheCode) {
  const std::string readme = slurp(std::string(STRAYCAT_SOURCE_DIR) + "/scenarios/README.md");
  const auto from = readme.find("\nFindings: ");
  ASSERT_NE(from, std::string::npos);
  const std::string sentence = readme.substr(from, readme.find('.', from) - from);
  json listed = json::array();
  for (auto open = sentence.find('`'); open != std::string::npos; open = sentence.find('`', open)) {
    const auto close = sentence.find('`', open + 1);
    listed.push_back(sentence.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  EXPECT_EQ(listed, schema()["$defs"]["expect"]["properties"]["finding"]["enum"]);
}

// Each cause is either one that can be expected, or refused with its reason.
TEST(Schema, EveryCauseIsTakenOrRefusedWithItsReason) {
  const json rule = schema()["$defs"]["expect"]["properties"]["finding"];
  for (const finding::CauseRow& row : finding::causes()) {
    const json& taken = rule["enum"];
    const bool listed = std::find(taken.begin(), taken.end(), row.id) != taken.end();
    EXPECT_EQ(listed, finding::expectable(row.cause)) << row.id;
    EXPECT_NE(listed, rule["x-refused"].contains(std::string(row.id))) << row.id;
  }
}

// The scenarios that straycat ships are good ones.
TEST(Scenarios, AllParse) {
  for (const char* name : {"service-selector", "service-selector-fixed", "service-selector-loop"}) {
    const std::string folder = std::string(STRAYCAT_SOURCE_DIR) + "/scenarios/" + name + "/";
    const auto plan = parse(slurp(folder + "scenario.yaml"), folder + "scenario.yaml",
                            [&](const std::string& path) -> Result<std::string> { return slurp(folder + path); });
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->name, name);
    EXPECT_EQ(plan->expect.phases.size(), 4u);
    ASSERT_EQ(plan->meant_for.size(), 1U);
    EXPECT_EQ(plan->meant_for[0].display(), "Deployment/sayhi");
  }
}

// The article's manifests, byte for byte: their indentation of one space is part of the story.
TEST(Scenarios, TheArticlesManifestsAreUntouched) {
  const std::string folder = std::string(STRAYCAT_SOURCE_DIR) + "/scenarios/service-selector/";
  const std::string deployment = slurp(folder + "deployment.yaml");
  EXPECT_EQ(deployment,
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n name: sayhi\n labels:\n   app: sayhi\nspec:\n "
            "replicas: 1\n selector:\n"
            "   matchLabels:\n     app: sayhi\n template:\n   metadata:\n     labels:\n       app: sayhi\n   spec:\n   "
            "  containers:\n"
            "     - name: sayhi\n       image: beranm14/sayhi\n       ports:\n       - containerPort: 3000\n");
  EXPECT_EQ(
      slurp(folder + "deployment-readiness.yaml"),
      deployment + "       readinessProbe:\n         httpGet:\n           path: /healthz\n           port: 3000\n");
  EXPECT_EQ(slurp(folder + "service.yaml"),
            "apiVersion: v1\nkind: Service\nmetadata:\n name: sayhi\nspec:\n selector:\n   app: sayhi\n ports:\n   - "
            "protocol: TCP\n"
            "     port: 80\n     targetPort: 3000\n");
  EXPECT_EQ(
      slurp(folder + "job.yaml"),
      "apiVersion: batch/v1\nkind: Job\nmetadata:\n name: sayhi\n labels:\n   app: sayhi\nspec:\n template:\n   "
      "metadata:\n     labels:\n"
      "       app: sayhi\n   spec:\n     containers:\n     - name: generate-cats\n       image: beranm14/sayhi-job\n"
      "     restartPolicy: Never\n");
}

}  // namespace
}  // namespace straycat::scenario
