#include "cluster/apiserver/jwt.hpp"

#include <array>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdexcept>
#include <vector>

#include "cluster/kinds/base64.hpp"

namespace straycat::cluster {
namespace {

constexpr int half = 32;  // bytes of a coordinate, and of either part of a signature

template <auto F>
struct FreeSigning {
  template <class T>
  void operator()(T* value) const {
    F(value);
  }
};

std::string_view view(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// OpenSSL's signature is a sequence of two numbers in DER; a JWT has them one after the other.
std::string plain_signature(const std::vector<unsigned char>& der) {
  const unsigned char* at = der.data();
  const std::unique_ptr<ECDSA_SIG, FreeSigning<ECDSA_SIG_free>> parts{
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
  std::array<unsigned char, 2UL * half> out{};
  if (parts) {
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out.data(), half);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out.data() + half, half);
  }
  return std::string(view(out.data(), out.size()));
}

}  // namespace

struct SigningKey::State {
  std::unique_ptr<EVP_PKEY, FreeSigning<EVP_PKEY_free>> key{EVP_EC_gen("P-256")};
  std::string x, y, id;
};

SigningKey::SigningKey() : state_(std::make_unique<State>()) {
  std::array<unsigned char, 1UL + 2UL * half> point{};  // uncompressed: 4, x, y
  std::size_t size = 0;
  if (!state_->key || EVP_PKEY_get_octet_string_param(state_->key.get(), "pub", point.data(), point.size(), &size) != 1)
    throw std::runtime_error("no key for tokens");
  state_->x = base64url(view(point.data() + 1, half));
  state_->y = base64url(view(point.data() + 1 + half, half));
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(point.data(), size, digest.data());
  state_->id = base64url(view(digest.data(), digest.size()));
}

SigningKey::~SigningKey() = default;

std::string SigningKey::sign(const nlohmann::json& claims) const {
  const nlohmann::json header = {{"alg", "ES256"}, {"kid", state_->id}};
  const auto text = base64url(header.dump()) + "." + base64url(claims.dump());
  const std::unique_ptr<EVP_MD_CTX, FreeSigning<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
  std::vector<unsigned char> der(128);
  std::size_t size = der.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, state_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, reinterpret_cast<const unsigned char*>(text.data()),
                     text.size()) != 1)
    throw std::runtime_error("a token cannot be signed");
  der.resize(size);
  return text + "." + base64url(plain_signature(der));
}

nlohmann::json SigningKey::public_keys() const {
  nlohmann::json key = {{"use", "sig"},   {"kty", "EC"},    {"kid", state_->id}, {"crv", "P-256"},
                        {"alg", "ES256"}, {"x", state_->x}, {"y", state_->y}};
  return {{"keys", nlohmann::json::array({std::move(key)})}};
}

}  // namespace straycat::cluster
