// What is written is read back as it was.
#include <gtest/gtest.h>

#include <straycat/yaml/document.hpp>
#include <straycat/yaml/write.hpp>

namespace straycat::yaml {
namespace {

using nlohmann::ordered_json;

class Written : public ::testing::TestWithParam<const char*> {};

TEST_P(Written, IsReadBack) {
  const ordered_json document = ordered_json::parse(GetParam());
  const std::string text = write(document);
  const auto read = parse(text, "written.yaml");
  ASSERT_TRUE(read) << text << read.error().message;
  ASSERT_EQ(read->size(), 1u) << text;
  EXPECT_EQ(read->front().to_json(), nlohmann::json(document)) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Documents, Written,
    ::testing::Values(
        R"({"b":1,"a":{"c":[1,"two",{"x":"y","z":[{"k":"v"},"w"]}],"d":{}}})", R"({"e":[],"f":[[1,2],["a"]]})",
        R"({"words":["yes","No","on","null","~","1","1e3","0x1f","2026-01-01","-","a: b","# c","*","&a","!t",""]})",
        R"({"lines":"a == 'b' &&\n  c","blank":" a\nb","end":"a\n","empty":"a\n\nb","tab":"a\tb\nc"})",
        R"({"strange":"\u0000\u001b[31m\u0085\u2028ü😀\u007f\ufeff","y":true,"null":null,"a b":"c","3":0.5})",
        R"(["a",{"b":"c"}])", R"("word")", R"("two words")", "[]", "{}", "7"));

TEST(Write, KeepsTheOrderAndReadsWell) {
  EXPECT_EQ(write(ordered_json::parse(R"({"kind":"A","spec":{"list":[{"name":"x","text":"a\nb"}],"on":"on"}})")),
            "kind: A\nspec:\n  list:\n  - name: x\n    text: |-\n      a\n      b\n  \"on\": \"on\"\n");
}

}  // namespace
}  // namespace straycat::yaml
