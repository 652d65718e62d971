// A monitor that asks for a port that nobody has: nothing is scraped, and nobody is told.
#include <algorithm>

#include <fmt/format.h>

#include "lint/monitors.hpp"
#include <straycat/finding/ports.hpp>
#include <straycat/finding/words.hpp>

namespace straycat::lint {
namespace {

bool declares(const Maker& maker, const model::PortName& target, bool inits) {
  const auto is_it = [&](const model::ContainerPort& port) {
    return std::holds_alternative<int>(target) ? port.port == std::get<int>(target)
                                               : port.name == std::get<std::string>(target);
  };
  const auto& containers = maker.workload.pod.containers;
  return std::any_of(
             containers.begin(), containers.end(),
             [&](const model::Container& one) { return std::any_of(one.ports.begin(), one.ports.end(), is_it); }) ||
         (inits && std::any_of(maker.init_ports.begin(), maker.init_ports.end(), is_it));
}

bool has_port(const ServiceFact& service, const std::string& name) {
  return std::any_of(service.service.ports.begin(), service.service.ports.end(),
                     [&](const model::ServicePort& port) { return port.name == name; });
}

std::string names_of_services(const std::vector<const ServiceFact*>& services) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(services.size(), 3); ++i)
    out += (out.empty() ? "" : " and ") + name_of(*services[i]);
  return services.size() > 3 ? out + fmt::format(" and {} more", services.size() - 3) : out;
}

Flaw monitor_flaw(const World& world, const Monitor& monitor, const MonitorEndpoint& endpoint, const char* key,
                  const Thing& other, const Path& other_path) {
  Path path = endpoint.where;
  path.emplace_back(key);
  return flaw_at(world, monitor, path, &other, other_path);
}

// The port's name must be one of a selected Service's.
void look_at_name(const World& world, const Monitor& monitor, const MonitorEndpoint& endpoint,
                  const std::vector<const ServiceFact*>& services, std::vector<Flaw>& out) {
  if (std::any_of(services.begin(), services.end(),
                  [&](const ServiceFact* one) { return has_port(*one, endpoint.port); }))
    return;
  Flaw flaw = monitor_flaw(world, monitor, endpoint, "port", *services.front(), {"spec", "ports"});
  flaw.sentence =
      fmt::format("{} scrapes the port named {}, which {} {} not have: it scrapes nothing.", name_of(monitor),
                  finding::safe(endpoint.port), names_of_services(services), services.size() == 1 ? "does" : "do");
  out.push_back(std::move(flaw));
}

// A container's port behind a selected Service, by number or name.
void look_at_target(const World& world, const Monitor& monitor, const MonitorEndpoint& endpoint,
                    const std::vector<const ServiceFact*>& services, std::vector<Flaw>& out) {
  if (!world.knows_all_makers()) return;
  const Maker* one_behind = nullptr;
  for (const ServiceFact* service : services) {
    const auto behind = world.behind(*service, Match::maybe);
    if (behind.empty()) return;  // whoever stands there comes from elsewhere
    for (const Maker* maker : behind) {
      if (maker->doubtful || declares(*maker, *endpoint.target, true)) return;
      one_behind = maker;
    }
  }
  if (one_behind == nullptr) return;
  Flaw flaw = monitor_flaw(world, monitor, endpoint, "targetPort", *one_behind, labels_path(*one_behind));
  flaw.sentence = fmt::format(
      "{} scrapes the containers' port {}, which no container behind {} declares: it scrapes "
      "nothing.",
      name_of(monitor), finding::safe(finding::target_text(*endpoint.target)), names_of_services(services));
  out.push_back(std::move(flaw));
}

void look_at_services(const World& world, const Monitor& monitor, std::vector<Flaw>& out) {
  const auto services = watched_services(world, monitor);
  if (services.empty()) return;  // it is for somebody else's
  if (std::any_of(services.begin(), services.end(), [](const ServiceFact* one) { return one->doubtful; })) return;
  for (const MonitorEndpoint& endpoint : monitor.endpoints) {
    if (!endpoint.port.empty()) {
      look_at_name(world, monitor, endpoint, services, out);
    } else if (endpoint.target) {
      look_at_target(world, monitor, endpoint, services, out);
    }
  }
}

std::vector<const Maker*> watched_pods(const World& world, const Monitor& monitor) {
  std::vector<const Maker*> out;
  for (const Maker& one : world.facts().makers)
    if (!one.comes_and_goes() && in_reach(monitor, one) && selects(monitor.selector, one) != Match::no)
      out.push_back(&one);
  return out;
}

void look_at_pods(const World& world, const Monitor& monitor, std::vector<Flaw>& out) {
  if (monitor.selector.empty()) return;
  const auto pods = watched_pods(world, monitor);
  if (pods.empty()) return;
  for (const MonitorEndpoint& endpoint : monitor.endpoints) {
    const auto target = endpoint.port.empty() ? endpoint.target : std::optional<model::PortName>(endpoint.port);
    if (!target || std::any_of(pods.begin(), pods.end(),
                               [&](const Maker* one) { return one->doubtful || declares(*one, *target, true); }))
      continue;
    Flaw flaw = monitor_flaw(world, monitor, endpoint, "port", *pods.front(), labels_path(*pods.front()));
    flaw.sentence = fmt::format(
        "{} scrapes the port {} of the pods of {}, of which no container declares it: it scrapes "
        "nothing.",
        name_of(monitor), finding::safe(finding::target_text(*target)), names_of(pods));
    out.push_back(std::move(flaw));
  }
}

std::vector<Flaw> e6_flaws(const World& world) {
  std::vector<Flaw> out;
  for (const Monitor& monitor : world.facts().monitors) {
    if (monitor.doubtful) continue;
    if (monitor.of_pods && world.knows_all_makers()) look_at_pods(world, monitor, out);
    if (!monitor.of_pods && world.knows_all("Service")) look_at_services(world, monitor, out);
  }
  return out;
}

}  // namespace

Rule e6_rule() {
  return {
      {"E6", Severity::error, std::nullopt, "a monitor's port is on no Service or pod that it selects",
       "Prometheus drops every target whose port is not the one that the monitor names: nothing is scraped, no error "
       "is told, and alerts on these figures stay silent.",
       "The monitor selects Services (or pods), and none of them has the port that one of its endpoints names.",
       "Name a port that is there, or switch the port and the monitor on together."},
      e6_flaws};
}

}  // namespace straycat::lint
