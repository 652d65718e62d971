// The OpenAPI v3 documents that kubectl reads before apply, create, replace, diff and explain, made from the schema.
#pragma once

#include <optional>

#include "cluster/apiserver/request.hpp"

namespace straycat::cluster {

// /openapi/v3 (the index) or /openapi/v3/apis/GROUP/VERSION; none when the path names no group that is served.
[[nodiscard]] std::optional<Response> openapi(const Request& request, const std::string& path);

}  // namespace straycat::cluster
