// Every word of the log has one spelling, and what cannot be read is said to be so.
#include <set>

#include <gtest/gtest.h>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>

namespace straycat {
namespace {

using json = nlohmann::json;

template <class E>
class Words : public testing::Test {};
using Sets = testing::Types<Topic, Verb, WatchEnd, Origin, Place, Dialing, ProbeReason, Limit, VantageEnd, RunEnd,
                            FailureKind, Phase>;
TYPED_TEST_SUITE(Words, Sets);

TYPED_TEST(Words, HaveOneSpellingEachAndReadBack) {
  std::set<std::string_view> spellings;
  std::size_t at = 0;
  for (const auto& [value, spelling] : all_words<TypeParam>()) {
    EXPECT_EQ(static_cast<std::size_t>(value), at++) << spelling;
    EXPECT_FALSE(spelling.empty());
    EXPECT_TRUE(spellings.insert(spelling).second) << spelling;
    EXPECT_EQ(to_string(value), spelling);
    EXPECT_EQ(from_word<TypeParam>(spelling), value);
    EXPECT_EQ(json(value), json(spelling));
    EXPECT_EQ(json(spelling).get<TypeParam>(), value);
  }
  // The enum has no value behind its table.
  EXPECT_EQ(to_string(static_cast<TypeParam>(at)), "");
}

TYPED_TEST(Words, AreNoOthers) {
  for (const char* text : {"", "unheard of", "Pod", "pod ", "apply\n"}) {
    EXPECT_FALSE(from_word<TypeParam>(text)) << text;
    EXPECT_EQ(json(text).get<TypeParam>(), Vocabulary<TypeParam>::unknown) << text;
  }
  EXPECT_EQ(json(7).get<TypeParam>(), Vocabulary<TypeParam>::unknown);
}

TEST(Vocabulary, WhatMayBeSaidLeavesUnknownOut) {
  EXPECT_EQ(known_words<Origin>(), (std::vector<std::string>{"pod", "nodes", "host", "api"}));
}

TEST(EventKinds, AWordOfALaterVersionIsKept) {
  const EventKind later = "pod.moved", known = "watch.gap";
  EXPECT_EQ(later.topic(), Topic::unknown);
  EXPECT_EQ(later.text(), "pod.moved");
  EXPECT_NE(later, EventKind("pod.split"));
  EXPECT_EQ(known, Topic::watch_gap);
  EXPECT_EQ(known, EventKind(Topic::watch_gap));
  EXPECT_EQ(known.text(), "watch.gap");
}

template <class Record>
Record read(const char* body, Oddities expected) {
  Oddities odd;
  auto record = read_record<Record>(json::parse(body), odd);
  EXPECT_EQ(odd.unknown_words, expected.unknown_words) << body;
  EXPECT_EQ(odd.wrong_types, expected.wrong_types) << body;
  return record;
}

TEST(Records, AnUnknownWordIsCounted) {
  const Oddities one{.wrong_types = 0, .unknown_words = 1};
  EXPECT_EQ(read<VantageHealth>(R"({"limit":"gpu"})", one).limit, Limit::unknown);
  EXPECT_EQ(read<DirectProbe>(R"({"why":"bored"})", one).why, ProbeReason::unknown);
  EXPECT_EQ(read<VantageRecord>(R"({"where":"moon"})", one).where, Place::unknown);
  EXPECT_EQ(read<RunEnded>(R"({"reason":"swallowed"})", one).reason, RunEnd::unknown);
  EXPECT_EQ(read<AttemptFailed>(R"({"failure":{"kind":"eaten"}})", one).failure.kind, FailureKind::protocol);
}

TEST(Records, OldSpellingsStayReadable) {
  struct Case {
    const char* body;
    WatchEnd end;
    const char* reason;
  };
  for (const Case& c : {Case{R"({"reason":"denied"})", WatchEnd::denied, ""},
                        Case{R"({"reason":"denied: no slices for you"})", WatchEnd::denied, "no slices for you"},
                        Case{R"({"reason":"absent"})", WatchEnd::absent, ""},
                        Case{R"({"reason":"the run ended"})", WatchEnd::closed, ""},
                        Case{R"({"reason":"signal"})", WatchEnd::closed, ""},
                        Case{R"({"reason":"something else"})", WatchEnd::none, "something else"},
                        Case{R"({"reason":"denied","fromNs":1,"toNs":2})", WatchEnd::none, "denied"},
                        Case{R"({"reason":"denied","end":"died"})", WatchEnd::died, "denied"}}) {
    const auto record = read<WatchRecord>(c.body, {});
    EXPECT_EQ(record.end, c.end) << c.body;
    EXPECT_EQ(record.reason, c.reason) << c.body;
  }
  const auto on_node = read<VantageRecord>(R"({"where":"node:worker-1"})", {});
  EXPECT_EQ(on_node.where, Place::node);
  EXPECT_EQ(on_node.node, "worker-1");
  EXPECT_EQ(read<VantageRecord>(R"({"where":"apiserver-proxy"})", {}).where, Place::api);
}

// What is not said, or not in the type that it should have, must not become the telling half of evidence.
TEST(Records, AWrongTypeKeepsTheDefaultAndIsCounted) {
  const Oddities one{.wrong_types = 1, .unknown_words = 0};
  EXPECT_TRUE(read<StepRecord>(R"({"ok":"yes"})", one).ok);
  EXPECT_TRUE(read<DirectProbe>(R"({"uidKept":1})", one).uid_kept);
  EXPECT_FALSE(read<DirectProbe>(R"({"failure":"refused"})", one).failure);
  EXPECT_EQ(read<AttemptFailed>(R"({"failure":7})", one).failure.kind, FailureKind::protocol);
  EXPECT_EQ(read<AttemptFailed>(R"({})", {}).failure.kind, FailureKind::protocol);
  EXPECT_EQ(read<AttemptFailed>(R"({"failure":{"kind":["refused"]}})", one).failure.kind, FailureKind::protocol);
  EXPECT_EQ(read<RunEnded>(R"({"reason":0})", one).reason, RunEnd::unknown);
  EXPECT_EQ(read<NoteRecord>(R"({"text":null})", {}).text, "");
  EXPECT_EQ(read<NoteRecord>(R"([])", {}).text, "");
}

TEST(Records, ANumberOutOfRangeIsAWrongType) {
  const Oddities one{.wrong_types = 1, .unknown_words = 0};
  EXPECT_EQ(read<AttemptFailed>(R"({"localPort":70000})", one).local_port, 0);
  EXPECT_EQ(read<AttemptFailed>(R"({"status":-3000000000})", one).status, 0);
  EXPECT_EQ(read<AttemptWindow>(R"({"sent":-1})", one).sent, 0u);
  EXPECT_EQ(read<AttemptWindow>(R"({"fromNs":18446744073709551615})", one).from_ns, 0);
  EXPECT_EQ(read<AttemptFailed>(R"({"id":18446744073709551615})", {}).id, UINT64_MAX);
  EXPECT_EQ(read<AttemptWindow>(R"({"toNs":1e300})", one).to_ns, 0);
}

TEST(Records, ItemsOfAWrongTypeAreLeftOutOneByOne) {
  const auto window = read<AttemptWindow>(
      R"({"failed":{"refused":3,"reset":"two"},"latency":{"minNs":1,"maxNs":9,"buckets":[[1,2],[3],[99999,1]]}})",
      {.wrong_types = 3, .unknown_words = 0});
  EXPECT_EQ(window.failed, (std::map<std::string, std::uint64_t>{{"refused", 3}}));
  EXPECT_EQ(window.latency.count(), 2u);
}

}  // namespace
}  // namespace straycat
