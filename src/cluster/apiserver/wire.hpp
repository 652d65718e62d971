// One connection's ends. Beast and OpenSSL's stream stay in the .cpp files that include this.
#pragma once

#include <memory>
#include <string_view>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <straycat/core/time.hpp>

namespace straycat::cluster {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

inline constexpr auto done = boost::asio::as_tuple(boost::asio::use_awaitable);

// Closes the socket when time is up, which ends whatever waits on it. Dies with the step that it guards.
class Deadline {
 public:
  Deadline(const std::shared_ptr<boost::asio::ip::tcp::socket>& socket, boost::asio::steady_timer::duration limit)
      : timer_(socket->get_executor(), limit) {
    timer_.async_wait([weak = std::weak_ptr(socket)](const boost::system::error_code& error) {
      if (const auto open = weak.lock(); open && !error) {
        boost::system::error_code ignored;
        open->close(ignored);
      }
    });
  }

 private:
  boost::asio::steady_timer timer_;
};

// `patience`: a reader that does not take a piece in this time is gone.
struct Wire {
  std::shared_ptr<boost::asio::ip::tcp::socket> socket;
  TlsStream& stream;
  Nanos patience;
};

// In pieces, each with its time: who reads slowly is served, who does not read goes. False: the connection is over.
[[nodiscard]] boost::asio::awaitable<bool> write_all(const Wire& wire, std::string_view text);

}  // namespace straycat::cluster
