#include "lint/strays.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <straycat/finding/ports.hpp>
#include <straycat/finding/shape.hpp>
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

// It runs beside the Service's own pods: not before a release is there, nor after it is gone.
bool runs_beside(const Maker& maker) {
  if (maker.hook.any) return maker.hook.live || maker.hook.test;
  return maker.ref.kind == "Job" || maker.ref.kind == "CronJob";
}

// The first of the Service's ports that leads to a number on these pods.
const model::ServicePort* leading_port(const ServiceFact& service, const Maker& maker) {
  for (const model::ServicePort& port : service.service.ports)
    if (model::resolve_port(port.target, maker.workload.pod, port.protocol)) return &port;
  return nullptr;
}

std::optional<Strays> place_of(const ServiceFact& service, const Maker& maker) {
  if (!runs_beside(maker)) return std::nullopt;
  if (service.headless || leading_port(service, maker) == nullptr || maker.suspended) return Strays::latent;
  return maker.hook.test ? Strays::tests : Strays::jobs;
}

std::string when_it_runs(const Maker& maker) {
  if (maker.hook.test) return "while `helm test` runs";
  if (maker.ref.kind == "CronJob")
    return maker.suspended ? "once it is resumed, each time it runs" : "each time it runs";
  return "while it runs";
}

std::string why_it_leads(const ServiceFact& service, const Maker& maker) {
  const model::ServicePort* port = leading_port(service, maker);
  if (service.headless) return "its address then stands under the Service's name, which is headless";
  if (port == nullptr)
    return "it lacks the port that the Service names, so proxies send it nothing; an ingress controller may";
  const std::string target = finding::safe(finding::target_text(port->target));
  const std::string ready =
      finding::has_readiness(maker.workload.pod) ? "once it is ready" : "being ready at once without a readiness probe";
  return fmt::format("{}, it gets a share of the connections to port {}, at {} {}", ready, port->port,
                     std::holds_alternative<int>(port->target) ? "port" : "its port named", target);
}

Flaw stray_flaw(const World& world, const ServiceFact& service, const Maker& stray) {
  const auto homes = world.homes(service);
  Flaw flaw = flaw_at(world, service, {"spec", "selector"}, &stray, labels_path(stray));
  flaw.sentence = fmt::format("{} selects the pods of {} beside those of {}: {}, {}.", name_of(service), name_of(stray),
                              names_of(homes), when_it_runs(stray), why_it_leads(service, stray));
  cure_stray(world, service, stray, homes, flaw);
  return flaw;
}

}  // namespace

std::vector<Flaw> stray_flaws(const World& world, Strays which) {
  std::vector<Flaw> out;
  for (const ServiceFact& service : world.facts().services) {
    if (service.doubtful || service.service.selector.empty()) continue;
    for (const Maker* maker : world.behind(service, Match::yes)) {
      if (maker->doubtful || place_of(service, *maker) != which) continue;
      // A Service for nothing but Jobs is made for them.
      if (world.homes(service).empty() || meant_for(world, service, *maker)) continue;
      out.push_back(stray_flaw(world, service, *maker));
    }
  }
  return out;
}

}  // namespace straycat::lint
