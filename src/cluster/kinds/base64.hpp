// Base 64, for continue tokens (URL alphabet, unpadded) and kubeconfigs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace straycat::cluster {

[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> unbase64url(std::string_view text);

}  // namespace straycat::cluster
