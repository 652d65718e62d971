// What the API server fills in that a manifest leaves out. Sources: kubernetes
// pkg/apis/{core,apps,batch}/v1/defaults.go, the registries' PrepareForCreate, and the ServiceAccount, Priority and
// DefaultTolerationSeconds admission plugins.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;

// The static defaults: idempotent, on every write.
void default_object(json& object);

// What only a new object gets: status, a Job's selector and labels, a Namespace's finalizer, a Pod's service account,
// tolerations and token volume. Wants metadata.uid and name to be set.
void complete_new_object(json& object);

// A pod spec inside a Pod or a template.
void default_pod_spec(json& spec);

}  // namespace straycat::cluster
