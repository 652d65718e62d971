#include <sstream>

#include <gtest/gtest.h>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>

namespace straycat {
namespace {

std::string small_log() {
  std::ostringstream out;
  LogWriter writer(out);
  Header header;
  header.format = std::string(log_format);
  header.run = "r1";
  EXPECT_TRUE(writer.write(Header::kind, "runner", {5}, header));
  EXPECT_TRUE(writer.write(NoteRecord::kind, "runner", {6}, NoteRecord{"hello"}));
  EXPECT_TRUE(writer.write("from.the.future", "a0", {7}, nlohmann::json::object({{"x", 1}})));
  EXPECT_EQ(writer.written(), 3u);
  return out.str();
}

Result<EventLog> read(const std::string& text) {
  std::istringstream in(text);
  return read_log(in);
}

TEST(Log, ReadsBackWhatWasWrittenUnknownKindsIncluded) {
  const Result<EventLog> log = read(small_log());
  ASSERT_TRUE(log);
  ASSERT_EQ(log->events.size(), 3u);
  EXPECT_EQ(log->events[1].body.get<NoteRecord>().text, "hello");
  EXPECT_EQ(log->events[2].kind, "from.the.future");
  EXPECT_EQ(log->events[2].number, 2u);
  EXPECT_FALSE(log->cut);
}

// A killed run may leave any prefix of its log: all whole lines count, and nothing is made up.
TEST(Log, EveryPrefixReadsAsItsWholeLines) {
  const std::string text = small_log();
  const std::size_t header_end = text.find('\n');
  for (std::size_t length = header_end; length <= text.size(); ++length) {
    const std::string prefix = text.substr(0, length);
    const Result<EventLog> log = read(prefix);
    ASSERT_TRUE(log) << length;
    const auto whole = static_cast<std::size_t>(std::count(prefix.begin(), prefix.end(), '\n'));
    EXPECT_GE(log->events.size(), whole);
    EXPECT_LE(log->events.size(), whole + 1);  // the last line may be whole but for its newline
    EXPECT_EQ(log->unreadable, 0u);
  }
}

TEST(Log, GarbageInTheMiddleIsCounted) {
  std::string text = small_log();
  text.insert(text.find('\n') + 1, "garbage\n{\"n\":1}\n[[[[\n");
  const Result<EventLog> log = read(text);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->unreadable, 3u);
  EXPECT_EQ(log->events.size(), 3u);
}

TEST(Log, RefusesAnUnknownFormatAndNoLog) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("hello\n"));
  std::string text = small_log();
  text.replace(text.find("straycat.log/1"), 14, "straycat.log/9");
  const Result<EventLog> log = read(text);
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message.find("straycat.log/9"), std::string::npos);
}

TEST(Log, HostileNestingIsNoCrash) {
  const Result<Event> event =
      from_line(R"({"n":1,"kind":"x","clock":"r","t":1,"body":{"a":)" + std::string(100'000, '['));
  EXPECT_FALSE(event);
}

// What stands in strings is no nesting, and what nests too deep is left out, escapes or not.
TEST(Log, BracketsInStringsAreText) {
  const std::string text = "\\\"" + std::string(200, '[') + "\\\\";
  const auto event =
      from_line(R"({"n":1,"kind":"note","clock":"runner","t":2,"body":{"text":")" + text + R"(","x":[1]}})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->body["text"].get<std::string>(), "\"" + std::string(200, '[') + "\\");
  EXPECT_EQ(event->body["x"].dump(), "[1]");
  const auto deep = from_line(R"({"n":1,"kind":"note","clock":"runner","t":2,"body":{"text":"a\"[","x":)" +
                              std::string(200, '[') + std::string(200, ']') + "}}");
  ASSERT_TRUE(deep);
  EXPECT_LT(deep->body["x"].dump().size(), 200u);
}

TEST(Log, BadUtf8IsReplacedNotThrown) {
  Event event{1, "note", "runner", {1}, nlohmann::json::object({{"text", "\xff\xfe"}})};
  EXPECT_TRUE(from_line(to_line(event)));
}

TEST(Log, ABrokenStreamIsAnError) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  LogWriter writer(out);
  EXPECT_FALSE(writer.write("note", "runner", {1}, nlohmann::json::object()));
  EXPECT_EQ(writer.written(), 0u);
}

TEST(Records, ReadBack) {
  AttemptFailed attempt;
  attempt.traffic = "cats";
  attempt.id = 7;
  attempt.failure = {FailureKind::refused, Phase::connect, 111, "(7) Failed"};
  attempt.local_port = 40'000;
  const auto again = nlohmann::json(attempt).get<AttemptFailed>();
  EXPECT_EQ(again.failure, attempt.failure);
  EXPECT_EQ(again.local_port, 40'000);
  DirectProbe probe;
  probe.ok = false;
  probe.failure = attempt.failure;
  probe.uid_kept = false;
  const auto probe_again = nlohmann::json(probe).get<DirectProbe>();
  ASSERT_TRUE(probe_again.failure);
  EXPECT_EQ(*probe_again.failure, attempt.failure);
  EXPECT_FALSE(probe_again.uid_kept);
  StepRecord step;
  step.ok = false;
  EXPECT_FALSE(nlohmann::json(step).get<StepRecord>().ok);
}

TEST(Records, ANumberThatIsNoIntegerKeepsTheDefault) {
  EXPECT_EQ(nlohmann::json({{"fromNs", 1.79565e20}}).get<WatchRecord>().from_ns, 0);
  EXPECT_EQ(nlohmann::json({{"index", -1e300}}).get<StepRecord>().index, 0u);
}

TEST(Records, WrongTypesKeepTheDefault) {
  const auto window = nlohmann::json::parse(R"({"sent":"many","ok":3,"failed":[1],"traffic":5})").get<AttemptWindow>();
  EXPECT_EQ(window.sent, 0u);
  EXPECT_EQ(window.ok, 3u);
  EXPECT_TRUE(window.failed.empty());
  EXPECT_EQ(window.traffic, "");
}

TEST(FailureKinds, SpellingsReadBack) {
  for (int i = 0; i < 12; ++i) {
    const auto kind = static_cast<FailureKind>(i);
    EXPECT_EQ(from_word<FailureKind>(to_string(kind)), kind);
    EXPECT_FALSE(describe(kind).empty());
  }
  EXPECT_FALSE(from_word<FailureKind>("unheard_of"));
  for (int i = 0; i < 7; ++i) EXPECT_EQ(from_word<Phase>(to_string(static_cast<Phase>(i))), static_cast<Phase>(i));
}

}  // namespace
}  // namespace straycat
