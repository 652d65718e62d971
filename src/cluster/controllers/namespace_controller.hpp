// The furnishing and emptying of namespaces (kubernetes pkg/controller/namespace/deletion).
#pragma once

#include <string>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

// Empties a namespace that is going: pods first, then the rest, then its finalizer.
class NamespaceController final : public Controller {
 public:
  // `root_certificate`: PEM of the cluster's CA, for the ConfigMap kube-root-ca.crt in each namespace.
  NamespaceController(World world, std::string root_certificate);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void furnish(const std::string& ns);
  void tell_remaining(const std::string& ns);
  void empty(const json& object);
  [[nodiscard]] std::size_t remove_all(const std::string& kind, const std::string& ns);

  World world_;
  std::string root_certificate_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
