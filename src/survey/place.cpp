#include "survey/place.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <straycat/model/controller_labels.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::survey {

bool Snapshot::knows(std::string_view resource) const {
  return std::none_of(unread.begin(), unread.end(),
                      [&](const Unread& one) { return one.resource == resource && !one.not_served; });
}

Place::Place(const Snapshot& snapshot, std::string ns) : snapshot_(snapshot), ns_(std::move(ns)) {
  const auto here = [&](const model::Meta& meta) { return meta.ns == ns_; };
  for (const auto& service : snapshot.services)
    if (here(service.meta)) services_.push_back(service);
  for (const auto& workload : snapshot.workloads)
    if (here(workload.meta)) workloads_.push_back(workload);
  for (const auto& workload : workloads_)
    workloads_by_name_.emplace(std::pair{workload.meta.kind, workload.meta.name}, &workload);
  for (const auto& event : snapshot.events)
    if (here(event.meta)) events_.push_back(&event);
  for (const auto& policy : snapshot.policies)
    if (here(policy.meta)) policies_.push_back(&policy);
  for (const auto& slice : snapshot.slices)
    if (here(slice.meta)) slices_[slice.service].push_back(slice);
  for (const auto& pod : snapshot.pods) {
    if (!here(pod.meta)) continue;
    pods_.push_back(&pod);
    pods_by_name_[pod.meta.name] = &pod;
    for (const auto& label : pod.meta.labels) pods_with_[label].push_back(&pod);
  }
}

const std::vector<model::EndpointSlice>& Place::slices_of(const std::string& service) const {
  static const std::vector<model::EndpointSlice> none;
  const auto found = slices_.find(service);
  return found == slices_.end() ? none : found->second;
}

std::vector<const model::Pod*> Place::pods_of(const model::Service& service) const {
  std::vector<const model::Pod*> out;
  if (!service.selector.empty()) {
    const auto near = pods_with_.find(*service.selector.begin());
    if (near != pods_with_.end())
      std::copy_if(near->second.begin(), near->second.end(), std::back_inserter(out),
                   [&](const model::Pod* pod) { return model::selects(service.selector, pod->meta.labels); });
  }
  for (const auto& slice : slices_of(service.meta.name)) {
    for (const auto& endpoint : slice.endpoints) {
      const auto named = pods_by_name_.find(endpoint.pod);
      if (named == pods_by_name_.end() || std::find(out.begin(), out.end(), named->second) != out.end()) continue;
      if (endpoint.pod_uid.empty() || endpoint.pod_uid == named->second->meta.uid) out.push_back(named->second);
    }
  }
  return out;
}

model::ObjectRef Place::owner_of(const model::Meta& object) const {
  const auto hash = object.labels.find("pod-template-hash");
  const std::string hashed = hash == object.labels.end() ? "" : hash->second;
  const auto* controller = object.controller();
  if (controller == nullptr) return object.ref();
  const auto [known, added] = roots_.try_emplace({controller->kind, controller->name, controller->uid, hashed});
  if (added) known->second = model::root_owner(object, workloads_);
  const model::ObjectRef root = known->second;
  if (find(root) != nullptr) return root;
  return model::deployment_of(root, object.labels).value_or(root);
}

const model::Pod* Place::pod_named(const std::string& name) const {
  const auto found = pods_by_name_.find(name);
  return found == pods_by_name_.end() ? nullptr : found->second;
}

const model::Workload* Place::find(const model::ObjectRef& ref) const {
  const auto found = workloads_by_name_.find({ref.kind, ref.name});
  return found == workloads_by_name_.end() ? nullptr : found->second;
}

bool same(const model::ObjectRef& a, const model::ObjectRef& b) {
  return a.kind == b.kind && a.ns == b.ns && a.name == b.name;
}

model::Labels own_labels(model::Labels labels) {
  std::erase_if(labels, [](const auto& label) { return model::is_controller_label(label.first); });
  return labels;
}

bool Standing::fits() const { return any_fits(ports); }

finding::Finding finding_for(const Survey& survey, finding::Cause cause) {
  finding::Finding finding;
  finding.cause = cause;
  finding.ns = survey.ns;
  finding.service = survey.service;
  return finding;
}

finding::Evidence fact(std::string id, finding::Weight weight, std::string text, std::string kubectl) {
  finding::Evidence evidence;
  evidence.id = std::move(id);
  evidence.weight = weight;
  evidence.text = std::move(text);
  evidence.kubectl = std::move(kubectl);
  return evidence;
}

std::string age(std::int64_t now_wall_ns, std::int64_t since_wall_ns) {
  if (since_wall_ns == 0) return "-";
  const std::int64_t seconds = std::max<std::int64_t>(0, (now_wall_ns - since_wall_ns) / 1'000'000'000);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86'400);
}

std::string count_of(std::size_t number, const char* singular) {
  return fmt::format("{} {}{}", number, singular, number == 1 ? "" : "s");
}

}  // namespace straycat::survey
