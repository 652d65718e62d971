// Who we are, for each request: headers and client certificates, renewed when they run out. Private to `kube`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "kube/exec_plugin.hpp"
#include <straycat/kube/config.hpp>

namespace straycat::kube {

struct Identity {
  std::map<std::string, std::string> headers;  // Authorization, Impersonate-*: secrets
  net::Tls tls;
};

class SignIn {
 public:
  SignIn(boost::asio::any_io_executor executor, const Config& config)
      : executor_(std::move(executor)), config_(config) {}

  // Errors: the token file cannot be read and no earlier token is known; the plugin failed (its words included).
  boost::asio::awaitable<Result<Identity>> identity();
  // The server said 401: forget what is cached. False when there is nothing that could be renewed.
  bool renew();

 private:
  Result<std::string> token();
  boost::asio::awaitable<Result<Credential>> plugin_credential();

  boost::asio::any_io_executor executor_;
  const Config& config_;
  std::string token_;
  std::optional<Stamp> token_read_;
  std::optional<Credential> credential_;
};

// Impersonate-User and Basic sign-in; pure. The groups are a header each: see Client.
[[nodiscard]] std::map<std::string, std::string> fixed_headers(const Config& config);

}  // namespace straycat::kube
