// One namespace of a snapshot, indexed; and what the parts of a survey share. Private to `survey`.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <straycat/core/endpoint_id.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::survey {

using finding::any_fits;
using finding::fits_of;
using finding::target_text;
using finding::transient;

class Place {
 public:
  Place(const Snapshot& snapshot, std::string ns);

  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  [[nodiscard]] const std::string& ns() const { return ns_; }
  [[nodiscard]] const std::vector<model::Service>& services() const { return services_; }
  [[nodiscard]] const std::vector<model::Workload>& workloads() const { return workloads_; }
  [[nodiscard]] const std::vector<const model::Pod*>& pods() const { return pods_; }
  [[nodiscard]] const std::vector<const model::KubeEvent*>& events() const { return events_; }
  [[nodiscard]] const std::vector<const model::NetworkPolicy*>& policies() const { return policies_; }
  [[nodiscard]] const std::vector<model::EndpointSlice>& slices_of(const std::string& service) const;

  // Pods that the Service's selector matches, in every phase, and those that its slices name.
  [[nodiscard]] std::vector<const model::Pod*> pods_of(const model::Service& service) const;
  // The workload at the top: by owner references; a ReplicaSet that could not be read stands for its Deployment, whose
  // name is the ReplicaSet's without the pod template's hash.
  [[nodiscard]] model::ObjectRef owner_of(const model::Meta& object) const;
  [[nodiscard]] const model::Pod* pod_named(const std::string& name) const;  // null: there is none
  [[nodiscard]] const model::Workload* find(const model::ObjectRef& ref) const;

 private:
  const Snapshot& snapshot_;
  std::string ns_;
  std::vector<model::Service> services_;
  std::vector<model::Workload> workloads_;
  std::vector<const model::Pod*> pods_;
  std::vector<const model::KubeEvent*> events_;
  std::vector<const model::NetworkPolicy*> policies_;
  std::map<std::string, std::vector<model::EndpointSlice>> slices_;
  std::map<std::pair<std::string, std::string>, std::vector<const model::Pod*>> pods_with_;  // by label
  std::map<std::string, const model::Pod*> pods_by_name_;
  std::map<std::pair<std::string, std::string>, const model::Workload*> workloads_by_name_;  // kind, name
  // By what it depends on: a namespace may have ten thousand pods, and each Service asks again.
  mutable std::map<std::array<std::string, 4>, model::ObjectRef> roots_;
};

[[nodiscard]] bool same(const model::ObjectRef& a, const model::ObjectRef& b);  // kind, namespace and name

// Labels that controllers add to the pods that they make, left out.
[[nodiscard]] model::Labels own_labels(model::Labels labels);

// Its slices; where they could not be read, what they would say by what is known of its pods.
[[nodiscard]] std::vector<model::EndpointSlice> slices_seen(const Place& place, const model::Service& service);
// Who gets connections to it, on any of its ports.
[[nodiscard]] std::vector<EndpointId> routable_of(const Place& place, const model::Service& service);
[[nodiscard]] std::vector<Standing> standings(const Place& place, const model::Service& service);
[[nodiscard]] std::vector<Prospect> prospects(const Place& place, const model::Service& service,
                                              const std::vector<Standing>& behind);
[[nodiscard]] std::vector<Past> pasts(const Place& place, const model::Service& service);
[[nodiscard]] finding::Intent intent_of(const Survey& survey, const Place& place, const model::Service& service,
                                        const std::vector<model::ObjectRef>& meant);

// What is wrong; each adds to survey.findings, open and notes.
void find_strays(const Place& place, const model::Service& service, Survey& survey);
void find_port_flaws(const Place& place, const model::Service& service, Survey& survey);
void find_emptiness(const Place& place, const model::Service& service, Survey& survey);
void find_pod_flaws(const Place& place, const model::Service& service, Survey& survey);
void find_kubelet_flaws(const Place& place, const model::Service& service, Survey& survey);
void find_service_flaws(const Place& place, const model::Service& service, Survey& survey);
void find_policy_flaws(const Place& place, const model::Service& service, Survey& survey);
void find_slice_flaws(const Place& place, const model::Service& service, Survey& survey);
void add_notes(const Place& place, const model::Service& service, Survey& survey);

// A finding about this Service, with nothing filled in but its names.
[[nodiscard]] finding::Finding finding_for(const Survey& survey, finding::Cause cause);
[[nodiscard]] finding::Evidence fact(std::string id, finding::Weight weight, std::string text,
                                     std::string kubectl = "");

// "12 s", "4 min", "3 h", "12 d".
[[nodiscard]] std::string age(std::int64_t now_wall_ns, std::int64_t since_wall_ns);
[[nodiscard]] std::string count_of(std::size_t number, const char* singular);  // "1 pod", "3 pods"

}  // namespace straycat::survey
