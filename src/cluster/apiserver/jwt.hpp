// Tokens as others can check them: JSON Web Tokens (RFC 7519), signed with ECDSA P-256 (RFC 7518 3.4).
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

class SigningKey {
 public:
  // A new one. Throws where OpenSSL has no randomness.
  SigningKey();
  ~SigningKey();
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  [[nodiscard]] std::string sign(const nlohmann::json& claims) const;
  // The public half, as a JSON Web Key Set (RFC 7517).
  [[nodiscard]] nlohmann::json public_keys() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace straycat::cluster
