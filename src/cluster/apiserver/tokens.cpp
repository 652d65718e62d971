#include <algorithm>
#include <openssl/rand.h>
#include <tuple>

#include <fmt/format.h>

#include "cluster/apiserver/apiserver.hpp"
#include "cluster/apiserver/jwt.hpp"
#include "cluster/kinds/base64.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

std::string new_token() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("the system has no randomness for a token");
  return base64url({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

}  // namespace

Tokens::Tokens() : admin_(new_token()) {
  users_[admin_] = {.name = "system:admin", .groups = {"system:masters", "system:authenticated"}};
}

std::string Tokens::issue_token(const std::string& ns, const std::string& service_account) {
  auto& token = by_account_[ns + "/" + service_account];
  if (token.empty()) {
    token = new_token();
    users_[token] = {.name = "system:serviceaccount:" + ns + ":" + service_account,
                     .groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns, "system:authenticated"}};
  }
  return token;
}

Tokens::~Tokens() = default;

json Tokens::public_keys() const { return key_ ? key_->public_keys() : json{{"keys", json::array()}}; }

// The claims of kubernetes pkg/serviceaccount/claims.go; what a TokenReview tells of them, user_info there.
IssuedToken Tokens::issue(const TokenOrder& order) {
  if (!key_) key_ = std::make_unique<SigningKey>();
  const auto now = wall_now_ns() / 1'000'000'000;
  std::erase_if(bound_, [&](const auto& one) {
    const bool over = one.second.expires != 0 && one.second.expires < now;
    if (over) users_.erase(one.first);
    return over;
  });
  const auto expires = now + order.seconds;
  const auto id = random_uid();
  json bound = {{"namespace", order.ns}, {"serviceaccount", {{"name", order.account}, {"uid", order.account_uid}}}};
  User user{"system:serviceaccount:" + order.ns + ":" + order.account,
            {"system:serviceaccounts", "system:serviceaccounts:" + order.ns, "system:authenticated"},
            order.account_uid,
            {{"authentication.kubernetes.io/credential-id", {"JTI=" + id}}}};
  for (const auto& [what, name, uid] :
       {std::tuple{"pod", order.pod, order.pod_uid}, std::tuple{"node", order.node, order.node_uid}}) {
    if (name.empty()) continue;
    bound[what] = {{"name", name}, {"uid", uid}};
    user.extra[std::string("authentication.kubernetes.io/") + what + "-name"] = {name};
    user.extra[std::string("authentication.kubernetes.io/") + what + "-uid"] = {uid};
  }
  const auto audiences = order.audiences.empty() ? std::vector<std::string>{token_issuer} : order.audiences;
  const json claims = {{"aud", audiences},    {"exp", expires}, {"iat", now},       {"nbf", now},
                       {"iss", token_issuer}, {"jti", id},      {"sub", user.name}, {"kubernetes.io", bound}};
  IssuedToken out{key_->sign(claims), expires};
  users_[out.token] = std::move(user);
  bound_[out.token] = {order, order.lasting ? 0 : expires};
  return out;
}

bool Tokens::good_for(const std::string& token, const Store& store, const std::vector<std::string>& audiences) const {
  const auto at = bound_.find(token);
  const std::vector<std::string> own{token_issuer};
  const auto& asked = audiences.empty() ? own : audiences;
  const auto& made_for = at == bound_.end() || at->second.order.audiences.empty() ? own : at->second.order.audiences;
  const bool meant = std::any_of(asked.begin(), asked.end(), [&](const std::string& one) {
    return std::find(made_for.begin(), made_for.end(), one) != made_for.end();
  });
  if (!meant || at == bound_.end()) return meant;
  const auto& order = at->second.order;
  if (at->second.expires != 0 && at->second.expires < wall_now_ns() / 1'000'000'000) return false;
  const auto there = [&](const char* kind, const std::string& name, const std::string& uid) {
    const auto object = store.get(kind, order.ns, name);
    return uid.empty() || (object && text_at(*object, "/metadata/uid") == uid);
  };
  return there("ServiceAccount", order.account, order.account_uid) && there("Pod", order.pod, order.pod_uid);
}

std::optional<User> Tokens::who(const std::string& token) const {
  if (token.empty()) return User{.name = "system:anonymous", .groups = {"system:unauthenticated"}};
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
