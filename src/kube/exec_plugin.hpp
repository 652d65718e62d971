// Exec credential plugins (client.authentication.k8s.io/v1 and v1beta1): a program that prints who we are. Private to
// `kube`. Source: kubernetes/client-go plugin/pkg/client/auth/exec/exec.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <straycat/core/time.hpp>
#include <straycat/kube/config.hpp>

namespace straycat::kube {

struct Credential {
  std::string token, client_cert_pem, client_key_pem;
  std::optional<std::int64_t> expires_wall_ns;
};

// What the program is told in KUBERNETES_EXEC_INFO. Holds the cluster's CA when the entry asks for it: no secret.
[[nodiscard]] std::string exec_info(const Config& config, bool interactive);
// What it printed. Errors name the command, never what it printed (it may be a secret).
[[nodiscard]] Result<Credential> read_credential(const Config::Exec& exec, const std::string& output);

// Runs the program; one that has not ended after `limit` is killed. Errors hold its exit code and the end of its
// stderr, and the entry's install hint when the program does not exist.
boost::asio::awaitable<Result<Credential>> run_exec_plugin(boost::asio::any_io_executor executor, const Config& config,
                                                           Nanos limit = std::chrono::seconds{60});

}  // namespace straycat::kube
