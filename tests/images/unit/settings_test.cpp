#include "images/settings.hpp"

#include <gtest/gtest.h>

namespace straycat::images {
namespace {

const std::vector<SettingSpec> specs = {
    {"port", "X_PORT", "3000", "port"}, {"drain", "X_DRAIN", "3s", "drain"}, {"mode", "X_MODE", "a", "mode"}};

Result<Settings> read(const std::vector<std::string>& arguments,
                      const std::map<std::string, std::string>& environment = {}) {
  return Settings::read(specs, arguments, [&](const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

TEST(Settings, flags_beat_environment_beats_default) {
  EXPECT_EQ(read({})->text("port"), "3000");
  EXPECT_EQ(read({}, {{"X_PORT", "1"}})->text("port"), "1");
  EXPECT_EQ(read({}, {{"X_PORT", ""}})->text("port"), "3000");
  EXPECT_EQ(read({"--port", "2"}, {{"X_PORT", "1"}})->text("port"), "2");
  EXPECT_EQ(read({"--port=4"}, {{"X_PORT", "1"}})->text("port"), "4");
  EXPECT_EQ(read({"--mode="})->text("mode"), "");
}

TEST(Settings, says_what_is_wrong_and_where) {
  EXPECT_EQ(read({"--prot", "1"}).error().message, "unknown switch --prot");
  EXPECT_EQ(read({"port"}).error().message, "\"port\" is no switch");
  EXPECT_EQ(read({"--port"}).error().message, "--port wants a value");
  EXPECT_EQ(read({"--port", "x"})->number("port", 0, 9).error().message, "--port: \"x\" is no whole number");
  EXPECT_EQ(read({}, {{"X_PORT", "10"}})->number("port", 0, 9).error().message, "X_PORT: 10 is not in 0..9");
  EXPECT_EQ(read({"--mode", "c"})->choice("mode", {"a", "b"}).error().message, "--mode: \"c\" is none of a, b");
  EXPECT_TRUE(read({"--drain", "soon"})->duration("drain").error().message.starts_with("--drain: "));
}

TEST(Settings, reads_lengths) {
  EXPECT_EQ(*read({})->duration("drain"), Nanos(std::chrono::seconds(3)));
  EXPECT_EQ(*read({"--drain", "150ms"})->duration("drain"), Nanos(std::chrono::milliseconds(150)));
  EXPECT_EQ(*read({"--drain", "7"})->duration("drain"), Nanos(std::chrono::seconds(7)));
  EXPECT_EQ(*read({"--mode", "b"})->choice("mode", {"a", "b"}), 1u);
}

}  // namespace
}  // namespace straycat::images
