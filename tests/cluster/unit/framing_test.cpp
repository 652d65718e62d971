#include "cluster/apiserver/framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/apiserver/conversation.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using ::testing::ElementsAre;

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

// What github.com/moby/spdystream v0.5.0's framer writes for port-forward: the second block of headers only makes sense
// after the first.
const std::string syn_1 = from_hex(
    "800300010100003e0000000100000000000078f9e3c6a7c202253a48f95b044eea160616060c0c0c9c4590f8ca04a5634603704a2c294a4d"
    "cc851636aca9a0a800000000ffff");
const std::string syn_3 = from_hex("800300010000001a00000003000000000000826a469502954389848d04000000ffff");
const std::string data_3 = from_hex("0000000300000005474554202f");
const std::string ping = from_hex("800300060000000400000007");
const std::string fin_3 = from_hex("0000000301000000");

TEST(Spdy, ReadsWhatAClientOpensSaysAndEnds) {
  const auto framing = spdy_framing();
  std::vector<Said> heard;
  for (const char byte : syn_1 + syn_3 + data_3 + fin_3) {  // wherever the network cuts it
    const auto some = framing->take(std::string_view(&byte, 1));
    ASSERT_TRUE(some);
    heard.insert(heard.end(), some->begin(), some->end());
  }
  ASSERT_EQ(heard.size(), 5U);
  EXPECT_EQ(heard[0].headers["streamtype"], "error");
  EXPECT_EQ(heard[1].what, Said::What::closed) << "the client says nothing on the stream of errors";
  EXPECT_EQ(heard[2].stream, 3);
  EXPECT_EQ(heard[2].headers["streamtype"], "data");
  EXPECT_EQ(heard[2].headers["port"], "8080");
  EXPECT_EQ(heard[3].data, "GET /");
  EXPECT_EQ(heard[4].what, Said::What::closed);
}

TEST(Spdy, AnswersEachStreamAndEachPing) {
  const auto framing = spdy_framing();
  ASSERT_TRUE(framing->take(syn_1 + ping));
  const auto replies = framing->replies();
  EXPECT_EQ(replies.substr(0, 12), from_hex("80030002") + replies.substr(4, 4) + from_hex("00000001"));
  EXPECT_EQ(replies.substr(replies.size() - ping.size()), ping);
  EXPECT_EQ(framing->replies(), "");
  EXPECT_EQ(framing->data(3, "GET /"), data_3);
  EXPECT_EQ(framing->closing(3), fin_3);
}

TEST(Spdy, WhatIsNoFrameEndsTheConnection) {
  EXPECT_FALSE(spdy_framing()->take(syn_3)) << "a block of headers without those before it";
  EXPECT_FALSE(spdy_framing()->take(syn_1 + syn_1)) << "a stream that is open";
  EXPECT_FALSE(spdy_framing()->take(from_hex("0000000300ffffff"))) << "16 MiB";
  EXPECT_TRUE(spdy_framing()->take(data_3)->empty()) << "what comes for a stream that has ended here";
}

TEST(Channels, TheFirstByteIsTheStream) {
  const auto framing = channel_framing();
  EXPECT_EQ(framing->begin().size(), 5U);
  const auto input = framing->take(std::string("\0text", 5));
  ASSERT_TRUE(input);
  EXPECT_EQ((*input)[0].stream, 0);
  EXPECT_EQ((*input)[0].data, "text");
  const auto end = framing->take(std::string("\xff\0", 2));
  ASSERT_TRUE(end);
  EXPECT_EQ((*end)[0].what, Said::What::closed);
  EXPECT_EQ(framing->data(3, "x"), "\x03x");
  EXPECT_FALSE(framing->take("\x09"));
}

// A command that writes a line, and ends when its input does.
struct FakeCommand final : CommandSession {
  void input(std::string data, std::function<void()> taken) override {
    heard += data;
    taken();
  }
  void end_input() override { listener.ended(heard == "in" ? 3 : 0, ""); }
  void resize(int columns, int rows) override { size = std::to_string(columns) + "x" + std::to_string(rows); }
  CommandListener listener;
  std::string heard, size;
};

struct Talk {
  std::shared_ptr<FakeCommand> command = std::make_shared<FakeCommand>();
  int runs = 0;
  PodStreams streams;
  std::vector<std::string> said;
  std::shared_ptr<Conversation> conversation;

  explicit Talk(bool bare = false) {
    streams.run = [this](const CommandRequest&,
                         CommandListener listener) -> StoreResult<std::shared_ptr<CommandSession>> {
      ++runs;
      command->listener = std::move(listener);
      return std::shared_ptr<CommandSession>(command);
    };
    Voice voice{[this](int stream, const std::string& bytes, auto) { said.push_back(std::to_string(stream) + bytes); },
                [this](int stream) { said.push_back("close " + std::to_string(stream)); },
                [this] { said.emplace_back("end"); }};
    conversation = command_conversation(streams, {"ns", "pod", "c", {"cat"}, true, true, false, false}, bare, voice);
  }
  void hear(Said one) {
    conversation->hear(std::move(one), [] {});
  }
  void open(int stream, const std::string& name) { hear({Said::What::opened, stream, {{"streamtype", name}}, ""}); }
};

TEST(CommandConversation, BeginsWhenAllStreamsAreThereAndEndsWithAStatus) {
  Talk talk;
  talk.open(1, "error");
  talk.open(3, "stdin");
  EXPECT_EQ(talk.runs, 0) << "it could not say anything yet";
  talk.open(5, "stdout");
  ASSERT_EQ(talk.runs, 1);
  talk.open(7, "resize");
  talk.hear({Said::What::data, 3, {}, "in"});
  talk.hear({Said::What::data, 7, {}, R"({"Width":80,"Height":24})"});
  EXPECT_EQ(talk.command->size, "80x24");
  talk.command->listener.output(OutputStream::out, "out", [] {});
  talk.hear({Said::What::closed, 3, {}, ""});
  ASSERT_EQ(talk.said.size(), 7U);
  EXPECT_EQ(talk.said[0], "5out");
  const auto status = json::parse(talk.said[1].substr(1));
  EXPECT_EQ(status["reason"], "NonZeroExitCode");
  EXPECT_EQ(text_at(status, "/details/causes/0/message"), "3");
  EXPECT_EQ(talk.said.back(), "end");
}

TEST(CommandConversation, BeforeTheFourthVersionOnlyFailuresAreText) {
  Talk talk{true};
  for (const auto& [stream, name] : std::map<int, std::string>{{0, "stdin"}, {1, "stdout"}, {3, "error"}})
    talk.open(stream, name);
  talk.hear({Said::What::closed, 0, {}, ""});
  EXPECT_THAT(talk.said, ElementsAre("close 3", "close 0", "close 1", "end"));
}

}  // namespace
}  // namespace straycat::cluster
