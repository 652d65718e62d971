// Faults on order: the table, and the object's form.
#include <set>

#include <gtest/gtest.h>

#include <straycat/model/fault.hpp>

namespace straycat::model {
namespace {

TEST(FaultRows, EachWordHasOneAtItsPlace) {
  ASSERT_EQ(fault_rows().size(), known_words<FaultWord>().size());
  std::set<std::string> words;
  for (const FaultRow& row : fault_rows()) {
    EXPECT_EQ(&row_of(row.word), &row);
    EXPECT_FALSE(row.says.empty());
    Fault fault;
    fault.word = row.word;
    words.insert(describe(fault));
  }
  EXPECT_EQ(words.size(), fault_rows().size());
}

TEST(FaultRows, KeysEndWithAMarkWhereTheyMustStand) {
  const FaultRow& drop = row_of(FaultWord::drop);
  EXPECT_TRUE(drop.takes("for") && drop.needs("for") && drop.lasts());
  EXPECT_TRUE(drop.takes("share") && !drop.needs("share"));
  EXPECT_FALSE(drop.takes("signal") || drop.takes("") || drop.takes("tar"));
  EXPECT_FALSE(row_of(FaultWord::kill).lasts());
}

TEST(Fault, IsReadBackFromWhatItWrote) {
  Fault fault;
  fault.word = FaultWord::lose;
  fault.pods = {"a", "b"};
  fault.workload = "Deployment/x";
  fault.container = "app";
  fault.signal = "TERM";
  fault.ppm = 300'000;
  fault.from = FaultFrom::anywhere;
  fault.delay = std::chrono::milliseconds{200};
  fault.limit = 7;
  fault.lasts = std::chrono::seconds{5};
  const auto again = fault_from(to_json(fault));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, fault);
  EXPECT_EQ(describe(fault), "lose 30% of the packets from anywhere to and from ");
}

TEST(Fault, WhatIsNoneIsRefusedWithTheFieldsName) {
  for (const auto& [text, words] :
       std::vector<std::pair<const char*, const char*>>{{R"({})", "fault: none"},
                                                        {R"({"fault":"explode"})", "fault: no such word"},
                                                        {R"({"fault":"unknown"})", "fault: no such word"},
                                                        {R"({"fault":7})", "fault: no such word"},
                                                        {R"({"fault":"kill","signal":"STOP"})", "signal: no such"},
                                                        {R"({"fault":"drop","from":"mars"})", "from: no such word"},
                                                        {R"({"fault":"drop","for":"soon"})", "for: "},
                                                        {R"({"fault":"drop","ppm":1000001})", "ppm: a number from 0"},
                                                        {R"({"fault":"connections","limit":-1})", "limit: a number"}}) {
    const auto fault = fault_from(json::parse(text));
    ASSERT_FALSE(fault) << text;
    EXPECT_EQ(fault.error().message.find(words), 0U) << text << ": " << fault.error().message;
  }
  EXPECT_FALSE(fault_from(json::array()));
}

TEST(FaultStatus, IsReadBackFromWhatItWrote) {
  const FaultStatus status{FaultPhase::ended, "over", "2026-11-24T20:15:23.123456Z", "2026-11-24T20:15:24.123456Z"};
  EXPECT_EQ(fault_status(json::object({{"status", to_json(status)}})), status);
  EXPECT_EQ(fault_status(json::object()).phase, FaultPhase::pending);
}

}  // namespace
}  // namespace straycat::model
