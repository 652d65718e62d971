// Every cause is explained, and the documents' list is the table.
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/finding/explain.hpp>

namespace straycat::finding {
namespace {

using testing::HasSubstr;

std::string whole_file(const std::string& path) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Explain, every_cause_has_its_words_at_its_place) {
  ASSERT_EQ(explanations().size(), causes().size());
  for (const CauseRow& one : causes()) {
    const Explanation& words = explanation(one.cause);
    EXPECT_EQ(words.cause, one.cause) << one.id;
    for (const auto text : {words.happens, words.seen, words.cure})
      EXPECT_TRUE(text.ends_with('.') || text.ends_with('?')) << one.id << ": " << text;
  }
}

// A folder that holds a scenario.yaml, or a file.
std::string file_of(std::string_view scenario) {
  return std::string(scenario) + (scenario.ends_with(".yaml") ? "" : "/scenario.yaml");
}

// Where a scenario is named, it expects that cause, or one that the cause is the reason of.
TEST(Explain, scenarios_show_what_they_are_named_for) {
  for (const Explanation& words : explanations()) {
    if (words.scenario.empty()) continue;
    const std::string text = whole_file("scenarios/" + file_of(words.scenario));
    const auto at = text.find("\n    finding: ");
    ASSERT_NE(at, std::string::npos) << words.scenario;
    const std::string word = text.substr(at + 14, text.find('\n', at + 1) - at - 14);
    const auto expected = cause_from(word);
    ASSERT_TRUE(expected) << word;
    EXPECT_TRUE(*expected == words.cause || refines(words.cause, *expected)) << words.scenario << ": " << word;
  }
}

TEST(Explain, the_text_has_every_part_and_fits_a_terminal) {
  for (const CauseRow& one : causes()) {
    const std::string text = explain(one.cause, {"E1"});
    EXPECT_THAT(text, HasSubstr(std::string(one.id) + ": " + std::string(one.title)));
    for (const char* part : {"\nWhat happens\n", "\nHow it is seen\n", "\nCure\n"}) EXPECT_THAT(text, HasSubstr(part));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line.find("kubectl") == std::string::npos) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Explain, says_who_finds_it) {
  EXPECT_EQ(found_by(Cause::stray_endpoint, {"E1", "W4"}), "straycat run, straycat diagnose, straycat lint (E1, W4)");
  EXPECT_EQ(found_by(Cause::hairpin, {}), "");
  EXPECT_THAT(explain(Cause::hairpin, {}), HasSubstr("this version has no rule for it"));
}

// The line of the documents' table for a cause.
std::string row_in_the_documents(const CauseRow& one) {
  std::string by;
  if (one.found.traffic) by = "run";
  if (one.found.listing) by += by.empty() ? "diagnose" : ", diagnose";
  const auto scenario = std::string(explanation(one.cause).scenario);
  return "| `" + std::string(one.id) + "` | " + std::string(one.promise) + " | " + (by.empty() ? "-" : by) + " | " +
         (scenario.empty() ? "-" : "[" + scenario.substr(0, scenario.find(".yaml")) + "](" + file_of(scenario) + ")") +
         " |\n";
}

TEST(Explain, the_documents_list_is_the_table) {
  const std::string documents = whole_file("scenarios/README.md");
  for (const CauseRow& one : causes()) {
    const std::string wanted = row_in_the_documents(one);
    EXPECT_NE(documents.find(wanted), std::string::npos) << "scenarios/README.md lacks the row\n" << wanted;
  }
}

}  // namespace
}  // namespace straycat::finding
