#include "kube/base64.hpp"

#include <algorithm>
#include <openssl/evp.h>

namespace straycat::kube {

std::string base64_encode(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string tight;
  for (const char c : text)
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') tight.push_back(c);
  if (tight.size() % 4 != 0) return std::nullopt;
  if (tight.empty()) return std::string{};
  // EVP_DecodeBlock takes '=' anywhere and counts it as zero bits.
  const auto padding = static_cast<std::size_t>(std::count(tight.begin(), tight.end(), '='));
  const auto first = tight.find('=');
  if (padding > 2 || (padding > 0 && first != tight.size() - padding)) return std::nullopt;
  std::string out(tight.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(tight.data()), static_cast<int>(tight.size()));
  if (length < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

}  // namespace straycat::kube
