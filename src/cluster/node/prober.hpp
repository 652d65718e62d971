// Carries out one probe or hook: an HTTP request, a TCP connection, or a command in the container, with a time limit.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/node/pod_spec.hpp"
#include "cluster/node/probe_machine.hpp"
#include "cluster/node/process.hpp"

namespace straycat::cluster {

using OnAnswer = std::function<void(ProbeAnswer)>;

// An attempt under way; destroying it ends it without an answer.
class Attempt {
 public:
  explicit Attempt(std::shared_ptr<void> work) : work_(std::move(work)) {}

 private:
  std::shared_ptr<void> work_;
};

// GET as kubelet's prober sends it: success is a status of 200 to 399. Texts are those of Go's net/http, which
// people know from `kubectl describe` ("Get \"http://10.244.0.5:3000/healthz\": dial tcp 10.244.0.5:3000: connect:
// connection refused").
// `open` makes the socket: it is asked from there.
[[nodiscard]] Attempt probe_http(boost::asio::any_io_executor executor, const Handler& handler,
                                 const std::string& address, Nanos timeout, OnAnswer on_answer,
                                 const OpenSocket& open = open_tcp_socket);
[[nodiscard]] Attempt probe_tcp(boost::asio::any_io_executor executor, const Handler& handler,
                                const std::string& address, Nanos timeout, OnAnswer on_answer,
                                const OpenSocket& open = open_tcp_socket);
// Success is exit code 0; the message is what the command printed (10 KiB at most).
[[nodiscard]] Attempt probe_exec(boost::asio::any_io_executor executor, Command command, Nanos timeout,
                                 OnAnswer on_answer);

}  // namespace straycat::cluster
