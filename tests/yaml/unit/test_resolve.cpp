// What plain scalars mean to kubectl (measured on sigs.k8s.io/yaml 1.6).
#include <limits>

#include <gtest/gtest.h>

#include <straycat/yaml/document.hpp>

namespace straycat::yaml {
namespace {

using json = nlohmann::json;

struct Read {
  json value;
  std::string error;
};

Read value_of(const std::string& text) {
  const auto documents = parse("v: " + text + "\n", "v.yaml");
  if (!documents) return {nullptr, documents.error().message};
  return {documents->at(0).to_json().at("v"), ""};
}

TEST(Resolve, PlainScalarsAreWhatKubectlReads) {
  const std::pair<const char*, json> rows[] = {
      {"y", true},
      {"Y", true},
      {"yes", true},
      {"Yes", true},
      {"YES", true},
      {"on", true},
      {"true", true},
      {"TRUE", true},
      {"n", false},
      {"N", false},
      {"no", false},
      {"off", false},
      {"Off", false},
      {"False", false},
      {"tRue", "tRue"},
      {"yES", "yES"},
      {"nO", "nO"},
      {"", nullptr},
      {"~", nullptr},
      {"null", nullptr},
      {"NULL", nullptr},
      {"nULL", "nULL"},
      {"0", 0},
      {"7", 7},
      {"-7", -7},
      {"+1", 1},
      {"0777", 511},
      {"0o17", 15},
      {"08", 8},
      {"018", 18},
      {"-010", -8},
      {"0x1F", 31},
      {"0X1f", 31},
      {"0b11", 3},
      {"-0b11", -3},
      {"1_000", 1000},
      {"0x_1F", 31},
      {"00", 0},
      {"1e3", 1000},
      {"1E+2", 100},
      {"1.5", 1.5},
      {".5", 0.5},
      {"5.", 5},
      {"-.5", -0.5},
      {"1.0", 1},
      {"6.02e23", 6.02e23},
      {"9223372036854775807", 9223372036854775807},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"18446744073709551615", 18446744073709551615u},
      {"1e400", "1e400"},
      {"1e-400", 0},
      {"0o8", "0o8"},
      {"_1", "_1"},
      {"12:30:45", "12:30:45"},
      {"2026-11-24", "2026-11-24"},
      {"2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"},
      {"1.2.3", "1.2.3"},
      {"0x", "0x"},
      {"0xg", "0xg"},
      {"+", "+"},
      {".", "."},
      {"..", ".."},
      {"1e", "1e"},
      {"1e+", "1e+"},
      {".e1", ".e1"},
      {"1__0", 10},
      {"._5", "._5"},
      {"<<", "<<"},
      {"10.0.0.1", "10.0.0.1"},
      {"100m", "100m"},
      {"3000", 3000},
      {"\"yes\"", "yes"},
      {"'1'", "1"},
      {"\"\"", ""},
      {"|\n  y\n", "y\n"},
      {">\n  1\n  2\n", "1 2\n"},
      {"!!str 1", "1"},
      {"! 1", "1"},
      {"!!int \"3\"", 3},
      {"!!float 3", 3},
      {"!!bool \"on\"", true},
      {"!custom 3", "3"},
  };
  for (const auto& [text, expected] : rows) {
    const Read read = value_of(text);
    EXPECT_EQ(read.error, "") << text;
    EXPECT_EQ(read.value, expected) << text;
    EXPECT_EQ(read.value.is_number_integer(), expected.is_number_integer()) << text;
  }
}

TEST(Resolve, WhatJsonCannotHoldIsAnError) {
  const std::pair<const char*, const char*> rows[] = {
      {".inf", "cannot be written as JSON"},          {"-.INF", "cannot be written as JSON"},
      {".nan", "cannot be written as JSON"},          {"!!int abc", "is not of the type !!int"},
      {"!!binary aGk=", "!!binary is not supported"},
  };
  for (const auto& [text, message] : rows) {
    EXPECT_NE(value_of(text).error.find(message), std::string::npos) << text << ": " << value_of(text).error;
  }
}

TEST(Resolve, KeysBecomeText) {
  const std::pair<const char*, const char*> rows[] = {
      {"y: 1", "true"},  {"off: 1", "false"}, {"1: 1", "1"},       {"0x10: 1", "16"},
      {"1.5: 1", "1.5"}, {"\"y\": 1", "y"},   {"name: 1", "name"}, {"18446744073709551615: 1", "18446744073709551615"},
      {"? a\n: 1", "a"},
  };
  for (const auto& [text, key] : rows) {
    const auto documents = parse(text, "k.yaml");
    ASSERT_TRUE(documents) << documents.error().message;
    EXPECT_EQ(documents->at(0).to_json(), json::object({{key, 1}})) << text;
    EXPECT_NE(documents->at(0).find(key), nullptr) << text;
  }
}

}  // namespace
}  // namespace straycat::yaml
