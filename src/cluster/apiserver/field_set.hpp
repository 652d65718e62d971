// Which fields a manager owns, in the form in which managedFields shows them (FieldsV1; structured-merge-diff
// fieldpath/serialize.go): a trie with "f:NAME" for fields, "k:{...}" for items of keyed lists, "v:VALUE" for items of
// sets; an empty object is an owned leaf, "." marks an inner node that is owned itself.
#pragma once

#include <string>
#include <vector>

#include "cluster/kinds/schema.hpp"

namespace straycat::cluster {

// Every leaf that `object` sets.
[[nodiscard]] json fields_of(const json& object, const Structure& structure);
// The leaves that differ between two states: set anew, changed, or gone.
[[nodiscard]] json changed_fields(const json& before, const json& after, const Structure& structure);

[[nodiscard]] json united(json a, const json& b);
[[nodiscard]] json without(const json& a, const json& b);  // a minus b
[[nodiscard]] json common(const json& a, const json& b);

// Removes the fields of a set from an object (items of keyed lists go whole when "." is named).
void erase_fields(json& object, const json& fields, const Structure& structure);

// ".spec.replicas", ".spec.template.spec.containers[name=\"x\"].image": as conflicts name them.
[[nodiscard]] std::vector<std::string> paths_of(const json& fields);

// What a typed merge gives: `patch` laid over `live`, keyed lists item by item, sets united, atomic values replaced.
[[nodiscard]] json typed_merge(json live, const json& patch, const Structure& structure);

}  // namespace straycat::cluster
