#include "kube/sign_in.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "kube/base64.hpp"
#include <straycat/core/file.hpp>

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
  if (!config.impersonate_uid.empty()) headers["Impersonate-Uid"] = config.impersonate_uid;
  return headers;
}

std::string header_key(const std::string& key) {
  std::string out;
  for (const unsigned char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool plain = letter || (c >= '0' && c <= '9') || (c != 0 && std::strchr("!#$&'*+-.^_`|~", c) != nullptr);
    if (plain)
      out.push_back(static_cast<char>(letter ? c | 0x20 : c));
    else
      out += fmt::format("%{:02X}", unsigned{c});
  }
  return out;
}

Result<std::string> SignIn::token() {
  if (config_.token_file.empty()) return config_.bearer_token;
  const auto now = monotonic_now();
  if (token_read_ && now - *token_read_ < token_fresh) return token_;
  const auto text = read_file(config_.token_file);
  auto read = text ? without_space(*text) : std::string{};
  if (read.empty()) {
    if (!token_.empty()) return token_;  // while it is being rotated
    if (!config_.bearer_token.empty()) return config_.bearer_token;
    return own_trouble("the token file " + (text ? config_.token_file + ": is empty" : text.error().message));
  }
  token_ = std::move(read);
  token_read_ = now;
  return token_;
}

boost::asio::awaitable<Result<Credential>> SignIn::plugin_credential() {
  if (asking_) {
    while (asking_) co_await asked_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (answer_) co_return *answer_;
  }
  const bool valid = credential_ && (!credential_->expires_wall_ns || *credential_->expires_wall_ns > wall_now_ns());
  if (valid) co_return *credential_;
  answer_.reset();
  asking_ = true;
  asked_.expires_at(boost::asio::steady_timer::time_point::max());
  const Asking until_here{*this};
  auto fresh = co_await run_exec_plugin(executor_, config_);
  answer_ = fresh;
  if (fresh) credential_ = *fresh;
  if (fresh) ++generation_;
  co_return fresh;
}

boost::asio::awaitable<Result<Identity>> SignIn::identity() {
  Identity who{.headers = fixed_headers(config_), .tls = config_.tls};
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
  who.generation = generation_;
  // What would end the header's line would begin another one.
  const auto breaks = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(bearer.begin(), bearer.end(), breaks))
    co_return own_trouble("the token is no token: it has line breaks");
  if (!bearer.empty()) who.headers["Authorization"] = "Bearer " + bearer;
  co_return who;
}

bool SignIn::renew(unsigned generation) {
  if (config_.exec) {
    if (generation == generation_) credential_.reset();
    return true;
  }
  token_read_.reset();
  return !config_.token_file.empty();
}

}  // namespace straycat::kube
