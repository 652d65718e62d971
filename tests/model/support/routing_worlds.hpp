// What the slices of one Service say, and who gets its connections then: each room that asks is held against the same
// worlds. Raw API objects, as a watch brings them: each room's own way from them is tested with it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/model/objects.hpp>

namespace straycat::test::routing {

using json = nlohmann::json;

// An entry: pod "p1" (uid "u1") at 10.0.0.1. An unset condition is left out.
struct Entry {
  int number = 0;
  std::optional<bool> ready, serving, terminating;
};
inline const std::optional<bool> unset, yes = true, no = false;

inline json entry_object(const Entry& entry) {
  const std::string number = std::to_string(entry.number);
  json conditions = json::object();
  if (entry.ready) conditions["ready"] = *entry.ready;
  if (entry.serving) conditions["serving"] = *entry.serving;
  if (entry.terminating) conditions["terminating"] = *entry.terminating;
  // Addresses beyond the first are aliases.
  return {{"addresses", {"10.0.0." + number, "10.9.9." + number}},
          {"conditions", conditions},
          {"targetRef", {{"kind", "Pod"}, {"name", "p" + number}, {"uid", "u" + number}}}};
}

inline const json usual_ports = json::array({json{{"name", ""}, {"port", 3000}, {"protocol", "TCP"}}});

struct Slice {
  std::vector<Entry> entries;
  json ports = usual_ports;
  std::string address_type = "IPv4";
};

struct World {
  const char* name;
  std::vector<Slice> slices;
  std::vector<int> routable;  // numbers, in order

  // Of Service "sayhi" in namespace "shop".
  [[nodiscard]] std::vector<json> objects() const {
    std::vector<json> out;
    for (const Slice& slice : slices) {
      const std::string id = "sayhi-" + std::to_string(out.size());
      json entries = json::array();
      for (const Entry& entry : slice.entries) entries.push_back(entry_object(entry));
      const json labels{{"kubernetes.io/service-name", "sayhi"}};
      out.push_back({{"kind", "EndpointSlice"},
                     {"metadata", {{"name", id}, {"namespace", "shop"}, {"uid", id}, {"labels", labels}}},
                     {"addressType", slice.address_type},
                     {"ports", slice.ports},
                     {"endpoints", std::move(entries)}});
    }
    return out;
  }
  [[nodiscard]] std::vector<model::EndpointSlice> projected() const {
    std::vector<model::EndpointSlice> out;
    for (const json& object : objects()) out.push_back(model::project_slice(object));
    return out;
  }
  [[nodiscard]] std::vector<std::string> addresses() const {
    std::vector<std::string> out;
    for (const int number : routable) out.push_back("10.0.0." + std::to_string(number));
    return out;
  }
};

inline const std::vector<World>& worlds() {
  static const json unset_port = json::array({json{{"name", ""}, {"protocol", "TCP"}}});
  static const json udp = json::array({json{{"name", ""}, {"port", 3000}, {"protocol", "UDP"}}});
  static const json other = json::array({json{{"name", "admin"}, {"port", 9000}}});
  static const json no_number = json::array({json{{"name", ""}, {"port", 0}}});
  static const std::vector<World> worlds = {
      {"Nothing", {}, {}},
      {"Nobody", {{{}}}, {}},
      {"Ready", {{{{1, yes, yes, no}, {2, yes, yes, no}}}}, {1, 2}},
      {"UnsetIsReady", {{{{1, unset, unset, unset}}}}, {1}},
      {"UnsetIsReadyEvenIfItTerminates", {{{{1, unset, unset, yes}, {2, no, yes, yes}}}}, {1}},
      {"NotReady", {{{{1, no, no, no}}}}, {}},
      {"ServingAloneIsNotEnough", {{{{1, no, yes, no}}}}, {}},
      {"LeavingBesideReady", {{{{1, yes, yes, no}, {2, no, yes, yes}}}}, {1}},
      {"LeavingAlone", {{{{1, no, yes, yes}}}}, {1}},
      {"LeavingBesideStarting", {{{{1, no, no, no}, {2, no, yes, yes}}}}, {2}},
      {"LeavingAndGone", {{{{1, no, yes, yes}, {2, no, no, yes}}}}, {1}},
      {"LeavingSaysNothingOfServing", {{{{1, no, unset, yes}}}}, {1}},
      {"PublishedWhileItTerminates", {{{{1, yes, no, yes}, {2, no, yes, yes}}}}, {1}},
      {"LeavingInAnotherSliceThanReady", {{{{1, yes, yes, no}}}, {{{2, no, yes, yes}}}}, {1}},
      {"MovesBetweenSlices", {{{{1, no, no, no}}}, {{{1, yes, yes, no}}}}, {1}},
      {"MovesBetweenSlicesTheOtherWay", {{{{1, yes, yes, no}}}, {{{1, no, no, no}}}}, {1}},
      {"LeavesInOneAndIsGoneInTheOther", {{{{1, no, no, yes}}}, {{{1, no, yes, yes}}}}, {1}},
      {"LeavesInOneAndIsReadyInTheOther", {{{{1, no, yes, yes}, {2, no, yes, yes}}}, {{{1, yes, yes, no}}}}, {1}},
      {"PortUnset", {{{{1, yes, yes, no}}, unset_port}}, {}},
      {"PortUnsetOfTheReadyOne", {{{{1, yes, yes, no}}, unset_port}, {{{2, no, yes, yes}}}}, {2}},
      {"NoPorts", {{{{1, yes, yes, no}}, json::array()}}, {}},
      {"AnotherPort", {{{{1, yes, yes, no}}, other}}, {}},
      {"NoPortNumber", {{{{1, yes, yes, no}}, no_number}}, {}},
      {"AnotherProtocol", {{{{1, yes, yes, no}}, udp}}, {}},
      {"AnotherProtocolOfTheReadyOne", {{{{1, yes, yes, no}}, udp}, {{{2, no, yes, yes}}}}, {2}},
      {"NamesForAddresses", {{{{1, yes, yes, no}}, usual_ports, "FQDN"}, {{{2, yes, yes, no}}}}, {2}},
  };
  return worlds;
}

}  // namespace straycat::test::routing
