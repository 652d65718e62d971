// spec.matrix: which combinations there are, what is put in where, and what is refused with its place.
#include "world.hpp"

namespace straycat::scenario {
namespace {

World matrix_world() {
  World world;
  world.with("spec:\n  for", "spec:\n  matrix: {count: [\"3\", \"7\"], share: [5, 9]}\n  for")
      .with("COUNT_OF_CATS: \"3\"", "COUNT_OF_CATS: \"${count}\"")
      .with("minFailures: 5%", "minFailures: \"${share}\"");
  return world;
}

Result<plan::Plan> parsed(const World& world, const Values& values = {}) {
  const auto read = [&](const std::string& path) -> Result<std::string> {
    const auto found = world.files.find(path);
    return found == world.files.end() ? Result<std::string>(bad_input("no " + path)) : found->second;
  };
  return parse(world.scenario, "dir/world.yaml", read, nullptr, Ground::own, values);
}

TEST(Matrix, EveryCombinationInItsOrder) {
  const auto all = combinations(matrix_world().scenario, "dir/world.yaml");
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(plan::values_words(all[0]), "count=3, share=5");
  EXPECT_EQ(plan::values_words(all[1]), "count=3, share=9");
  EXPECT_EQ(plan::values_words(all[3]), "count=7, share=9");
  EXPECT_EQ(combinations(World{}.scenario, "x"), std::vector<Values>{{}});
  EXPECT_EQ(combinations("not: [yaml", "x"), std::vector<Values>{{}});
}

TEST(Matrix, ValuesStandWhereTheyArePut) {
  const World world = matrix_world();
  for (const Values& values : combinations(world.scenario, "dir/world.yaml")) {
    const auto plan = parsed(world, values);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->values, values);
    const std::string text = plan::to_json(*plan).dump();
    EXPECT_NE(text.find("\"value\":\"" + values.at("count") + "\""), std::string::npos) << text;
    EXPECT_EQ(text.find("${"), std::string::npos) << text;
  }
}

TEST(Matrix, WithoutAWordTheFirstOfEach) {
  const auto plan = parsed(matrix_world());
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->case_name(), "world (count=3, share=5)");
}

TEST(Matrix, WithinOtherTextItIsText) {
  World world;
  world.with("spec:\n  for", "spec:\n  matrix: {seconds: [3, 4], path: [hi, bye]}\n  for")
      .with("pause: 3s", "pause: ${seconds}s")
      .with("http://sayhi/hi", "\"http://sayhi/${path}?a=$${b}\"");
  const auto plan = parsed(world, {{"path", "bye"}});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->traffic.at(0).url, "http://sayhi/bye?a=${b}");
}

// A plan is what it would be if the values had been written.
TEST(Matrix, IsThePlanThatSomebodyWouldHaveWritten) {
  World written;
  written.with("COUNT_OF_CATS: \"3\"", "COUNT_OF_CATS: \"7\"").with("minFailures: 5%", "minFailures: 9");
  auto by_hand = parsed(written);
  auto made = parsed(matrix_world(), {{"count", "7"}, {"share", "9"}});
  ASSERT_TRUE(by_hand && made);
  made->values.clear();
  EXPECT_EQ(plan::to_json(*made), plan::to_json(*by_hand));
}

TEST(Matrix, NoMatrixNoPlaceholders) {
  World world;
  world.with("COUNT_OF_CATS: \"3\"", "COUNT_OF_CATS: \"${HOME}\"");
  EXPECT_TRUE(parsed(world));
}

struct Refused {
  const char* from;
  const char* to;
  const char* says;
};

TEST(Matrix, RefusalsPoint) {
  const Refused rows[] = {
      {"${count}", "${cuont}", "dir/world.yaml:15:50: spec.matrix has no value for ${cuont} (did you mean \"count\"?)"},
      {"${count}", "${count", "dir/world.yaml:15:50: spec.matrix has no value for ${count"},
      {"\"${count}\"", "\"3\"", "dir/world.yaml:6:12: nothing in the spec uses ${count}"},
      {"[5, 9]", "[5, 5]", "dir/world.yaml:6:42: 5 is there twice"},
      {"share: [5, 9]", "share: []", "dir/world.yaml:6:38: \"share\" is an empty list"},
      {"share: [5, 9]", "share: 5", "\"share\" takes a list, not 5"},
      {"share: [5, 9]", "share: [5, [6]]", "takes text, a whole number, or true or false"},
      {"count: [\"3\", \"7\"]", "count: [3, 7]",
       "dir/world.yaml:15:50: \"COUNT_OF_CATS\" takes text (quote it), not 3"},
      {"count: [\"3\"", "\"a b\": [x], count: [\"3\"", "\"a b\" is no name of a value"},
  };
  for (const Refused& row : rows) {
    World world = matrix_world();
    world.with(row.from, row.to);
    const auto plan = parsed(world);
    ASSERT_FALSE(plan) << row.to;
    EXPECT_NE(plan.error().message.find(row.says), std::string::npos) << row.to << "\n" << plan.error().message;
    EXPECT_EQ(plan.error().fault, Fault::bad_input);
  }
}

TEST(Matrix, TooManyCombinationsAreRefused) {
  World world;
  std::string list;
  for (int i = 0; i < 9; ++i) list += (i > 0 ? ", " : "") + std::to_string(i + 1);
  world.with("spec:\n  for", "spec:\n  matrix: {a: [" + list + "], b: [" + list + "]}\n  for")
      .with("pause: 3s", "pause: ${a}${b}s");
  EXPECT_EQ(combinations(world.scenario, "x").size(), 1u);
  const auto plan = parsed(world);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("these are 81 combinations; at most 64"), std::string::npos);
}

TEST(Matrix, UnknownWordsOfTheCommandLine) {
  const auto wrong = parsed(matrix_world(), {{"cuont", "3"}});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("did you mean \"count\"?"), std::string::npos) << wrong.error().message;
  const auto never = parsed(matrix_world(), {{"count", "4"}});
  ASSERT_FALSE(never);
  EXPECT_NE(never.error().message.find("count is never 4: it is one of 3, 7"), std::string::npos);
  const auto none = parsed(World{}, {{"count", "4"}});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("no spec.matrix"), std::string::npos);
}

}  // namespace
}  // namespace straycat::scenario
