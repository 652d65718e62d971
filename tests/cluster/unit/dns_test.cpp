// The cluster's names: messages, and what Services and slices make of a name.
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include "cluster/dns/message.hpp"
#include "cluster/dns/zone.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster::dns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

// A query as a resolver writes it: id 0x1234, recursion desired, one question.
std::string wire_query(const std::string& name, Type type, const std::string& more = "", int additional = 0) {
  std::string out = bytes({0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, additional});
  std::string rest = name;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    out += static_cast<char>(end) + rest.substr(0, end);
    rest = rest.substr(std::min(end + 1, rest.size()));
  }
  return out + bytes({0, 0, static_cast<int>(type), 0, 1}) + more;
}

Query query_of(const std::string& name, Type type = Type::a) {
  const Read read = read_query(wire_query(name, type));
  EXPECT_TRUE(read.query);
  return read.query.value_or(Query{});
}

TEST(DnsMessages, AQuestionIsReadAndRepeatedAsItWasWritten) {
  const Read read = read_query(wire_query("SayHi.Shop", Type::aaaa));
  ASSERT_TRUE(read.query);
  EXPECT_EQ(read.query->name, "sayhi.shop");
  EXPECT_EQ(read.query->type, Type::aaaa);
  EXPECT_TRUE(read.query->recursion_desired);
  const std::string answer = write_answer(*read.query, {}, 512);
  EXPECT_EQ(answer.substr(0, 4), bytes({0x12, 0x34, 0x85, 0x80}));
  EXPECT_NE(answer.find("SayHi"), std::string::npos);  // some clients change letters, to know their own question again
}

TEST(DnsMessages, WhatCannotBeReadIsRefusedOrDropped) {
  EXPECT_FALSE(read_query("").query || read_query("").refusal);
  EXPECT_FALSE(read_query(std::string(11, 'x')).refusal);
  std::string answer = wire_query("a", Type::a);
  answer[2] = static_cast<char>(0x81);
  EXPECT_FALSE(read_query(answer).query || read_query(answer).refusal);  // an answer gets none
  std::string update = wire_query("a", Type::a);
  update[2] = 0x28;
  EXPECT_EQ(read_query(update).refusal, Code::not_implemented);
  std::string none = wire_query("a", Type::a);
  none[5] = 0;
  EXPECT_EQ(read_query(none).refusal, Code::format_error);
  const std::string pointer = bytes({0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1});
  EXPECT_EQ(read_query(pointer).refusal, Code::format_error);
  const std::string whole = wire_query("sayhi.shop.svc.cluster.local", Type::a);
  for (std::size_t size = 12; size < whole.size(); ++size)
    EXPECT_EQ(read_query(whole.substr(0, size)).refusal, Code::format_error) << size;
  std::string endless = bytes({0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
  for (int i = 0; i < 100; ++i) endless += bytes({3, 'a', 'b', 'c'});
  EXPECT_EQ(read_query(endless).refusal, Code::format_error);
  EXPECT_EQ(write_refusal(0x1234, Code::format_error), bytes({0x12, 0x34, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(DnsMessages, TheRoomForAnAnswerIsTheClients) {
  const std::string option = bytes({0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0});
  const Read read = read_query(wire_query("a", Type::a, option, 1));
  ASSERT_TRUE(read.query);
  EXPECT_TRUE(read.query->edns);
  EXPECT_EQ(read.query->room, 1232u);
  Answer many;
  for (int i = 0; i < 100; ++i) many.records.push_back(*address_record("a", "10.0.0.1"));
  const std::string cut = write_answer(*read.query, many, read.query->room);
  EXPECT_LT(cut.size(), 100u);
  EXPECT_TRUE(static_cast<unsigned char>(cut[2]) & 0x02) << "says that it was cut";
  EXPECT_EQ(write_answer(*read.query, many, 65535).substr(6, 2), bytes({0, 100}));
  EXPECT_EQ(read_query(wire_query("a", Type::a)).query->room, 512u);
}

// --- the zone

class DnsZone : public testing::Test {
 protected:
  void SetUp() override {
    make(R"({"kind":"Namespace","metadata":{"name":"shop"}})");
    make(R"({"kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"clusterIP":"10.96.0.77",
        "ports":[{"name":"http","port":80},{"name":"dns","port":53,"protocol":"UDP"}]}})");
    make(
        R"({"kind":"Service","metadata":{"name":"db","namespace":"shop"},"spec":{"clusterIP":"None","ports":[{"name":"sql","port":5432}]}})");
    make(
        R"({"kind":"Service","metadata":{"name":"gone","namespace":"shop"},"spec":{"clusterIP":"None","ports":[{"port":1}]}})");
    make(
        R"({"kind":"Service","metadata":{"name":"else","namespace":"shop"},"spec":{"type":"ExternalName","externalName":"web.shop.svc.cluster.local"}})");
    make(
        R"({"kind":"Service","metadata":{"name":"far","namespace":"shop"},"spec":{"type":"ExternalName","externalName":"www.example.com"}})");
    make(
        R"({"kind":"Service","metadata":{"name":"round","namespace":"shop"},"spec":{"type":"ExternalName","externalName":"round.shop.svc.cluster.local"}})");
    make(
        R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"db-1","namespace":"shop","labels":{"kubernetes.io/service-name":"db"}},
        "addressType":"IPv4","ports":[{"name":"sql","port":5432,"protocol":"TCP"}],"endpoints":[
        {"addresses":["10.244.0.7"],"hostname":"db-0","conditions":{"ready":true}},
        {"addresses":["10.244.0.8"],"conditions":{}},
        {"addresses":["10.244.0.9"],"hostname":"db-2","conditions":{"ready":false}}]})");
  }
  void make(const char* text) {
    const auto made = store_.create(json::parse(text));
    EXPECT_TRUE(made) << made.error().message;
  }
  [[nodiscard]] Answer ask(const std::string& name, Type type = Type::a) const {
    const Query query = query_of(name, type);
    return answer(store_, query);
  }
  // "10.96.0.77", or "NXDOMAIN", or "" for a name without such a record.
  [[nodiscard]] std::vector<std::string> addresses(const std::string& name) const {
    const Answer found = ask(name);
    std::vector<std::string> out;
    if (found.code == Code::no_name) out.emplace_back("NXDOMAIN");
    for (const Record& record : found.records) {
      if (record.type != Type::a) continue;
      const auto byte = [&](std::size_t i) { return std::to_string(static_cast<unsigned char>(record.data[i])); };
      out.push_back(byte(0) + "." + byte(1) + "." + byte(2) + "." + byte(3));
    }
    return out;
  }
  boost::asio::io_context io_;
  Store store_{io_.get_executor()};
};

TEST_F(DnsZone, KnowsServicesAndTheirEndpoints) {
  const std::string zone = ".shop.svc.cluster.local";
  EXPECT_THAT(addresses("web" + zone), ElementsAre("10.96.0.77"));
  EXPECT_THAT(addresses("db" + zone), ElementsAre("10.244.0.7", "10.244.0.8"));
  EXPECT_THAT(addresses("db-0.db" + zone), ElementsAre("10.244.0.7"));
  EXPECT_THAT(addresses("10-244-0-8.db" + zone), ElementsAre("10.244.0.8"));
  EXPECT_THAT(addresses("10-1-2-3.shop.pod.cluster.local"), ElementsAre("10.1.2.3"));
  EXPECT_THAT(addresses("else" + zone), ElementsAre("10.96.0.77"));
}

TEST_F(DnsZone, SaysOfWhatIsNotThereThatItIsNot) {
  for (const char* name :
       {"nobody.shop.svc.cluster.local", "web.nowhere.svc.cluster.local", "db-2.db.shop.svc.cluster.local",
        "gone.shop.svc.cluster.local", "x.web.shop.svc.cluster.local", "web.shop.cluster.local", "web",
        "www.example.com", "1-2-3.shop.pod.cluster.local", "notcluster.local", "evilcluster.local"}) {
    EXPECT_THAT(addresses(name), ElementsAre("NXDOMAIN")) << name;
    EXPECT_EQ(ask(name).authority.size(), 1u) << name;
  }
  for (const char* name : {"cluster.local", "svc.cluster.local", "shop.svc.cluster.local", "shop.pod.cluster.local"})
    EXPECT_THAT(addresses(name), IsEmpty()) << name;
  const Answer none = ask("web.shop.svc.cluster.local", Type::aaaa);  // it is there, and has no such address
  EXPECT_EQ(none.code, Code::no_error);
  EXPECT_THAT(none.records, IsEmpty());
  EXPECT_EQ(none.authority.size(), 1u);
}

TEST_F(DnsZone, TellsPorts) {
  const Answer http = ask("_http._tcp.web.shop.svc.cluster.local", Type::srv);
  ASSERT_EQ(http.records.size(), 1u);
  EXPECT_EQ(http.records[0].data.substr(4, 2), bytes({0, 80}));
  EXPECT_EQ(http.additional.size(), 1u);
  EXPECT_EQ(ask("_http._udp.web.shop.svc.cluster.local", Type::srv).code, Code::no_name);
  EXPECT_EQ(ask("_dns._udp.web.shop.svc.cluster.local", Type::srv).records.size(), 1u);
  EXPECT_EQ(ask("web.shop.svc.cluster.local", Type::srv).records.size(), 2u);
  const Answer sql = ask("_sql._tcp.db.shop.svc.cluster.local", Type::srv);
  EXPECT_EQ(sql.records.size(), 2u);
  EXPECT_EQ(sql.additional.size(), 2u);
}

TEST_F(DnsZone, TellsAliasesAndAddressesBackwards) {
  EXPECT_EQ(ask("far.shop.svc.cluster.local").records.size(), 1u);  // nobody here knows what that leads to
  EXPECT_EQ(ask("far.shop.svc.cluster.local").records[0].type, Type::cname);
  EXPECT_LT(ask("round.shop.svc.cluster.local").records.size(), 20u);  // a circle ends
  const Answer back = ask("77.0.96.10.in-addr.arpa", Type::ptr);
  ASSERT_EQ(back.records.size(), 1u);
  EXPECT_NE(back.records[0].data.find("shop"), std::string::npos);
  EXPECT_NE(ask("7.0.244.10.in-addr.arpa", Type::ptr).records.at(0).data.find("db-0"), std::string::npos);
  EXPECT_EQ(ask("1.2.3.4.in-addr.arpa", Type::ptr).code, Code::no_name);
  EXPECT_EQ(ask("dns-version.cluster.local", Type::txt).records.at(0).data.substr(1), "1.1.0");
}

}  // namespace
}  // namespace straycat::cluster::dns
