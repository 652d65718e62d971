// Values written as text: durations, rates, shares, names, URLs. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace straycat::scenario {

[[nodiscard]] std::optional<double> parse_rate(std::string_view text);   // "100/s", "30/m" -> a second
[[nodiscard]] std::optional<double> parse_share(std::string_view text);  // "0.5%" -> 0.005
[[nodiscard]] bool is_label_name(std::string_view text);   // RFC 1123 label: a-z, 0-9, dashes inside; at most 63
[[nodiscard]] bool is_object_name(std::string_view text);  // RFC 1123 subdomain: labels with dots; at most 253

struct Url {
  std::string scheme, host;
  int port = 80;  // 443 for https where none is written
};
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

// Does the text pass the check that the schema names in "x-check"?
[[nodiscard]] bool passes(std::string_view check, std::string_view text);

}  // namespace straycat::scenario
