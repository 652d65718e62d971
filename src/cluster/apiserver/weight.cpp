#include "cluster/apiserver/weight.hpp"

namespace straycat::cluster {

std::size_t json_bytes(const nlohmann::json& value, std::size_t most) {
  if (value.is_string()) return value.get_ref<const std::string&>().size() + 2;
  if (!value.is_structured()) return value.dump().size();
  std::size_t out = 2 + (value.empty() ? 0 : value.size() - 1);  // brackets and commas
  for (auto at = value.begin(); at != value.end() && out <= most; ++at) {
    if (value.is_object()) out += at.key().size() + 3;
    if (out <= most) out += json_bytes(*at, most - out);
  }
  return out;
}

bool deeper_than(const nlohmann::json& value, int most) {
  if (!value.is_structured()) return false;
  if (most == 0) return true;
  for (const auto& part : value)
    if (deeper_than(part, most - 1)) return true;
  return false;
}

}  // namespace straycat::cluster
