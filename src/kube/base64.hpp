// Base64 (RFC 4648, with padding), as kubeconfig and Basic sign-in use it. Private to `kube`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace straycat::kube {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
// White space is skipped (people wrap certificates); anything else that does not belong there: none.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace straycat::kube
