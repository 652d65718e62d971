// The OpenAPI documents that kubectl reads before apply, create, replace, diff and explain, made from the schema.
#pragma once

#include <optional>

#include "cluster/apiserver/discovery.hpp"
#include "cluster/apiserver/request.hpp"

namespace straycat::cluster {

// /openapi/v3 (the index), /openapi/v3/apis/GROUP/VERSION, or /openapi/v2; none when the path names no group that is
// served.
[[nodiscard]] std::optional<Response> openapi(const Request& request, const std::string& path, const Kinds& kinds);

// openapi_custom.cpp: the schemas of a kind that a definition defines, and of lists of it, by their published names
// (apiextensions-apiserver pkg/controller/openapi/builder). `v2` leaves out what that version has no word for.
// References are to "#/components/schemas/".
[[nodiscard]] json custom_schemas(const KindRow& row, bool v2);

}  // namespace straycat::cluster
