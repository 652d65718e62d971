// The three patch formats besides server-side apply: JSON merge patch (RFC 7386), JSON patch (RFC 6902) and Kubernetes'
// strategic merge patch (apimachinery pkg/util/strategicpatch).
#pragma once

#include <string_view>

#include "cluster/kinds/schema.hpp"
#include "cluster/kinds/status.hpp"

namespace straycat::cluster {

// JSON of a request: refuses what nlohmann cannot read and what is nested deeper than 100 (Go's decoder stops there
// too).
[[nodiscard]] StoreResult<Document> parse_body(std::string_view text);

[[nodiscard]] json merge_patched(json target, const json& patch);
// At most 10,000 operations (413), which copy 3 MiB in all (422); the result nests no deeper than a body may.
[[nodiscard]] StoreResult<Document> json_patched(json target, const json& patch);
// Lists with a merge key are merged item by item; directives: $patch (replace, delete, merge), $retainKeys,
// $setElementOrder/LIST, $deleteFromPrimitiveList/LIST.
[[nodiscard]] json strategic_patched(json target, const json& patch, const Structure& structure);

}  // namespace straycat::cluster
