#include "cluster/dataplane/address_pool.hpp"

#include <arpa/inet.h>

namespace straycat::cluster {

std::optional<std::string> AddressPool::take() {
  for (std::uint64_t tried = 0; tried <= last_ - first_; ++tried) {
    const std::uint32_t candidate = next_;
    next_ = next_ == last_ ? first_ : next_ + 1;
    const auto tail = candidate & 0xff;
    if (tail == 0 || tail == 255 || !used_.insert(candidate).second) continue;
    const in_addr address{htonl(candidate)};
    char text[INET_ADDRSTRLEN];
    return ::inet_ntop(AF_INET, &address, text, sizeof text);
  }
  return {};
}

void AddressPool::give_back(const std::string& address) {
  in_addr parsed{};
  if (::inet_pton(AF_INET, address.c_str(), &parsed) == 1) used_.erase(ntohl(parsed.s_addr));
}

}  // namespace straycat::cluster
