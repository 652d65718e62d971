// A container's log in memory: lines out of pieces, a cap, followers that miss nothing.
#include "cluster/node/log_book.hpp"

#include <random>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace straycat::cluster {
namespace {

using testing::ElementsAre;
using Stream = LogBook::Stream;

struct Reader {
  std::vector<std::string> lines;
  bool ended = false;
  Subscription follow(LogBook& book) {
    return book.follow([this](const LogLine& line) { lines.push_back(line.text); }, [this] { ended = true; });
  }
};

std::vector<std::string> texts(const LogBook& book) {
  std::vector<std::string> out;
  for (const LogLine& line : book.read()) out.push_back(line.text);
  return out;
}

TEST(LogBook, LinesAreWholeAndStreamsDoNotMixInsideOne) {
  boost::asio::io_context io;
  LogBook book(io.get_executor());
  book.append(Stream::out, "he", 1);
  book.append(Stream::err, "oops\n", 2);
  book.append(Stream::out, "llo\n\nwor", 3);
  EXPECT_THAT(texts(book), ElementsAre("oops", "hello", ""));
  book.close(4);
  EXPECT_THAT(texts(book), ElementsAre("oops", "hello", "", "wor")) << "the last line needs no newline";
  EXPECT_EQ(book.read()[1].wall_ns, 3);
}

TEST(LogBook, TheOldestLinesGoAtTheCapButFollowersHaveSeenThem) {
  boost::asio::io_context io;
  LogBook book(io.get_executor(), 10'000);
  Reader reader;
  const auto subscription = reader.follow(book);
  for (int i = 0; i < 1000; ++i) book.append(Stream::out, std::to_string(i) + "\n", i);
  EXPECT_LE(book.bytes(), 10'000u);
  EXPECT_EQ(texts(book).back(), "999");
  EXPECT_NE(texts(book).front(), "0");
  ASSERT_EQ(reader.lines.size(), 1000u);
  EXPECT_EQ(reader.lines.front(), "0");
}

TEST(LogBook, TheEndIsToldOnceAndLater) {
  boost::asio::io_context io;
  LogBook book(io.get_executor());
  Reader early, late, gone;
  const auto first = early.follow(book);
  {
    const auto left = gone.follow(book);
  }
  book.append(Stream::out, "last", 1);
  book.close(2);
  book.close(3);
  const auto second = late.follow(book);
  EXPECT_FALSE(early.ended) << "never from inside a call";
  io.run();
  EXPECT_TRUE(early.ended);
  EXPECT_TRUE(late.ended);
  EXPECT_FALSE(gone.ended);
  EXPECT_THAT(early.lines, ElementsAre("last"));
  EXPECT_TRUE(late.lines.empty());
}

TEST(LogBook, AFollowerMayLeaveInTheMiddleOfALine) {
  boost::asio::io_context io;
  LogBook book(io.get_executor());
  Subscription self;
  int seen = 0;
  self = book.follow(
      [&](const LogLine&) {
        if (++seen == 2) self = {};
      },
      [] {});
  book.append(Stream::out, "a\nb\nc\n", 1);
  EXPECT_EQ(seen, 2);
}

TEST(LogBook, AnyCuttingOfTheBytesGivesTheSameLines) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  boost::asio::io_context io;
  for (int round = 0; round < 200; ++round) {
    std::string all;
    std::vector<std::string> expected(1);
    for (unsigned i = random() % 200; i > 0; --i) {
      const char c = random() % 5 == 0 ? '\n' : static_cast<char>('a' + random() % 26);
      all += c;
      if (c == '\n')
        expected.emplace_back();
      else
        expected.back() += c;
    }
    if (expected.back().empty()) expected.pop_back();
    LogBook book(io.get_executor());
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t size = 1 + random() % 9;
      book.append(Stream::out, std::string_view(all).substr(at, size), 1);
      at += size;
    }
    book.close(1);
    EXPECT_EQ(texts(book), expected);
  }
}

}  // namespace
}  // namespace straycat::cluster
