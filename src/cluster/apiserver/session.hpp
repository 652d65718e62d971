// The transport: TLS, HTTP/1.1 with keep-alive and chunked streams. Beast and OpenSSL's stream stay in the .cpp.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "cluster/apiserver/apiserver.hpp"
#include "cluster/apiserver/door.hpp"
#include "cluster/apiserver/request.hpp"

namespace straycat::cluster {

// What a connection asks of the server that it belongs to.
struct Host {
  std::function<Answer(const Request&)> handle;
  // Whether the value of an Authorization header names somebody. One that does not soon ends, and may say little.
  std::function<bool(const std::string& authorization)> knows;
  std::function<void()> signed_in;  // called once, at the first request of somebody known
  std::shared_ptr<StreamBudget> streams;
  ApiLimits limits;
};

// Serves one connection until it ends. `socket` stays the caller's, who may close it at any time.
boost::asio::awaitable<void> serve_connection(std::shared_ptr<boost::asio::ip::tcp::socket> socket,
                                              boost::asio::ssl::context& tls, Host host);

// Hands a request on to a pod and brings its answer, in the words of the API server's proxy when it fails.
boost::asio::awaitable<Response> forward(Forward target);

}  // namespace straycat::cluster
