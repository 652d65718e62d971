#include "cluster/dataplane/policy_keeper.hpp"

namespace straycat::cluster {

PolicyKeeper::PolicyKeeper(Store& store, DataPlane& plane, std::function<void(const Error&)> on_error)
    : store_(store), plane_(plane), on_error_(std::move(on_error)) {
  subscription_ = store_.subscribe([this](const Change& change) { on_change(change); });
  write();
}

// Pods change often, and without a policy none of it matters.
void PolicyKeeper::on_change(const Change& change) {
  const bool policy = change.kind == "NetworkPolicy";
  if (policy || (any_ && (change.kind == "Pod" || change.kind == "Namespace"))) write();
}

void PolicyKeeper::write() {
  const auto policies = store_.list("NetworkPolicy");
  any_ = !policies.empty();
  const auto done = plane_.apply_policies(compute_policy_table(policies, store_.list("Pod"), store_.list("Namespace")));
  if (!done && on_error_) on_error_(done.error());
}

}  // namespace straycat::cluster
