// JSON that came over the wire: untrusted, and perhaps not JSON at all. Private to `kube`.
#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include <straycat/core/json_access.hpp>

namespace straycat::kube {

// None when it is no JSON, or is nested deeper than 500: nlohmann parses deeper texts, but overflows the stack when it
// copies or writes them.
[[nodiscard]] std::optional<nlohmann::json> parse_json(std::string_view text);

}  // namespace straycat::kube
