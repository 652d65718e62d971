// Responses in pieces: however the bytes are cut, the same is read.
#include <random>

#include <gtest/gtest.h>

#include "probe/answer.hpp"
#include "probe/support/oddities.hpp"

namespace straycat::probe {
namespace {

struct Read {
  Answer::State state = Answer::State::more;
  int status = 0;
  Phase phase = Phase::first_byte;
  std::string sha256;
  std::uint64_t bytes = 0;
  bool operator==(const Read&) const = default;
};

// Feeds the text cut at these lengths, then the end of the stream.
Read read(const std::string& text, const std::vector<std::size_t>& cuts, bool head = false) {
  const Expectation any;
  Answer answer(any, head);
  Read seen;
  std::size_t at = 0;
  for (std::size_t i = 0; at < text.size() && seen.state == Answer::State::more; ++i) {
    const std::size_t length = i < cuts.size() ? cuts[i] : text.size();
    seen.state = answer.feed(std::string_view(text).substr(at, length));
    at += length;
  }
  if (seen.state == Answer::State::more) seen.state = answer.feed_end();
  seen.status = answer.status();
  seen.phase = answer.phase();
  seen.bytes = answer.body().bytes();
  seen.sha256 = answer.body().finish_sha256();
  return seen;
}

const char* const samples[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMeow",
    "HTTP/1.1 200 OK\r\n\r\nMeow until the end",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nMeow\r\n0\r\nTrailer: z\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nMeow",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    "HTTP/1.1 OK\r\n\r\n",
    "HTTP/9.1 200 OK\r\n\r\n",
    "SSH-2.0-OpenSSH\r\n",
    "HTTP/1.",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nMeow",
};

TEST(Answer, CuttingChangesNothing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> texts(std::begin(samples), std::end(samples));
  for (const test::Oddity& oddity : test::all_oddities())
    if (oddity.text.size() < 3000) texts.push_back(oddity.text);
  for (const std::string& text : texts) {
    const Read whole = read(text, {});
    EXPECT_EQ(read(text, std::vector<std::size_t>(text.size(), 1)), whole) << text;
    for (int round = 0; round < 50; ++round) {
      std::vector<std::size_t> cuts(text.size());
      for (std::size_t& cut : cuts) cut = 1 + random() % 7;
      EXPECT_EQ(read(text, cuts), whole) << text;
    }
  }
}

TEST(Answer, OddAnswersAreWholeOrNot) {
  for (const test::Oddity& oddity : test::all_oddities()) {
    const std::string_view outcome = oddity.outcome;
    const bool whole = outcome.front() == '2' || outcome.starts_with("status");
    EXPECT_EQ(read(oddity.text, {}).state, whole ? Answer::State::whole : Answer::State::broken) << oddity.name;
  }
}

TEST(Answer, ALongHeaderInSmallPiecesIsReadOnce) {
  const std::string text = "HTTP/1.1 200 OK\r\nX-A: " + std::string(60'000, 'x') + "\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(read(text, std::vector<std::size_t>(text.size(), 1)).state, Answer::State::whole);
}

TEST(Answer, GarbageNeverCrashesAndNeverPasses) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string text = samples[random() % std::size(samples)];
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = static_cast<char>(random());
    const Read seen = read(text, {1 + random() % text.size()});
    EXPECT_NE(seen.state, Answer::State::more);
    if (seen.state == Answer::State::whole) {
      EXPECT_EQ(seen.phase, Phase::body);
    }
  }
}

TEST(Answer, HeadHasNoBodyWhateverItSays) {
  const Read seen = read("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", {}, true);
  EXPECT_EQ(seen.state, Answer::State::whole);
  EXPECT_EQ(seen.bytes, 0u);
}

TEST(Answer, BytesThatTheLengthDoesNotCoverAreNotTheBody) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMeowMeow", {}).bytes, 4u);
}

TEST(Body, IsJudgedWithoutBeingKept) {
  struct Case {
    const char* name;
    Expectation expect;
    int status;
    std::vector<std::string> pieces;
    std::optional<FailureKind> kind;
  };
  const Case cases[] = {
      {"any status", {.statuses = {}}, 503, {}, std::nullopt},
      {"one of two", {.statuses = {200, 404}}, 404, {}, std::nullopt},
      {"neither", {.statuses = {200, 404}}, 500, {}, FailureKind::status},
      {"equal, in pieces", {.body_equals = "Meow"}, 200, {"Me", "", "ow"}, std::nullopt},
      {"too short", {.body_equals = "Meow"}, 200, {"Meo"}, FailureKind::body},
      {"too long", {.body_equals = "Meow"}, 200, {"Meow", "!"}, FailureKind::body},
      {"equally empty", {.body_equals = ""}, 200, {}, std::nullopt},
      {"contained across pieces", {.body_contains = "Meow"}, 200, {"xxM", "e", "o", "wxx"}, std::nullopt},
      {"contained twice over itself", {.body_contains = "aab"}, 200, {"aa", "ab"}, std::nullopt},
      {"not contained", {.body_contains = "Meow"}, 200, {"Me", "w"}, FailureKind::body},
      {"the empty text is everywhere", {.body_contains = ""}, 200, {}, std::nullopt},
      {"the hash of nothing",
       {.body_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
       200,
       {},
       std::nullopt},
      {"another hash", {.body_sha256 = "00"}, 200, {"x"}, FailureKind::body},
      {"a pattern across pieces", {.body_regex = "^v[0-9]+ of"}, 200, {"v", "12 o", "f us"}, std::nullopt},
      {"a pattern behind a NUL byte", {.body_regex = "cat$"}, 200, {std::string("a\0cat", 5)}, std::nullopt},
      {"not the pattern", {.body_regex = "^v[0-9]+$"}, 200, {"v1", "x"}, FailureKind::body},
      {"a pattern of nothing", {.body_regex = "^$"}, 200, {}, std::nullopt},
  };
  for (const Case& c : cases) {
    const auto prepared = prepare({.url = "http://sayhi/", .expect = c.expect}).value();
    BodyCheck body(prepared->request.expect, prepared->body_regex.get());
    for (const std::string& piece : c.pieces) body.feed(piece);
    const std::optional<Failure> failure = body.judge(c.status, body.finish_sha256());
    EXPECT_EQ(failure ? std::optional(failure->kind) : std::nullopt, c.kind) << c.name;
  }
}

}  // namespace
}  // namespace straycat::probe
