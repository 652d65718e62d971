#include "cluster/dataplane/address_block.hpp"

#include <arpa/inet.h>
#include <charconv>

#include <fmt/format.h>

namespace straycat::cluster {
namespace {

std::uint32_t mask_of(int length) { return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length); }

}  // namespace

std::uint32_t AddressBlock::last() const { return first | ~mask_of(length); }

bool AddressBlock::contains(std::uint32_t address) const { return (address & mask_of(length)) == first; }

std::string AddressBlock::text() const {
  return fmt::format("{}.{}.{}.{}/{}", first >> 24, first >> 16 & 255, first >> 8 & 255, first & 255, length);
}

std::optional<std::uint32_t> parse_address(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::optional<AddressBlock> parse_block(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_address(std::string(text.substr(0, slash)));
  int length = -1;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + slash + 1, end, length);
  if (!address || read.ec != std::errc{} || read.ptr != end || length < 0 || length > 32) return std::nullopt;
  return AddressBlock{*address & mask_of(length), length};
}

}  // namespace straycat::cluster
