// Quantities of resources: "500m", "1.5", "128Mi", "1e3" (apimachinery pkg/api/resource/quantity.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace straycat::cluster {

// In thousandths, rounded up; nothing when it is none. Beyond 2^63 thousandths it is the largest.
[[nodiscard]] std::optional<std::int64_t> parse_quantity_milli(std::string_view text);

}  // namespace straycat::cluster
