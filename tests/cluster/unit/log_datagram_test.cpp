// nfnetlink_log's datagrams: a hand-made one read, and broken ones survived.
#include <arpa/inet.h>
#include <cstring>
#include <endian.h>
#include <iostream>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <random>

#include <gtest/gtest.h>

#include "cluster/dataplane/truth.hpp"

namespace straycat::cluster {
namespace {

void pad(std::string& bytes) { bytes.resize((bytes.size() + 3) & ~std::size_t{3}); }

template <class Value>
std::string bytes_of(const Value& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

void attribute(std::string& out, std::uint16_t type, const std::string& payload) {
  out += bytes_of(nlattr{static_cast<std::uint16_t>(NLA_HDRLEN + payload.size()), type}) + payload;
  pad(out);
}

std::string packet_message(const std::string& prefix, const std::string& payload, std::uint32_t sequence,
                           std::uint64_t seconds = 7) {
  std::string body = bytes_of(nfgenmsg{AF_INET, NFNETLINK_V0, htons(100)});
  attribute(body, NFULA_PREFIX, prefix + '\0');
  attribute(body, NFULA_SEQ, bytes_of(htonl(sequence)));
  attribute(body, NFULA_TIMESTAMP, bytes_of(nfulnl_msg_packet_timestamp{htobe64(seconds), htobe64(5)}));
  attribute(body, NFULA_PAYLOAD, payload);
  nlmsghdr header{static_cast<std::uint32_t>(NLMSG_HDRLEN + body.size()), (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET,
                  0, 0, 0};
  return bytes_of(header) + body;
}

// An IPv4 header of `words` 32-bit words from 10.244.0.9, then TCP's with its source port and the sequence number 7.
std::string syn(int words, std::uint16_t port) {
  std::string out(static_cast<std::size_t>(words) * 4, '\0');
  out[0] = static_cast<char>(0x40 | words);
  const auto source = bytes_of(htonl(0x0af40009));
  out.replace(12, 4, source);
  return out + bytes_of(htons(port)) + std::string(2, '\0') + bytes_of(htonl(7)) + std::string(12, '\0');
}

TEST(LogDatagram, ReadsEveryPacketInIt) {
  const auto read =
      parse_log_datagram(packet_message("e0", syn(5, 40112), 41) + packet_message("e17", syn(7, 40113), 42));
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].prefix, "e0");
  EXPECT_EQ(read[0].source, "10.244.0.9");
  EXPECT_EQ(read[0].source_port, 40112);
  EXPECT_EQ(read[0].tcp_sequence, 7U);
  EXPECT_EQ(read[0].sequence, 41U);
  EXPECT_EQ(read[0].wall_ns, 7'000'005'000);
  EXPECT_EQ(read[1].prefix, "e17");
  EXPECT_EQ(read[1].source_port, 40113) << "behind IP options";
}

TEST(LogDatagram, LeavesOutATimeThatNanosecondsCannotHold) {
  const auto read = parse_log_datagram(packet_message("e0", syn(5, 40112), 41, 463'856'467'975));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].wall_ns, 0);
}

void survive(std::uint32_t seed) {
  std::cout << "seed " << seed << std::endl;
  std::mt19937 random(seed);
  const auto whole = packet_message("e0", syn(5, 40112), 41) + packet_message("e17", syn(7, 40113), 42);
  for (int round = 0; round < 20'000; ++round) {
    auto broken = whole.substr(0, random() % (whole.size() + 1));
    for (int flips = static_cast<int>(random() % 4); flips > 0 && !broken.empty(); --flips)
      broken[random() % broken.size()] = static_cast<char>(random());
    EXPECT_LE(parse_log_datagram(std::string(broken)).size(), 2U + broken.size() / NLMSG_HDRLEN);
  }
}

TEST(LogDatagram, SurvivesWhateverComes) { survive(std::random_device()()); }
TEST(LogDatagram, SurvivesWhatOnceWasTooMuch) { survive(3744145744); }  // a time that overflowed

}  // namespace
}  // namespace straycat::cluster
