// The quick reader of whole logs against the careful one of single lines: they must never disagree.
#include <algorithm>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include <straycat/core/log_reader.hpp>

namespace straycat {
namespace {

using json = nlohmann::json;

Header header() {
  Header header;
  header.format = std::string(log_format);
  return header;
}

class Maker {
 public:
  explicit Maker(unsigned seed) : dice_(seed) {}

  std::int64_t number(std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(dice_); }
  bool chance() { return number(1) == 1; }
  std::string text() {
    static const std::vector<std::string> parts{"sayhi", "\"", "\\", "},\"clock\":\"a0\"", "\n", "\u2028",
                                                "🐈",    "{[", ""};
    std::string out;
    for (auto i = number(3); i > 0; --i) out += parts[static_cast<std::size_t>(number(std::ssize(parts) - 1))];
    return out;
  }
  Failure failure() {
    return {static_cast<FailureKind>(number(11)), static_cast<Phase>(number(6)), static_cast<int>(number(130)), text()};
  }
  Histogram histogram() {
    Histogram out;
    for (auto i = number(30); i > 0; --i) out.record(Nanos{number(1) == 0 ? number(200) : number(INT64_MAX)});
    return out;
  }
  std::map<std::string, std::uint64_t> counts() {
    std::map<std::string, std::uint64_t> out;
    for (auto i = number(3); i > 0; --i) out[text()] = static_cast<std::uint64_t>(number(1000));
    return out;
  }
  json window() {
    AttemptWindow out;
    out.traffic = text(), out.from_ns = number(1000) - 500, out.to_ns = number(INT64_MAX);
    out.sent = static_cast<std::uint64_t>(number(1000)), out.failed = counts(), out.bodies = counts();
    out.latency = histogram(), out.lateness = histogram();
    return out;
  }
  json failed() {
    AttemptFailed out;
    out.traffic = text(), out.id = static_cast<std::uint64_t>(-1) - static_cast<std::uint64_t>(number(3));
    out.failure = failure(), out.reused = chance(), out.local_port = static_cast<std::uint16_t>(number(65535));
    out.body_hash = text(), out.status = static_cast<int>(number(600));
    return out;
  }
  json probe() {
    DirectProbe out;
    out.traffic = text(), out.ok = chance(), out.uid_kept = chance(), out.started_ns = number(INT64_MAX);
    if (chance()) out.failure = failure();
    return out;
  }
  // One of its values, or of a value's own, becomes of another type, or goes.
  void spoil(json& body) {
    if (!body.is_structured() || body.empty()) return;
    auto at = body.begin();
    std::advance(at, number(std::ssize(body) - 1));
    if (at->is_structured() && chance()) return spoil(*at);
    static const std::vector<json> odd{
        json(), true, -3, 1.5, "7", json::array({1, 2}), json::object({{"a", 1}}), 18446744073709551615u};
    *at = odd[static_cast<std::size_t>(number(std::ssize(odd) - 1))];
  }

 private:
  std::mt19937 dice_;
};

// What reading a line gives, by the kind of its body.
template <class Record>
void expect_alike(Topic kind, const json& body) {
  std::stringstream log;
  LogWriter writer(log);
  ASSERT_TRUE(writer.write(Header::kind, "runner", {1}, header()));
  ASSERT_TRUE(writer.write(kind, "a0", {2}, body));
  const auto tail = read_lines(log, Bodies::at_once, [&](const LogLine& line) {
    if (line.topic() != kind) return;
    const Event careful = *from_line(to_line({1, kind, "a0", {2}, body}));
    EXPECT_EQ(line.event(), careful);
    Oddities quick_odd, careful_odd;
    EXPECT_EQ(json(line.read<Record>(quick_odd)), json(read_record<Record>(careful.body, careful_odd))) << body;
    EXPECT_EQ(quick_odd, careful_odd) << body;
  });
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->unreadable, 0u);
}

TEST(LogReader, ReadsRecordsAsTheTreeDoes) {
  Maker maker(11);
  for (int i = 0; i < 300; ++i) {
    expect_alike<AttemptWindow>(AttemptWindow::kind, maker.window());
    expect_alike<AttemptFailed>(AttemptFailed::kind, maker.failed());
    expect_alike<DirectProbe>(DirectProbe::kind, maker.probe());
  }
}

TEST(LogReader, ReadsSpoiledRecordsAsTheTreeDoes) {
  Maker maker(12);
  for (int i = 0; i < 600; ++i) {
    json window = maker.window(), failed = maker.failed(), probe = maker.probe();
    for (json* body : {&window, &failed, &probe}) maker.spoil(*body);
    expect_alike<AttemptWindow>(AttemptWindow::kind, window);
    expect_alike<AttemptFailed>(AttemptFailed::kind, failed);
    expect_alike<DirectProbe>(DirectProbe::kind, probe);
  }
}

std::string some_log(unsigned seed) {
  Maker maker(seed);
  std::ostringstream out;
  LogWriter writer(out);
  EXPECT_TRUE(writer.write(Header::kind, "runner", {1}, header()));
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(writer.write(AttemptWindow::kind, "a0", {i - 3}, maker.window()));
    EXPECT_TRUE(writer.write(NoteRecord::kind, "a \"clock\"", {i}, NoteRecord{maker.text()}));
  }
  return out.str();
}

struct Read {
  std::vector<Event> events;
  LogTail tail;
};
Read read_all(const std::string& text, Bodies bodies) {
  Read out;
  std::istringstream in(text);
  const auto tail = read_lines(in, bodies, [&](const LogLine& line) {
    out.events.push_back(line.event());
    const Event& event = out.events.back();
    EXPECT_EQ(line.number(), event.number);
    EXPECT_EQ(line.kind(), event.kind.text());
    EXPECT_EQ(line.clock(), event.clock);
    EXPECT_EQ(line.at().ns, event.at.ns);
  });
  if (tail) out.tail = *tail;
  return out;
}
void expect_same(const Read& a, const Read& b) {
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.tail.cut, b.tail.cut);
  EXPECT_EQ(a.tail.unreadable, b.tail.unreadable);
}

// Wherever the run was killed, and whether bodies are read or put off.
TEST(LogReader, EachPrefixReadsAlikeInBothWays) {
  const std::string text = some_log(13);
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const std::string prefix = text.substr(0, length);
    expect_same(read_all(prefix, Bodies::at_once), read_all(prefix, Bodies::when_asked));
  }
}

// Bytes changed at random: what is no event for one reader is none for the other.
TEST(LogReader, DamagedLinesReadAsTheCarefulReaderReadsThem) {
  std::mt19937 dice(14);
  for (unsigned round = 0; round < 400; ++round) {
    std::string text = some_log(round);
    const std::size_t first = text.find('\n') + 1;  // the header stays
    for (int i = 0; i < 3; ++i) text[first + dice() % (text.size() - first)] = static_cast<char>(dice() % 127 + 1);
    const Read quick = read_all(text, Bodies::at_once);
    Read careful;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      const auto event = from_line(line);
      if (event) {
        careful.events.push_back(*event);
      } else if (!line.empty() && !in.eof()) {
        ++careful.tail.unreadable;
      }
    }
    EXPECT_EQ(quick.events.size(), careful.events.size()) << round;
    EXPECT_EQ(quick.tail.unreadable, careful.tail.unreadable) << round;
  }
}

// A line that is too long, or stamped where no clock stands, is counted and passed over; what stands behind it is read.
TEST(LogReader, WhatIsBeyondItsLimitsIsNoEvent) {
  const std::string first = to_line({0, Header::kind, "runner", {1}, header()}) + "\n";
  const std::string last = to_line({2, NoteRecord::kind, "a0", {3}, NoteRecord{"last"}}) + "\n";
  const auto stamped = [](std::int64_t at) { return to_line({1, NoteRecord::kind, "a0", {at}, NoteRecord{"x"}}); };
  const auto long_one = [](std::size_t length) {
    return to_line({1, NoteRecord::kind, "a0", {2}, NoteRecord{std::string(length, 'x')}});
  };
  const std::size_t envelope = long_one(1).size() - 1;  // an empty text is not written
  const std::pair<std::string, bool> lines[] = {
      {stamped(farthest_ns), true},
      {stamped(-farthest_ns), true},
      {stamped(farthest_ns + 1), false},
      {stamped(-farthest_ns - 1), false},
      {stamped(INT64_MAX), false},
      {stamped(INT64_MIN), false},
      {R"({"body":{},"clock":"a0","kind":"note","n":1,"t":18446744073709551615})", false},
      {long_one(longest_line - envelope), true},
      {long_one(longest_line - envelope + 1), false},
      {long_one(4096 - envelope), true},  // as long as the reader's pieces, and a byte to either side
      {long_one(4095 - envelope), true},
      {long_one(4094 - envelope), true},
      {std::string(3 * longest_line, '['), false},
  };
  for (const auto& [line, taken] : lines) {
    for (const Bodies bodies : {Bodies::at_once, Bodies::when_asked}) {
      const Read read = read_all(first + line + "\n" + last, bodies);
      EXPECT_EQ(read.events.size(), taken ? 3u : 2u) << line.substr(0, 80);
      EXPECT_EQ(read.tail.unreadable, taken ? 0u : 1u) << line.substr(0, 80);
      EXPECT_FALSE(read.tail.cut);
      EXPECT_EQ(read.events.back().body["text"], "last");
    }
  }
}

TEST(LogReader, AHeaderMayBeLongerThanALineButNotForEver) {
  const auto read = [](std::size_t length) {
    Header record = header();
    record.scenario = std::string(length, 'x');
    std::istringstream in(to_line({0, Header::kind, "runner", {1}, record}) + "\n");
    return read_lines(in, Bodies::at_once, [](const LogLine&) {});
  };
  EXPECT_TRUE(read(longest_line + 1));
  const auto refused = read(longest_header);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a log whose header is longer than 16 MiB");
}

TEST(LogReader, ALineThatNestsTooDeepIsStillAnEvent) {
  const std::string deep = R"({"body":{"text":"a","x":)" + std::string(200, '[') + std::string(200, ']') +
                           R"(},"clock":"a0","kind":"note","n":1,"t":2})";
  const std::string first = to_line({0, Header::kind, "runner", {1}, header()});
  for (const Bodies bodies : {Bodies::at_once, Bodies::when_asked}) {
    const Read read = read_all(first + "\n" + deep + "\n", bodies);
    ASSERT_EQ(read.events.size(), 2u);
    EXPECT_EQ(read.events[1], *from_line(deep));
  }
}

}  // namespace
}  // namespace straycat
