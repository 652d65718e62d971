// What Go's own encoder wrote (tests/kubernetes/wire): each kind with every field set, and with pointers to zero
// values.
#include "cluster/apiserver/protobuf.hpp"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/schema.hpp"

namespace straycat::cluster {
namespace {

struct Sent {
  std::string kind, wire;
  bool zero = false;
  json object;
};

std::string from_base64(const std::string& base64) {
  static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char letter : base64) {
    if (letter == '=') break;
    bits = bits << 6 | static_cast<unsigned>(letters.find(letter));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

std::vector<Sent> recorded() {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/tests/cluster/recordings/protobuf.jsonl");
  std::vector<Sent> out;
  for (std::string line; std::getline(in, line);) {
    auto all = json::parse(line);
    out.push_back({all["kind"], from_base64(all["protobuf"]), all["zero"], std::move(all["json"])});
  }
  return out;
}

// What no schema of ours knows goes, as it does when a body is decoded: nulls, empty lists and maps.
json pruned(json object, const std::string& kind) {
  if (const auto* structure = structure_of_kind(kind)) prune(object, *structure);
  return object;
}

TEST(Protobuf, EveryFieldOfEveryKindIsWhatJsonWouldHaveSaid) {
  std::set<std::string> kinds;
  for (const auto& sent : recorded()) {
    if (sent.zero) continue;
    const auto decoded = from_protobuf(sent.wire);
    ASSERT_TRUE(decoded) << sent.kind << ": " << decoded.error().message;
    EXPECT_EQ(json::diff(pruned(decoded->object, sent.kind), pruned(sent.object, sent.kind)), json::array())
        << sent.kind;
    kinds.insert(sent.kind);
  }
  for (const auto& row : served_kinds())
    if (row.kind != "Fault")  // its clients speak JSON
      EXPECT_TRUE(kinds.contains(row.kind)) << row.kind << " is not recorded";
}

// Paths of the scalars that are zero.
void zeros(const json& value, const std::string& path, std::set<std::string>& out) {
  if (value.is_structured()) {
    for (const auto& [key, item] : value.items()) zeros(item, value.is_array() ? path : path + "." + key, out);
  } else if (value == json(0) || value == json("") || value == json(false)) {
    out.insert(path);
  }
}

// A pointer to zero says something (replicas: 0, automountServiceAccountToken: false) and stays; a field that is no
// pointer and zero says nothing. Go writes some of these into JSON (those without omitempty), and none may be made up.
TEST(Protobuf, ZeroStaysWhereItSaysSomething) {
  const std::set<std::string> say_something = {".spec.replicas",
                                               ".spec.backoffLimit",
                                               ".spec.suspend",
                                               ".spec.automountServiceAccountToken",
                                               ".spec.terminationGracePeriodSeconds",
                                               ".spec.revisionHistoryLimit"};
  std::set<std::string> kept;
  for (const auto& sent : recorded()) {
    if (!sent.zero) continue;
    const auto decoded = from_protobuf(sent.wire);
    ASSERT_TRUE(decoded) << sent.kind;
    std::set<std::string> ours, theirs;
    zeros(pruned(decoded->object, sent.kind), "", ours);
    zeros(pruned(sent.object, sent.kind), "", theirs);
    EXPECT_THAT(theirs, testing::IsSupersetOf(ours)) << sent.kind;
    kept.insert(ours.begin(), ours.end());
  }
  EXPECT_THAT(kept, testing::IsSupersetOf(say_something));
}

TEST(Protobuf, WhatIsNoneIsRefused) {
  const auto sent = recorded();
  ASSERT_FALSE(sent.empty());
  for (const std::string& body :
       {std::string(), std::string("k8s"), std::string("{}"), std::string("k8s\0\xff\xff", 6)})
    EXPECT_FALSE(from_protobuf(body)) << body;
  const auto unknown = from_protobuf(std::string("k8s\0\n\x0d\n\x02v1\x12\x07Unicorn", 19));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, 400);
  EXPECT_EQ(unknown.error().message, "no kind \"Unicorn\" is registered for version \"v1\" in scheme");
}

// Cut anywhere, or with a byte changed: an answer, whatever it is.
TEST(Protobuf, NoDamageIsTooMuch) {
  for (const auto& sent : recorded()) {
    for (std::size_t at = 0; at < sent.wire.size(); at += 1 + sent.wire.size() / 60) {
      (void)from_protobuf(sent.wire.substr(0, at));
      auto changed = sent.wire;
      changed[at] = static_cast<char>(changed[at] ^ 0x5A);
      (void)from_protobuf(changed);
    }
  }
}

}  // namespace
}  // namespace straycat::cluster
