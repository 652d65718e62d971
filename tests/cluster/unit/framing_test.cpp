#include "cluster/apiserver/framing.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
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

TEST(Spdy, AResetForgetsTheStreamBothWays) {
  const auto framing = spdy_framing();
  ASSERT_TRUE(framing->take(syn_1 + syn_3));
  const auto heard = framing->take(from_hex("80030003000000080000000300000005") + data_3 + fin_3);
  ASSERT_TRUE(heard);
  ASSERT_EQ(heard->size(), 1U);
  EXPECT_EQ((*heard)[0].what, Said::What::reset);
  EXPECT_EQ((*heard)[0].stream, 3);
}

TEST(Spdy, MoreHeadersThanAnybodySendsAreRefused) {
  const auto opening = [](unsigned headers) {
    const auto number = [](unsigned value) {
      return std::string{'\0', '\0', static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    auto block = number(headers);
    for (unsigned i = 0; i < headers; ++i) block += number(1) + static_cast<char>('0' + i) + number(0);
    // zlib's head without a dictionary, then one stored piece
    const auto low = static_cast<char>(block.size()), high = static_cast<char>(block.size() >> 8);
    const auto body = number(1) + number(0) + std::string(2, '\0') + "\x78\x01" + '\0' + low + high +
                      static_cast<char>(~low) + static_cast<char>(~high) + block;
    return from_hex("80030001") + number(static_cast<unsigned>(body.size())) + body;
  };
  EXPECT_TRUE(spdy_framing()->take(opening(64)));
  EXPECT_FALSE(spdy_framing()->take(opening(65)));
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

// Ports of a pod, each connection to which is a socket pair whose other end is in `pod`.
struct Ports {
  boost::asio::io_context context;
  std::vector<int> pod;
  PodStreams streams;
  std::vector<std::string> said;
  std::shared_ptr<int> token = std::make_shared<int>();  // held by each copy of the voice
  std::shared_ptr<Conversation> conversation;

  Ports() {
    streams.socket = [this](const std::string&, const std::string&) -> StoreResult<PodSocket> {
      int pair[2];
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
      pod.push_back(pair[1]);
      return PodSocket{pair[0], "127.0.0.1"};
    };
    Voice voice{[this, held = token](int stream, const std::string& bytes, auto) {
                  said.push_back(std::to_string(stream) + bytes);
                },
                [this](int stream) { said.push_back("close " + std::to_string(stream)); }, [] {}};
    conversation = port_conversation(context.get_executor(), streams, "ns", "pod", std::move(voice));
  }
  ~Ports() {
    for (const int fd : pod) ::close(fd);
  }
  void hear(Said one) {
    conversation->hear(std::move(one), [] {});
  }
  void open(int stream, const std::string& port) {
    const auto id = std::to_string(stream);
    hear({Said::What::opened, stream, {{"streamtype", "error"}, {"requestid", id}, {"port", port}}, ""});
    hear({Said::What::opened, stream + 2, {{"streamtype", "data"}, {"requestid", id}, {"port", port}}, ""});
  }
};

TEST(PortConversation, AResetEndsThePodsSideAndItsErrors) {
  Ports ports;
  ports.open(1, "80");
  ASSERT_EQ(ports.pod.size(), 1U);
  ports.hear({Said::What::reset, 3, {}, ""});
  char byte = 0;
  EXPECT_EQ(::recv(ports.pod[0], &byte, 1, 0), 0) << "the pod sees the end";
  ports.context.run();
  EXPECT_THAT(ports.said, ElementsAre("close 1")) << "and nothing more comes on the stream that was reset";
}

TEST(PortConversation, WhatIsOverIsForgotten) {
  Ports ports;
  for (int stream = 1; stream < 40; stream += 4) {
    ports.open(stream, "80");
    ports.hear({Said::What::reset, stream + 2, {}, ""});
    ports.context.restart();
    ports.context.run();
  }
  EXPECT_LE(ports.token.use_count(), 3) << "ours, the conversation's, and that of the last connection";
}

TEST(PortConversation, WhatIsNoPortIsNotDialled) {
  Ports ports;
  for (const char* port : {"65616", "0", "80x", "-1", ""}) {
    ports.said.clear();
    ports.open(1, port);
    EXPECT_THAT(ports.said,
                ElementsAre(std::string("1error forwarding port: no such port: ") + port, "close 3", "close 1"));
  }
  EXPECT_TRUE(ports.pod.empty());
}

}  // namespace
}  // namespace straycat::cluster
