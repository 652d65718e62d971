// Object timelines.
#include <algorithm>

#include "folding.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/model/projection.hpp>

namespace straycat::history {
namespace {

std::string key_of(const model::Meta& meta) { return meta.uid.empty() ? meta.ns + "/" + meta.name : meta.uid; }

template <class T>
void add_version(Timelines<T>& timelines, const Event& event, Placed at, bool deleted, T&& object) {
  Timeline<T>& timeline = timelines[key_of(object.meta)];
  timeline.clock = event.clock;
  Version<T> version{at, std::nullopt, event.number};
  if (!deleted) version.object = object;
  timeline.versions.push_back(std::move(version));
  // A deletion brings the last known state, which may know more than the version before it (a deletion time).
  timeline.last = std::move(object);
}

// Where a projection goes.
struct Into {
  History& history;
  const Event& event;
  Placed at;
  bool deleted;

  void operator()(model::Pod&& one) const { add_version(history.pods, event, at, deleted, std::move(one)); }
  void operator()(model::Service&& one) const { add_version(history.services, event, at, deleted, std::move(one)); }
  void operator()(model::Workload&& one) const { add_version(history.workloads, event, at, deleted, std::move(one)); }
  void operator()(model::Node&& one) const { add_version(history.nodes, event, at, deleted, std::move(one)); }
  void operator()(model::NetworkPolicy&& one) const {
    add_version(history.policies, event, at, deleted, std::move(one));
  }
  void operator()(model::EndpointSlice&& one) const {
    add_version(history.slices[event.clock], event, at, deleted, std::move(one));
  }
  void operator()(model::KubeEvent&& one) const {
    if (!deleted) history.kube_events.push_back({at, std::move(one)});
  }
};

}  // namespace

std::optional<model::Service> History::service(const std::string& ns, const std::string& name) const {
  for (const auto& [key, timeline] : services) {
    if (timeline.last && timeline.last->meta.ns == ns && timeline.last->meta.name == name) return timeline.last;
  }
  if (!plan) return std::nullopt;
  for (const auto& step : plan->steps) {
    for (const auto& manifest : straycat::plan::manifests_of(step.action)) {
      if (text_at(manifest.object, "/kind") != "Service") continue;
      auto found = model::project_service(manifest.object);
      if (found.meta.name == name) return found;
    }
  }
  return std::nullopt;
}

void fold_object(History& history, const Clocks& clocks, const Event& event) {
  auto change = model::from_log(event.kind.topic(), event.body, history.odd);
  if (!change) return;
  std::visit(Into{history, event, clocks.place(event.clock, event.at.ns), change->deleted}, std::move(change->object));
}

const Timeline<model::Pod>* History::pod(const std::string& ns, const std::string& name, const std::string& uid) const {
  if (const auto found = pods.find(uid.empty() ? ns + "/" + name : uid); found != pods.end()) return &found->second;
  if (!uid.empty()) return nullptr;
  const auto same = [&](const auto& entry) {
    return entry.second.last && entry.second.last->meta.ns == ns && entry.second.last->meta.name == name;
  };
  const auto found = std::find_if(pods.begin(), pods.end(), same);
  return found == pods.end() ? nullptr : &found->second;
}

}  // namespace straycat::history
