// Addresses in turn: one that was freed comes back only after all others were handed out (address reuse hides bugs).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace straycat::cluster {

class AddressPool {
 public:
  // Host byte order, both ends included: {10.244.0.2, 10.244.255.254}.
  AddressPool(std::uint32_t first, std::uint32_t last) : first_(first), last_(last), next_(first) {}

  // "10.244.0.2"; nothing when all are in use. Last bytes 0 and 255 are left out: old programs take them for networks.
  std::optional<std::string> take();
  void give_back(const std::string& address);

 private:
  std::uint32_t first_, last_, next_;
  std::set<std::uint32_t> used_;
};

}  // namespace straycat::cluster
