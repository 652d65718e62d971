// A guard for one Service: an admission policy that keeps the pods of any other workload from matching its selector.
// Pure: texts, or what a survey saw, in; YAML out.
//
// Whose pod it is stands in its owner reference: a ReplicaSet is its Deployment's where its name is the Deployment's
// and the hash that the pod carries, whatever revision it is. What has an owner of its own (a ReplicaSet, a CronJob's
// Job) is let pass, since its owner was judged and its pods will be. A change of something that matched already is let
// pass, too: finalizers, orphans and scale must go on working, whoever was there before the guard.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/finding/intent.hpp>
#include <straycat/lint/lint.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::lint {

struct Guard {
  std::string ns, service;
  model::Labels selector;
  std::vector<model::ObjectRef> meant;     // a name that ends in "*" stands for each that begins so
  std::string basis;                       // on what it rests that they are meant
  std::vector<model::ObjectRef> kept_out;  // workloads that were seen and match
  bool deny = false;                       // else it warns, and writes into the audit log
};

struct GuardRequest {
  std::string ns, service;              // ns "": as the manifests have it, else "default"
  std::vector<model::ObjectRef> meant;  // as the person says; none: told from names, ports and releases
  bool deny = false;
};

// The guard that the Service's manifest calls for. Errors (bad_input): there is no such Service, or several; it has no
// selector; for whom it is cannot be told; a name or label that no API server takes.
[[nodiscard]] Result<Guard> guard_of(const std::vector<Text>& texts, const GuardRequest& request);
// The same of a Service of a cluster. `seen` are the workloads whose pods it selects.
[[nodiscard]] Result<Guard> guard_of(const model::Service& service, const finding::Intent& intent,
                                     const std::vector<model::ObjectRef>& seen, bool deny);

// A ValidatingAdmissionPolicy and its binding (admissionregistration.k8s.io/v1, Kubernetes 1.30 and later).
[[nodiscard]] std::string admission_policy(const Guard& guard);
// The same as a Policy of Kyverno (kyverno.io/v1, with CEL: Kyverno 1.13 and later).
[[nodiscard]] std::string kyverno_policy(const Guard& guard);

}  // namespace straycat::lint
