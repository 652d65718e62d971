// Answers to `kubectl get`: meta.k8s.io/v1 Tables. Columns and cells as kubernetes
// pkg/printers/internalversion/printers.go prints them (recorded in tests/cluster/recordings/table-*.http).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/apiserver/store.hpp"

namespace straycat::cluster {

// A Table of `kind` with a row for each object. `with_object` is the query parameter includeObject: "Metadata" (the
// default), "Object" or "None".
[[nodiscard]] json make_table(const std::string& kind, const std::vector<Object>& objects,
                              const std::string& resource_version, const std::string& with_object,
                              std::int64_t wall_now_ns);

// "4s", "2m22s", "5h", "3d": apimachinery pkg/util/duration HumanDuration.
[[nodiscard]] std::string human_duration(std::int64_t seconds);

}  // namespace straycat::cluster
