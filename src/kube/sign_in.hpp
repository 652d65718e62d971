// Who we are, for each request: headers and client certificates, renewed when they run out. Private to `kube`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "kube/exec_plugin.hpp"
#include <straycat/kube/config.hpp>

namespace straycat::kube {

struct Identity {
  std::map<std::string, std::string> headers;  // Authorization, Impersonate-*: secrets
  net::Tls tls;
  unsigned generation = 0;  // of the credentials: see renew
};

class SignIn {
 public:
  SignIn(boost::asio::any_io_executor executor, const Config& config)
      : executor_(std::move(executor)), config_(config), asked_(executor_) {}

  // Errors: the token file cannot be read and no earlier token is known; the plugin failed (its words included).
  boost::asio::awaitable<Result<Identity>> identity();
  // The server said 401 to credentials of this generation: forget them. Many requests may say so of the same ones, and
  // the plugin is to be asked once. False when there is nothing that could be renewed.
  bool renew(unsigned generation);

 private:
  struct Asking {  // also when the one who asks is cancelled, the others must not wait for ever
    SignIn& of;
    ~Asking() {
      of.asking_ = false;
      of.asked_.cancel();
    }
  };
  Result<std::string> token();
  // The plugin is asked once at a time, whoever waits gets its answer: it may open a browser, or ask for a password.
  boost::asio::awaitable<Result<Credential>> plugin_credential();

  boost::asio::any_io_executor executor_;
  const Config& config_;
  std::string token_;
  std::optional<Stamp> token_read_;
  std::optional<Credential> credential_;
  unsigned generation_ = 0;
  bool asking_ = false;
  boost::asio::steady_timer asked_;  // cancelled when the plugin has answered
  std::optional<Result<Credential>> answer_;
};

// Impersonate-User and Basic sign-in; pure. The groups are a header each: see Client.
[[nodiscard]] std::map<std::string, std::string> fixed_headers(const Config& config);
// A key of extra information as the end of a header's name: percent-encoded, in lower case (client-go transport).
[[nodiscard]] std::string header_key(const std::string& key);

}  // namespace straycat::kube
