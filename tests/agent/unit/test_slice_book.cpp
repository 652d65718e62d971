#include <gtest/gtest.h>

#include "agent/slice_book.hpp"
#include "model/support/routing_worlds.hpp"

namespace straycat::agent {
namespace {

using json = nlohmann::json;

json slice(const std::string& name, json endpoints, json ports = json::array({{{"port", 3000}}})) {
  return json::object(
      {{"kind", "EndpointSlice"},
       {"apiVersion", "discovery.k8s.io/v1"},
       {"metadata", {{"name", name}, {"namespace", "n"}, {"labels", {{"kubernetes.io/service-name", "sayhi"}}}}},
       {"addressType", "IPv4"},
       {"ports", std::move(ports)},
       {"endpoints", std::move(endpoints)}});
}

json endpoint(const std::string& address, bool ready, bool serving, bool terminating) {
  return json::object({{"addresses", json::array({address})},
                       {"conditions", {{"ready", ready}, {"serving", serving}, {"terminating", terminating}}},
                       {"targetRef", {{"kind", "Pod"}, {"name", "pod-" + address}, {"uid", "uid-" + address}}}});
}

std::string tell(const std::vector<model::ObjectChange>& changes) {
  std::string text;
  for (const auto& change : changes) {
    text += (change.deleted ? "-" : "+") + change.object.get<model::EndpointSlice>().meta.name + " ";
  }
  return text;
}

TEST(SliceBook, ChangesAreToldOnce) {
  SliceBook book;
  const json a = slice("a", json::array({endpoint("10.0.0.1", true, true, false)}));
  const json a2 = slice("a", json::array());
  const json b = slice("b", json::array());
  EXPECT_EQ(tell(book.take(kube::WatchReplaced{{a, b}})), "+a +b ");
  EXPECT_EQ(tell(book.take(kube::WatchApplied{a})), "") << "as it was";
  EXPECT_EQ(tell(book.take(kube::WatchApplied{a2})), "+a ");
  EXPECT_EQ(tell(book.take(kube::WatchGap{})), "");
  EXPECT_EQ(tell(book.take(kube::WatchReplaced{{a2}})), "-b ") << "gone while we were blind";
  EXPECT_EQ(tell(book.take(kube::WatchDeleted{a2})), "-a ");
  EXPECT_EQ(tell(book.take(kube::WatchDeleted{a2})), "");
  EXPECT_TRUE(book.slices().empty());
}

std::map<std::string, model::EndpointSlice> read(const std::vector<json>& objects) {
  SliceBook book;
  std::ignore = book.take(kube::WatchReplaced{objects});
  return book.slices();
}

// "10.0.0.1:3000" of one that gets nothing, with "*" of one that gets connections, "~" of one that would if nothing
// else were ready.
std::string tell(const std::vector<model::Listed>& endpoints) {
  std::string text;
  for (const auto& e : endpoints) {
    text += e.id.display() + (e.routable ? "* " : e.standing == model::Standing::leaving ? "~ " : " ");
  }
  return text;
}

TEST(ListedEndpoints, StandAsAProxySeesThem) {
  json unset = endpoint("10.0.0.5", true, true, false);
  unset.erase("conditions");
  const auto slices = read({slice(
      "a", json::array({endpoint("10.0.0.1", true, true, false), endpoint("10.0.0.2", false, false, false),
                        endpoint("10.0.0.3", false, true, true), endpoint("10.0.0.4", false, false, true), unset}))});
  EXPECT_FALSE(needs_port_name(slices));
  const auto listed = listed_endpoints(slices, std::nullopt);
  EXPECT_EQ(tell(listed), "10.0.0.1:3000* 10.0.0.2:3000 10.0.0.3:3000~ 10.0.0.4:3000 10.0.0.5:3000* ");
  EXPECT_EQ(listed[0].id.pod, "pod-10.0.0.1");
  EXPECT_EQ(listed[0].id.uid, "uid-10.0.0.1");
}

TEST(ListedEndpoints, AreRoutableAsTheJudgeSaysThatTheyAre) {
  for (const test::routing::World& world : test::routing::worlds()) {
    const auto slices = read(world.objects());
    std::vector<std::string> routable;
    for (const auto& one : listed_endpoints(slices, ""))
      if (one.routable) routable.push_back(one.id.address);
    EXPECT_EQ(routable, world.addresses()) << world.name;
    // Where each slice has one port, nobody needs its name.
    if (std::string_view(world.name) == "AnotherPort") continue;
    EXPECT_EQ(listed_endpoints(slices, std::nullopt), listed_endpoints(slices, "")) << world.name;
  }
}

TEST(ListedEndpoints, EachStandsOnce) {
  const json one = json::array({endpoint("10.0.0.1", false, false, false)});
  const json two = json::array({endpoint("10.0.0.1", true, true, false)});
  EXPECT_EQ(tell(listed_endpoints(read({slice("a", one), slice("b", two)}), std::nullopt)), "10.0.0.1:3000* ");
  EXPECT_EQ(tell(listed_endpoints(read({slice("a", two), slice("b", one)}), std::nullopt)), "10.0.0.1:3000* ");
}

TEST(ListedEndpoints, OnlyThePortThatIsMeant) {
  const json ports = json::array({{{"name", "web"}, {"port", 3000}}, {{"name", "admin"}, {"port", 9000}}});
  const json nameless = json::array({{{"name", "web"}}});
  const json udp = json::array({{{"name", "web"}, {"port", 53}, {"protocol", "UDP"}}});
  const json who = json::array({endpoint("10.0.0.1", true, true, false)});
  const auto slices =
      read({slice("a", who, ports), slice("b", json::array({endpoint("10.0.0.2", true, true, false)}), nameless),
            slice("c", json::array({endpoint("10.0.0.3", true, true, false)}), udp)});
  EXPECT_TRUE(needs_port_name(slices));
  EXPECT_EQ(tell(listed_endpoints(slices, "admin")), "10.0.0.1:9000* ");
  EXPECT_EQ(tell(listed_endpoints(slices, "web")), "10.0.0.1:3000* ")
      << "a port without a number, or for UDP, is no place to dial";
  EXPECT_EQ(tell(listed_endpoints(slices, "other")), "");
  model::Service service;
  service.ports = {{"web", 80, 3000, "TCP", 0}, {"admin", 81, 9000, "TCP", 0}};
  EXPECT_EQ(port_name_of(service, 81), "admin");
  EXPECT_EQ(port_name_of(service, 82), std::nullopt);
}

TEST(ListedEndpoints, NamesAreNoAddresses) {
  json fqdn = slice("a", json::array({endpoint("cats.example", true, true, false)}));
  fqdn["addressType"] = "FQDN";
  EXPECT_EQ(tell(listed_endpoints(read({fqdn}), std::nullopt)), "");
}

}  // namespace
}  // namespace straycat::agent
