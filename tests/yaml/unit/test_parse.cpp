#include <fmt/format.h>
#include <gtest/gtest.h>

#include <straycat/yaml/document.hpp>

namespace straycat::yaml {
namespace {

using json = nlohmann::json;

std::vector<json> read(const std::string& text) {
  const auto documents = parse(text, "t.yaml");
  if (!documents) {
    ADD_FAILURE() << documents.error().message;
    return {};
  }
  std::vector<json> result;
  for (const Node& document : *documents) result.push_back(document.to_json());
  return result;
}

std::string error_of(const std::string& text) {
  const auto documents = parse(text, "t.yaml");
  if (documents) return "no error";
  EXPECT_EQ(documents.error().fault, Fault::bad_input);
  return documents.error().message;
}

TEST(Documents, AreSplitAsKubectlSplits) {
  using Rows = std::vector<json>;
  const json a = {{"a", 1}}, b = {{"b", 2}};
  const std::pair<const char*, Rows> rows[] = {
      {"", {}},
      {"# only a comment\n", {}},
      {"---\n---\n", {}},
      {"null\n---\na: 1\n", {a}},
      {"a: 1", {a}},
      {"a: 1\n---\nb: 2\n", {a, b}},
      {"---\na: 1\n---\nb: 2\n---", {a, b}},
      {"---  \t\r\na: 1\r\n---\r\nb: 2\r\n", {a, b}},
      {"\xEF\xBB\xBF"
       "a: 1\n",
       {a}},
      {"--- {a: 1}\n", {a}},
      {"a: 1\n...\n", {a}},
      {"t: |\n  x\n  ---\n  y\n", {json{{"t", "x\n---\ny\n"}}}},
      {"a:\n- 1\n- 2\n", {json{{"a", {1, 2}}}}},
      {"a:\n - b: 1\n   c: 2\n", {json{{"a", json::array({json::object({{"b", 1}, {"c", 2}})})}}}},
      {R"({"a": [1, {"b": null}]})", {json::parse(R"({"a":[1,{"b":null}]})")}},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(Documents, ReadsUtf16) {
  EXPECT_EQ(read(std::string("\xFF\xFE"
                             "a\0:\0 \0"
                             "1\0\n\0",
                             12)),
            std::vector<json>({json::object({{"a", 1}})}));
}

TEST(Documents, PositionsAreThoseOfTheFile) {
  const auto documents = parse("a: 1\n---\n\nkey: \"värde\"   # c\nempty:\nlist: [1, two]\n", "t.yaml");
  ASSERT_TRUE(documents) << documents.error().message;
  const Node& second = documents->at(1);
  const Node::Pair* pair = second.find_pair("key");
  EXPECT_EQ(pair->key.start, (Position{4, 1}));
  EXPECT_EQ(pair->key.end, (Position{4, 4}));
  EXPECT_EQ(pair->value.start, (Position{4, 6}));
  EXPECT_EQ(pair->value.end, (Position{4, 13}));  // quotes inside, columns are code points
  EXPECT_EQ(pair->value.length(), 7);
  EXPECT_TRUE(pair->value.quoted);
  EXPECT_EQ(second.find("empty")->start, (Position{5, 7}));
  EXPECT_EQ(second.find("list")->items.at(1).start, (Position{6, 11}));
  EXPECT_EQ(second.find("none"), nullptr);
}

TEST(Aliases, StandForWhatTheirAnchorHolds) {
  EXPECT_EQ(read("a: &x [1, 2]\nb: *x\n").at(0), json::parse(R"({"a":[1,2],"b":[1,2]})"));
  EXPECT_EQ(read("a: &x y\n*x : 1\n").at(0), json::parse(R"({"a":true,"true":1})"));
  EXPECT_EQ(read("a: &x 1\nb: &x 2\nc: *x\n").at(0), json::parse(R"({"a":1,"b":2,"c":2})"));
}

TEST(Merge, OwnKeysWinOverMergedOnes) {
  EXPECT_EQ(read("d: &d {a: 1, b: 1}\ne: {<<: *d, b: 2}\n").at(0)["e"], json::parse(R"({"a":1,"b":2})"));
  EXPECT_EQ(read("d: &d {a: 1, b: 1}\ne: {b: 2, <<: *d}\n").at(0)["e"], json::parse(R"({"a":1,"b":2})"));
  EXPECT_EQ(read("d: &d {a: 1}\nf: &f {a: 2, c: 3}\ne: {<<: [*d, *f]}\n").at(0)["e"], json::parse(R"({"a":1,"c":3})"));
  EXPECT_EQ(read("e: {\"<<\": 1}\n").at(0)["e"], json::parse(R"({"<<":1})"));  // quoted: a key like any other
}

TEST(Errors, PointAtTheirPlace) {
  const std::pair<std::string, const char*> rows[] = {
      {"a: 1\nb: 2\na: 3\n",
       "t.yaml:3:1: duplicate key \"a\": it stands already in line 1\n"
       "   3 | a: 3\n"
       "     | ^"},
      {"y: 1\ntrue: 2\n",
       "t.yaml:2:1: duplicate key \"true\": it stands already in line 1\n"
       "   2 | true: 2\n"
       "     | ^~~~"},
      {"a:\n\tb: 1\n",
       "t.yaml:2:1: found character that cannot start any token (while scanning for the next token)\n"
       "   2 |  b: 1\n"
       "     | ^\n"
       "     = YAML is indented with spaces: a tab stands here"},
      {"a: b: c\n",
       "t.yaml:1:5: mapping values are not allowed in this context\n"
       "   1 | a: b: c\n"
       "     |     ^\n"
       "     = text that contains \": \" needs quotes; else check the indentation"},
      {"a: &base 1\nb: *bsae\n",
       "t.yaml:2:4: unknown anchor \"bsae\" (did you mean \"base\"?)\n"
       "   2 | b: *bsae\n"
       "     |    ^~~~~"},
      {"a: &x [*x]\n",
       "t.yaml:1:8: the anchor \"x\" contains itself\n"
       "   1 | a: &x [*x]\n"
       "     |        ^~"},
      {"[1]: 2\n",
       "t.yaml:1:1: a key cannot be a list\n"
       "   1 | [1]: 2\n"
       "     | ^"},
      {"~: 2\n",
       "t.yaml:1:1: a key cannot be null\n"
       "   1 | ~: 2\n"
       "     | ^"},
      {"a: 1\n--- # x\nb: 1\n",
       "t.yaml:2:1: kubectl would not read what follows\n"
       "   2 | --- # x\n"
       "     | ^~~\n"
       "     = documents are separated by a line that is --- and nothing else"},
      {"a: 1\n---\nb: \"x\n",
       "t.yaml:4:1: found unexpected end of stream (while scanning a quoted scalar that began in line 3)\n"
       "   4 | \n"
       "     | ^"},
      {"a: 猫 \x01\n",
       "t.yaml:1:6: control characters are not allowed\n"
       "   1 | a: 猫 \xEF\xBF\xBD\n"
       "     |       ^"},
      {"a: {<<: 3}\n",
       "t.yaml:1:9: a merge (<<) takes a mapping, or a list of mappings\n"
       "   1 | a: {<<: 3}\n"
       "     |         ^"},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(error_of(text), expected) << text;
}

TEST(Errors, BadBytesNeverPass) {
  for (const char* text : {"a: \xff\n", "a: \xc3\x28\n", "a: \xed\xa0\x80\n", ",", "\x25\xdc\x20", "\x01",
                           "%YAML 1.1\n---\na: 1\n"}) {  // kubectl cuts at the mark, too, and then has no document
    EXPECT_TRUE(error_of(text).starts_with("t.yaml:")) << text;
  }
  EXPECT_TRUE(error_of(std::string("a: \0b\n", 6)).starts_with("t.yaml:1:4: "));
}

TEST(Limits, DeepNestingEndsAtOnce) {
  EXPECT_NE(error_of(std::string(100'000, '[')).find("nested more than 100 levels deep"), std::string::npos);
  std::string block;
  for (int i = 0; i < 1000; ++i) block += "- ";
  EXPECT_NE(error_of(block).find("nested more than 100 levels deep"), std::string::npos);
  EXPECT_EQ(read(std::string(100, '[') + std::string(100, ']')).size(), 1u);
  EXPECT_NE(error_of(std::string(101, '[') + std::string(101, ']')).find("nested"), std::string::npos);
}

// Aliases that nest what they stand for: each adds 60 levels, none is deep where it is written.
TEST(Limits, DepthCountsThroughAliases) {
  const std::string open(60, '['), close(60, ']');
  EXPECT_NE(error_of("a: &a " + open + close + "\nb: " + open + "*a" + close + "\n").find("nested more than 100"),
            std::string::npos);
}

TEST(Limits, AnAliasBombIsDefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 9; ++i) {
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  EXPECT_NE(error_of(bomb).find("stand for more than 1000000 nodes"), std::string::npos);
}

TEST(DidYouMean, FindsSlipsOfTheFinger) {
  const std::vector<std::string> keys = {"replicas", "selector", "template", "rate", "name"};
  const std::pair<const char*, std::optional<std::string>> rows[] = {
      {"replica", "replicas"}, {"Replicas", "replicas"}, {"slector", "selector"},      {"tempalte", "template"},
      {"naem", "name"},        {"rates", "rate"},        {"frobnicate", std::nullopt}, {"x", std::nullopt},
      {"", std::nullopt},      {"name", std::nullopt},
  };
  for (const auto& [word, expected] : rows) EXPECT_EQ(did_you_mean(word, keys), expected) << word;
  EXPECT_EQ(suggestion("replica", keys), " (did you mean \"replicas\"?)");
  EXPECT_EQ(suggestion("zzz", keys), "");
}

TEST(Render, CutsLongLinesAroundTheCaret) {
  const std::string line = std::string(300, 'a') + "XYZ" + std::string(300, 'b');
  EXPECT_EQ(render({"f", {1, 301}, 3, "here", ""}, line), "f:1:301: here\n   1 | ..." + std::string(40, 'a') + "XYZ" +
                                                              std::string(57, 'b') + "...\n     | " +
                                                              std::string(43, ' ') + "^~~");
  EXPECT_EQ(render({"f", {1, 1}, 500, "here", ""}, line),
            "f:1:1: here\n   1 | " + std::string(100, 'a') + "...\n     | ^" + std::string(99, '~'));
}

TEST(Render, PlacesTheCaretBehindWideCharacters) {
  EXPECT_EQ(render({"f", {2, 8}, 2, "m", ""}, "x\nmsg: 猫🐈ab\n"), "f:2:8: m\n   2 | msg: 猫🐈ab\n     |          ^~");
  EXPECT_EQ(render({"f", {1, 6}, 2, "m", ""}, "msg: 猫🐈ab\n"), "f:1:6: m\n   1 | msg: 猫🐈ab\n     |      ^~~~");
  EXPECT_EQ(render({"f", {1, 3}, 1, "m", ""}, "\tab"), "f:1:3: m\n   1 |  ab\n     |   ^");
  EXPECT_EQ(render({"f", {1, 1}, 1, "a\nb\x1b[2J", ""}, "x"), "f:1:1: a\\nb\\x1b[2J\n   1 | x\n     | ^")
      << "a file's name may hold anything";
  EXPECT_EQ(render({"f", {1, 1}, 1, "m", ""}, "a\x1b[31m\xe2\x80\xae"),
            "f:1:1: m\n   1 | a\xEF\xBF\xBD[31m\xEF\xBF\xBD\n     | ^");
  EXPECT_EQ(render({"f", {9, 9}, 1, "m", ""}, ""), "f:9:9: m\n   9 | \n     |         ^");
}

}  // namespace
}  // namespace straycat::yaml
