// Quantities of resources: "500m", "1.5", "128Mi", "1e3" (apimachinery pkg/api/resource/quantity.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

// In thousandths, rounded up; nothing when it is none. Beyond 2^63 thousandths it is the largest.
[[nodiscard]] std::optional<std::int64_t> parse_quantity_milli(std::string_view text);

// One to reckon with: a sum stays at the largest instead of running over.
struct Quantity {
  std::int64_t milli = 0;
  bool binary = false;  // written in powers of 1024, and to be written so

  Quantity& operator+=(const Quantity& other);
  [[nodiscard]] std::string text() const;
};

// Of a string or a number in JSON; zero when it is neither, or no quantity.
[[nodiscard]] Quantity quantity_of(const nlohmann::json& value);

}  // namespace straycat::cluster
