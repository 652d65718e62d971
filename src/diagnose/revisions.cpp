#include "revisions.hpp"

namespace straycat::diagnose {

std::string revision_of(const Case& the_case, const history::ServiceView& view, const history::Endpoint& endpoint) {
  const auto* pod = pod_of(the_case.history, view, endpoint);
  if (pod == nullptr) return "";
  for (const char* key : {"pod-template-hash", "controller-revision-hash"}) {
    const auto found = pod->meta.labels.find(key);
    if (found != pod->meta.labels.end()) return found->second;
  }
  return "";
}

std::optional<std::int64_t> deleted_at(const Case& the_case, const history::ServiceView& view,
                                       const history::Endpoint& endpoint) {
  const auto* pod = the_case.history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
  if (pod == nullptr) return std::nullopt;
  for (const auto& version : pod->versions)
    if (!version.object || version.object->meta.deletion_wall_ns != 0) return version.at.ns;
  return std::nullopt;
}

bool deleted(const Case& the_case, const history::ServiceView& view, const history::Endpoint& endpoint) {
  return deleted_at(the_case, view, endpoint).has_value();
}

}  // namespace straycat::diagnose
