// Answers to `kubectl get`: meta.k8s.io/v1 Tables. Columns and cells stand in the kinds' rows
// (recorded in tests/cluster/recordings/table-*.http).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/store/store.hpp"

namespace straycat::cluster {

// A Table of `kind` with a row for each object. `with_object` is the query parameter includeObject: "Metadata" (the
// default), "Object" or "None".
[[nodiscard]] json make_table(const KindRow& resource, const std::vector<Object>& objects,
                              const std::string& resource_version, const std::string& with_object,
                              std::int64_t wall_now_ns);

}  // namespace straycat::cluster
