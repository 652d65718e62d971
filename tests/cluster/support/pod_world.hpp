// A pod's life without processes or clocks: a machine, the actions it asked for, and a clock that the test turns.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cluster/node/pod_machine.hpp"

namespace straycat::cluster::test {

using nlohmann::json;

inline json container(const std::string& name, const json& more = json::object()) {
  json out = {{"name", name}, {"image", "beranm14/" + name}};
  out.update(more);
  return out;
}

inline json pod_object(const json& containers, const json& spec_more = json::object()) {
  json spec = {{"containers", containers}, {"nodeName", "node1"}};
  spec.update(spec_more);
  return {{"kind", "Pod"},
          {"metadata", {{"name", "p"}, {"namespace", "ns"}, {"uid", "u"}, {"generation", 1}}},
          {"spec", spec}};
}

class PodWorld {
 public:
  explicit PodWorld(const json& pod, LifecycleSettings settings = {})
      : machine_(known(pod), settings_with_host(settings)) {}

  // Everything that the machine asked for, printed, without "publish".
  std::vector<std::string> feed(const Input& what) {
    std::vector<std::string> out;
    published = false;
    for (const Action& action : machine_.resume(what, moment())) {
      if (std::holds_alternative<action::Publish>(action))
        published = true;
      else
        out.push_back(to_string(action));
    }
    return out;
  }
  // Events left out.
  std::vector<std::string> orders(const Input& what) {
    auto out = feed(what);
    std::erase_if(out, [](const std::string& line) { return line.starts_with("event "); });
    return out;
  }
  std::vector<std::string> tick() { return orders(input::Tick{}); }
  void pass(Nanos length) { now_ = now_ + length; }
  // Lets time pass up to the machine's next wish and ticks; fails (empty) when it has none.
  std::vector<std::string> wake() {
    const auto at = machine_.wake_at();
    if (!at) return {"no wish"};
    now_ = std::max(now_, *at);
    return tick();
  }
  // Begin, sandbox, and every container that starts without waiting for another.
  void run() {
    feed(input::Begin{});
    feed(input::SandboxReady{"10.244.0.9"});
    for (std::size_t i = 0; i < machine_.containers().size(); ++i) {
      if (machine_.containers()[i].state == ContainerLife::State::starting) feed(input::Started{i, "straycat://1"});
    }
  }

  [[nodiscard]] Nanos until_wake() const { return *machine_.wake_at() - now_; }
  [[nodiscard]] const json& status() const { return machine_.status(); }
  [[nodiscard]] std::string phase() const { return status().at("phase"); }
  [[nodiscard]] const json& state(std::size_t i = 0) const {
    return status().at("containerStatuses").at(i).at("state");
  }
  [[nodiscard]] const json& condition(const std::string& type) const {
    for (const json& item : status().at("conditions")) {
      if (item.at("type") == type) return item;
    }
    static const json none;
    return none;
  }
  [[nodiscard]] bool holds(const std::string& type) const { return condition(type).at("status") == "True"; }
  PodMachine& machine() { return machine_; }

  bool published = false;

 private:
  static PodSpec known(const json& pod) {
    PodSpec spec = parse_pod(pod);
    for (ContainerSpec& item : spec.containers) {
      if (!item.image.starts_with("beranm14/unknown")) item.program = {"/proc/self/exe", "image", item.name};
    }
    return spec;
  }
  static LifecycleSettings settings_with_host(LifecycleSettings settings) {
    settings.host_address = "10.244.0.1";
    return settings;
  }
  [[nodiscard]] Moment moment() const { return {now_, 1'800'000'000'000'000'000 + now_.ns}; }

  Stamp now_{1'000'000'000};
  PodMachine machine_;
};

}  // namespace straycat::cluster::test
