#include "cluster/apiserver/patch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace straycat::cluster {
namespace {

struct PatchCase {
  const char *name, *target, *patch, *result;
};

const Structure& deployment_structure() { return *structure_of_kind("Deployment"); }

class StrategicMerge : public testing::TestWithParam<PatchCase> {};

TEST_P(StrategicMerge, Gives) {
  const auto& [name, target, patch, result] = GetParam();
  EXPECT_EQ(strategic_patched(json::parse(target), json::parse(patch), deployment_structure()), json::parse(result))
      << name;
}

// Containers merge by name, env by name, ports by containerPort, labels by key; the rest is replaced.
INSTANTIATE_TEST_SUITE_P(
    Cases, StrategicMerge,
    testing::Values(
        PatchCase{"scalar", R"({"spec":{"replicas":1,"paused":true}})", R"({"spec":{"replicas":2}})",
                  R"({"spec":{"replicas":2,"paused":true}})"},
        PatchCase{"null removes", R"({"metadata":{"labels":{"a":"b","c":"d"}}})",
                  R"({"metadata":{"labels":{"a":null}}})", R"({"metadata":{"labels":{"c":"d"}}})"},
        PatchCase{
            "container by name",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"x","image":"i"},{"name":"y","image":"j"}]}}}})",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"y","env":[{"name":"A","value":"b"}]}]}}}})",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"x","image":"i"},{"name":"y","image":"j","env":[{"name":"A","value":"b"}]}]}}}})"},
        PatchCase{"a new container comes first", R"({"spec":{"template":{"spec":{"containers":[{"name":"x"}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"z","image":"k"}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"z","image":"k"},{"name":"x"}]}}}})"},
        PatchCase{
            "what there was keeps its order",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}}})",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"b","image":"i"},{"name":"z"}]}}}})",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b","image":"i"},{"name":"z"},{"name":"c"}]}}}})"},
        PatchCase{
            "port by containerPort alone",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"x","ports":[{"containerPort":1,"protocol":"TCP"}]}]}}}})",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"x","ports":[{"containerPort":1,"name":"web"}]}]}}}})",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"x","ports":[{"containerPort":1,"protocol":"TCP","name":"web"}]}]}}}})"},
        PatchCase{"delete an item", R"({"spec":{"template":{"spec":{"containers":[{"name":"x"},{"name":"y"}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"x","$patch":"delete"}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"y"}]}}}})"},
        PatchCase{"replace a list", R"({"spec":{"template":{"spec":{"containers":[{"name":"x"},{"name":"y"}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"z"},{"$patch":"replace"}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"z"}]}}}})"},
        PatchCase{
            "order", R"({"spec":{"template":{"spec":{"containers":[{"name":"x"},{"name":"y"}]}}}})",
            R"({"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"y"},{"name":"x"}],"containers":[{"name":"y","image":"i"}]}}}})",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"y","image":"i"},{"name":"x"}]}}}})"},
        PatchCase{"retain keys", R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})",
                  R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})",
                  R"({"spec":{"strategy":{"type":"Recreate"}}})"},
        PatchCase{"replace an object",
                  R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})",
                  R"({"spec":{"strategy":{"$patch":"replace","type":"Recreate"}}})",
                  R"({"spec":{"strategy":{"type":"Recreate"}}})"},
        PatchCase{"set", R"({"metadata":{"finalizers":["a"]}})", R"({"metadata":{"finalizers":["b","a"]}})",
                  R"({"metadata":{"finalizers":["a","b"]}})"},
        PatchCase{"delete from a set", R"({"metadata":{"finalizers":["a","b"]}})",
                  R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})",
                  R"({"metadata":{"finalizers":["b"]}})"},
        PatchCase{"atomic list", R"({"spec":{"template":{"spec":{"containers":[{"name":"x","args":["1","2"]}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"x","args":["3"]}]}}}})",
                  R"({"spec":{"template":{"spec":{"containers":[{"name":"x","args":["3"]}]}}}})"}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });

TEST(JsonPatch, AppliesOrSaysWhy) {
  const auto target = json::parse(R"({"a":{"b":1}})");
  EXPECT_EQ(json_patched(target, json::parse(R"([{"op":"add","path":"/a/c","value":2}])"))->object,
            json::parse(R"({"a":{"b":1,"c":2}})"));
  const auto refused = json_patched(target, json::parse(R"([{"op":"test","path":"/a/b","value":2}])"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 422);
  EXPECT_FALSE(json_patched(target, json::parse(R"({"op":"add"})")));
}

TEST(JsonPatch, MovesAndPutsNothingIntoAScalar) {
  const auto after = [](const char* patch) {
    const auto done = json_patched(json::parse(R"({"a":{"b":[1,2]},"c":3})"), json::parse(patch));
    return done ? done->object.dump() : std::to_string(done.error().code);
  };
  EXPECT_EQ(after(R"([{"op":"move","from":"/a/b","path":"/d"}])"), R"({"a":{},"c":3,"d":[1,2]})");
  EXPECT_EQ(after(R"([{"op":"move","from":"/c","path":"/a/b/-"}])"), R"({"a":{"b":[1,2,3]}})");
  EXPECT_EQ(after(R"([{"op":"move","from":"/a/b/1","path":"/a/b/0"}])"), R"({"a":{"b":[2,1]},"c":3})");
  EXPECT_EQ(after(R"([{"op":"move","from":"/c","path":""}])"), "3");
  EXPECT_EQ(after(R"([{"op":"move","from":"/a","path":"/a/b/0"}])"), "422") << "into itself";
  EXPECT_EQ(after(R"([{"op":"move","from":"/x","path":"/y"}])"), "422");
  EXPECT_EQ(after(R"([{"op":"move","path":"/y"}])"), "422");
  for (const char* op : {"add", "replace", "remove", "copy", "move"}) {
    json operation = {{"op", op}, {"path", "/c/x"}, {"from", "/a"}, {"value", 1}};
    EXPECT_EQ(after(json::array({operation}).dump().c_str()), "422") << op;
  }
}

// Each copy of a whole object doubles it: twenty would be a million objects.
TEST(JsonPatch, IsBounded) {
  const auto target = json::parse(R"({"m":{}})");
  const auto refused = [&](const json& patch) {
    const auto done = json_patched(target, patch);
    return done ? "taken" : std::to_string(done.error().code) + " " + to_json(done.error()).dump();
  };
  json doubling = json::array({json{{"op", "add"}, {"path", "/m/a"}, {"value", std::string(100, 'x')}}});
  for (int i = 0; i < 8; ++i)
    doubling.push_back({{"op", "copy"}, {"from", "/m"}, {"path", "/m/k" + std::to_string(i)}});
  EXPECT_EQ(refused(doubling), "taken");
  for (int i = 8; i < 60; ++i)
    doubling.push_back({{"op", "copy"}, {"from", "/m"}, {"path", "/m/k" + std::to_string(i)}});
  EXPECT_THAT(refused(doubling), testing::StartsWith("422"));
  EXPECT_THAT(refused(doubling), testing::HasSubstr("the accumulated size increase of copy is"));
  json many = json::array();
  for (int i = 0; i < 10'000; ++i) many.push_back({{"op", "test"}, {"path", "/m"}, {"value", json::object()}});
  EXPECT_EQ(refused(many), "taken");
  many.push_back(many.front());
  EXPECT_THAT(refused(many), testing::HasSubstr("allowed maximum operations in a JSON patch is 10000, got 10001"));
  EXPECT_THAT(refused(many), testing::StartsWith("413"));
  // Deeper with every two moves, though no path is long.
  json deeper = json::array();
  for (int i = 0; i < 120; ++i) {
    deeper.push_back({{"op", "add"}, {"path", "/n"}, {"value", json::object()}});
    deeper.push_back({{"op", "move"}, {"from", "/m"}, {"path", "/n/m"}});
    deeper.push_back({{"op", "move"}, {"from", "/n"}, {"path", "/m"}});
  }
  EXPECT_THAT(refused(deeper), testing::HasSubstr("exceeded max depth"));
}

TEST(ParseBody, StopsAtDepth) {
  EXPECT_TRUE(parse_body(std::string(100, '[') + std::string(100, ']')));
  EXPECT_EQ(parse_body(std::string(101, '[') + std::string(101, ']')).error().message, "exceeded max depth");
  EXPECT_TRUE(parse_body(R"({"a":")" + std::string(500, '{') + R"("})")) << "brackets inside strings do not count";
  EXPECT_FALSE(parse_body("{"));
  EXPECT_FALSE(parse_body(""));
}

}  // namespace
}  // namespace straycat::cluster
