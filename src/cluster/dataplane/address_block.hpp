// IPv4 addresses and blocks of them, as texts. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace straycat::cluster {

struct AddressBlock {
  std::uint32_t first = 0;  // host order, bits beyond the length cleared
  int length = 32;
  [[nodiscard]] std::uint32_t last() const;
  [[nodiscard]] bool contains(std::uint32_t address) const;
  [[nodiscard]] std::string text() const;  // "10.0.0.0/8"
};

[[nodiscard]] std::optional<std::uint32_t> parse_address(const std::string& text);
// None: no IPv4 block (one of IPv6, or no block at all).
[[nodiscard]] std::optional<AddressBlock> parse_block(std::string_view text);

}  // namespace straycat::cluster
