#include "kube/sign_in.hpp"

#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "kube/base64.hpp"

namespace straycat::kube {

namespace {

// As client-go (rest/transport.go): a token file is read again after a minute, since bound tokens are rotated.
constexpr Nanos token_fresh = std::chrono::minutes{1};

std::string without_space(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ' || text.back() == '\t'))
    text.pop_back();
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? std::string{} : text.substr(first);
}

}  // namespace

std::map<std::string, std::string> fixed_headers(const Config& config) {
  std::map<std::string, std::string> headers;
  if (!config.basic_user.empty())
    headers["Authorization"] = "Basic " + base64_encode(config.basic_user + ":" + config.basic_password);
  if (!config.impersonate_user.empty()) headers["Impersonate-User"] = config.impersonate_user;
  return headers;
}

Result<std::string> SignIn::token() {
  if (config_.token_file.empty()) return config_.bearer_token;
  const auto now = monotonic_now();
  if (token_read_ && now - *token_read_ < token_fresh) return token_;
  std::ifstream file{config_.token_file};
  std::stringstream text;
  text << file.rdbuf();
  auto read = without_space(text.str());
  if (!file || read.empty()) {
    if (!token_.empty()) return token_;  // while it is being rotated
    if (!config_.bearer_token.empty()) return config_.bearer_token;
    return own_trouble("cannot read the token file " + config_.token_file);
  }
  token_ = std::move(read);
  token_read_ = now;
  return token_;
}

boost::asio::awaitable<Result<Credential>> SignIn::plugin_credential() {
  const bool valid = credential_ && (!credential_->expires_wall_ns || *credential_->expires_wall_ns > wall_now_ns());
  if (valid) co_return *credential_;
  auto fresh = co_await run_exec_plugin(executor_, config_);
  if (fresh) credential_ = *fresh;
  co_return fresh;
}

boost::asio::awaitable<Result<Identity>> SignIn::identity() {
  Identity who{fixed_headers(config_), config_.tls};
  std::string bearer;
  if (config_.exec) {
    auto credential = co_await plugin_credential();
    if (!credential) co_return credential.error();
    bearer = credential->token;
    if (!credential->client_cert_pem.empty()) {
      who.tls.client_cert_pem = credential->client_cert_pem;
      who.tls.client_key_pem = credential->client_key_pem;
    }
  } else {
    auto read = token();
    if (!read) co_return read.error();
    bearer = *read;
  }
  if (!bearer.empty()) who.headers["Authorization"] = "Bearer " + bearer;
  co_return who;
}

bool SignIn::renew() {
  if (config_.exec) {
    credential_.reset();
    return true;
  }
  token_read_.reset();
  return !config_.token_file.empty();
}

}  // namespace straycat::kube
