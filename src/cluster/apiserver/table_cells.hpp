// The cells of each kind's row in a Table, in the order of its columns.
#pragma once

#include <cstdint>

#include "cluster/apiserver/store.hpp"

namespace straycat::cluster {

[[nodiscard]] json pod_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json service_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json event_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json node_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json deployment_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json replica_set_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json job_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json slice_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json namespace_cells(const json& object, std::int64_t now_ns);
[[nodiscard]] json plain_cells(const json& object, std::int64_t now_ns);

}  // namespace straycat::cluster
