// What the API server fills in that a manifest leaves out. Sources: kubernetes
// pkg/apis/{core,apps,batch}/v1/defaults.go, the registries' PrepareForCreate, and the ServiceAccount, Priority and
// DefaultTolerationSeconds admission plugins. What is one kind's own stands in its row.
#pragma once

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

// The static defaults: idempotent, on every write. Only the store calls these two: an object is completed in one place.
void default_object(json& object);
// What only a new object gets: status, a Job's selector and labels, a Namespace's finalizer, a Pod's service account
// and tolerations. Wants metadata.uid and name to be set.
void complete_new_object(json& object);

// Building blocks of the rows.
// spec, which becomes an object when it is not there.
[[nodiscard]] json& own_spec(json& object);
// A Pod's own, beside its spec's: a container's limit is its request where it names none (SetDefaults_Pod).
void default_pod(json& pod);
// A pod spec inside a Pod or a template.
void default_pod_spec(json& spec);
// spec.template of a workload.
void default_template(json& spec);
void complete_new_pod(json& pod);
// The service account's token, authority and namespace, in every container that has nothing there yet.
void mount_token(json& spec);
// A pod template as Go's encoder writes an empty one.
[[nodiscard]] json empty_template();

}  // namespace straycat::cluster
