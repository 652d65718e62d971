#include <openssl/rand.h>

#include <fmt/format.h>

#include "cluster/apiserver/apiserver.hpp"
#include "cluster/apiserver/base64.hpp"

namespace straycat::cluster {
namespace {

std::string new_token() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("the system has no randomness for a token");
  return base64url({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

}  // namespace

Tokens::Tokens() : admin_(new_token()) {
  users_[admin_] = {"system:admin", {"system:masters", "system:authenticated"}};
}

std::string Tokens::issue_token(const std::string& ns, const std::string& service_account) {
  auto& token = by_account_[ns + "/" + service_account];
  if (token.empty()) {
    token = new_token();
    users_[token] = {"system:serviceaccount:" + ns + ":" + service_account,
                     {"system:serviceaccounts", "system:serviceaccounts:" + ns, "system:authenticated"}};
  }
  return token;
}

std::optional<User> Tokens::who(const std::string& token) const {
  if (token.empty()) return User{"system:anonymous", {"system:unauthenticated"}};
  const auto at = users_.find(token);
  if (at == users_.end()) return std::nullopt;
  return at->second;
}

std::string make_kubeconfig(const TlsIdentity& identity, const std::string& server_url, const std::string& token) {
  const auto named = [](const char* what, json value) {
    json entry = {{"name", "straycat"}};
    entry[what] = std::move(value);
    return json::array({std::move(entry)});
  };
  json config = {
      {"apiVersion", "v1"}, {"kind", "Config"}, {"current-context", "straycat"}, {"preferences", json::object()}};
  config["clusters"] =
      named("cluster", json::object({{"server", server_url}, {"certificate-authority-data", base64(identity.ca)}}));
  config["users"] = named("user", json::object({{"token", token}}));
  config["contexts"] =
      named("context", json::object({{"cluster", "straycat"}, {"user", "straycat"}, {"namespace", "default"}}));
  return config.dump(2) + "\n";
}

}  // namespace straycat::cluster
