// A connection that goes on in another protocol than HTTP.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "cluster/apiserver/request.hpp"
#include "cluster/apiserver/wire.hpp"

namespace straycat::cluster {

// Serves it until it ends. `read_ahead`: what came after the request already.
boost::asio::awaitable<void> serve_upgrade(const Wire& wire,
                                           const boost::beast::http::request<boost::beast::http::string_body>& message,
                                           Upgrade upgrade, std::string read_ahead);

}  // namespace straycat::cluster
