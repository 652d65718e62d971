#include "lint/ground.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "lint/alternatives.hpp"
#include "lint/read.hpp"
#include <straycat/finding/shape.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::lint {
namespace {

Thing thing_in_cluster(const model::Meta& meta) {
  Thing thing;
  thing.ref = meta.ref();
  thing.ref.uid.clear();  // as manifests name it
  thing.labels = meta.labels;
  thing.origin.text = no_text;
  return thing;
}

// Manifests bring the whole of an object: what is there under the same name goes.
class Layer {
 public:
  Layer(Facts& facts, const Ground& ground) : facts_(facts), ground_(ground) {
    for_each_thing(facts, [&](Thing& thing) {
      if (thing.ref.ns.empty()) thing.ref.ns = ground.ns;
      brought_.insert({thing.ref.kind, thing.ref.ns, thing.ref.name});
    });
  }

  void add_all() {
    for (const model::Service& one : ground_.services) add(one);
    for (const model::Workload& one : ground_.workloads) add(one);
    for (const model::Pod& one : ground_.pods) add(one);
    for (const model::NetworkPolicy& one : ground_.policies) add(one);
    for (const model::EndpointSlice& one : ground_.slices) add(one);
  }

 private:
  [[nodiscard]] bool is_brought(const model::Meta& meta) const {
    return brought_.count({meta.kind, meta.ns, meta.name}) != 0;
  }

  // A revision, or a Job that a CronJob made, is its owner's; an operator's workload is its own.
  [[nodiscard]] static bool is_made(const model::Meta& meta) {
    const model::OwnerReference* owner = meta.controller();
    return owner != nullptr && model::makes_pods(owner->kind);
  }

  void add(const model::Service& service) {
    if (is_brought(service.meta)) return;
    ServiceFact fact;
    static_cast<Thing&>(fact) = thing_in_cluster(service.meta);
    fact.service = service;
    fact.headless = service.cluster_ip == "None";
    fact.external = service.type == "ExternalName";
    facts_.services.push_back(std::move(fact));
  }

  void add_maker(const model::Meta& meta, model::Workload workload) {
    if (is_brought(meta) || is_made(meta)) return;
    Maker maker;
    static_cast<Thing&>(maker) = thing_in_cluster(meta);
    maker.hook = hook_named(meta.helm_hook, "");
    maker.suspended = workload.suspended;
    maker.workload = std::move(workload);
    facts_.makers.push_back(std::move(maker));
  }

  void add(const model::Workload& workload) {
    if (!workload.finished) add_maker(workload.meta, workload);  // it stands nowhere any more
  }

  void add(const model::Pod& pod) {
    if (pod.terminal()) return;
    model::Workload workload;
    workload.meta = pod.meta;
    workload.pod = pod.spec;
    add_maker(pod.meta, std::move(workload));
  }

  // Whom it lets in was not read: everybody, as far as is known.
  void add(const model::NetworkPolicy& policy) {
    if (is_brought(policy.meta)) return;
    Policy fact;
    static_cast<Thing&>(fact) = thing_in_cluster(policy.meta);
    fact.policy = policy;
    fact.ingress.push_back({{}, true});
    facts_.policies.push_back(std::move(fact));
  }

  void add(const model::EndpointSlice& slice) {
    if (finding::is_kept(slice) || is_brought(slice.meta)) return;
    SliceFact fact;
    static_cast<Thing&>(fact) = thing_in_cluster(slice.meta);
    fact.slice = slice;
    facts_.slices.push_back(std::move(fact));
  }

  Facts& facts_;
  const Ground& ground_;
  std::set<std::tuple<std::string, std::string, std::string>> brought_;
};

}  // namespace

bool is_in_cluster(const Thing& thing) { return thing.origin.text == no_text; }

void lay_over(Facts& facts, const Ground& ground) { Layer(facts, ground).add_all(); }

std::vector<Behind> those_behind(const World& world) {
  std::vector<Behind> out;
  for (const ServiceFact& service : world.facts().services) {
    Behind one{service.ref, {}};
    bool brought = !is_in_cluster(service);
    for (const Maker* maker : world.behind(service, Match::maybe)) {
      one.workloads.push_back({maker->ref, is_in_cluster(*maker)});
      brought = brought || !is_in_cluster(*maker);
    }
    if (brought && !service.external && !service.service.selector.empty()) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace straycat::lint
