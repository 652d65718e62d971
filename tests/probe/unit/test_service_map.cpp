#include <map>

#include <gtest/gtest.h>

#include <straycat/probe/service_map.hpp>

namespace straycat::probe {
namespace {

const std::vector<MappedService> services = {
    {"default", "sayhi", "10.96.0.7", 80, {{"127.1.0.3", 3000}, {"127.1.0.4", 3000}}},
    {"default", "sayhi", "10.96.0.7", 81, {}},
    {"other", "sayhi", "10.96.0.8", 80, {{"127.1.0.9", 3000}}},
    {"default", "empty", "10.96.0.9", 80, {}},
};

TEST(ServiceMap, ReadsWhatItWrites) { EXPECT_EQ(parse_service_map(format_service_map(services)).value(), services); }

TEST(ServiceMap, ReadsTheContractsOwnForm) {
  const std::string body =
      R"({"services":[{"ns":"n","name":"sayhi","clusterIP":"10.96.0.7","port":80,"endpoints":[{"address":"127.1.0.3","port":3000}]}]})";
  const std::vector<MappedService> expected = {{"n", "sayhi", "10.96.0.7", 80, {{"127.1.0.3", 3000}}}};
  EXPECT_EQ(parse_service_map("124 14c959d1b4cfc48e\n" + body).value(), expected);
  // FNV-1a, 64 bit, of "a": the published test vector.
  EXPECT_EQ(parse_service_map("1 af63dc4c8601ec8c\na").error().message.substr(0, 12), "service map:");
  EXPECT_EQ(parse_service_map("1 af63dc4c8601ec8d\na").error().message, "service map: not whole");
}

TEST(ServiceMap, ATextThatIsBeingRewrittenIsNotWhole) {
  const std::string text = format_service_map(services);
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(parse_service_map(std::string_view(text).substr(0, length))) << length;
  }
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::string broken = text;
    broken[at] = broken[at] == '1' ? '2' : '1';
    EXPECT_FALSE(parse_service_map(broken)) << at;
  }
  EXPECT_TRUE(parse_service_map(text + "the rest of an older, longer text"));
}

TEST(ServiceMap, NamesAreFoundAsInAPod) {
  struct Case {
    const char* host;
    std::uint16_t port;
    std::optional<std::string> address, dials;  // dials: the only endpoint, where there is but one
  };
  const std::string nobody(nobody_listens);
  const Case cases[] = {
      {"sayhi", 80, "10.96.0.7", std::nullopt},
      {"sayhi.default", 80, "10.96.0.7", std::nullopt},
      {"sayhi.default.svc.cluster.local.", 80, "10.96.0.7", std::nullopt},
      {"sayhi.other", 80, "10.96.0.8", "127.1.0.9"},
      {"sayhi.other.svc", 80, "10.96.0.8", "127.1.0.9"},
      {"10.96.0.8", 80, "10.96.0.8", "127.1.0.9"},
      {"sayhi", 81, "10.96.0.7", nobody},
      {"sayhi", 8080, "10.96.0.7", nobody},
      {"empty", 80, "10.96.0.9", nobody},
      {"say", 80, std::nullopt, std::nullopt},
      {"sayhii", 80, std::nullopt, std::nullopt},
      {"sayhi.third", 80, std::nullopt, std::nullopt},
      {"sayhi.default.pod", 80, std::nullopt, std::nullopt},
      {"127.0.0.1", 80, std::nullopt, std::nullopt},
  };
  std::mt19937_64 random(1);
  for (const Case& c : cases) {
    const auto choice = choose_endpoint(services, c.host, c.port, "default", random);
    EXPECT_EQ(choice ? std::optional(choice->address) : std::nullopt, c.address) << c.host << ":" << c.port;
    if (choice && c.dials) {
      EXPECT_EQ(choice->dial.address, *c.dials) << c.host;
    }
  }
}

TEST(ServiceMap, EndpointsAreDrawnEvenlyAndTheSeedDecides) {
  const auto draw = [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string drawn;
    for (int i = 0; i < 1000; ++i)
      drawn += choose_endpoint(services, "sayhi", 80, "default", random)->dial.address.back();
    return drawn;
  };
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
  const std::string drawn = draw(7);
  const auto third = std::count(drawn.begin(), drawn.end(), '3');
  EXPECT_GT(third, 400);
  EXPECT_LT(third, 600);
}

}  // namespace
}  // namespace straycat::probe
