// A network plugin's part: keeps the data plane equal to the NetworkPolicies, Pods and Namespaces of the store.
#pragma once

#include <functional>

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

class PolicyKeeper {
 public:
  // Follows the store from now on; both must outlive it. Nothing is written while there is no policy. `on_error` hears
  // of a write that failed; the next change tries again.
  PolicyKeeper(Store& store, DataPlane& plane, std::function<void(const Error&)> on_error = {});
  PolicyKeeper(const PolicyKeeper&) = delete;
  PolicyKeeper& operator=(const PolicyKeeper&) = delete;

 private:
  void on_change(const Change& change);
  void write();

  Store& store_;
  DataPlane& plane_;
  std::function<void(const Error&)> on_error_;
  bool any_ = false;  // there was a policy when it wrote last
  Subscription subscription_;
};

}  // namespace straycat::cluster
