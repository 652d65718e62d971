// HTTP over libcurl's multi interface, driven by one Boost.Asio io_context. Whole answers and streams; TLS verified.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::net {

// How to trust the other side and show who we are. PEM texts, never paths, so that nothing is read behind one's back.
struct Tls {
  std::string ca_pem;  // "" = the system's store
  std::string client_cert_pem, client_key_pem;
  std::string server_name;  // verify against this name in place of the host
  bool insecure = false;    // verify nothing
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::map<std::string, std::string> headers;
  std::vector<std::pair<std::string, std::string>> repeated_headers;  // sent as they are: for names that come twice
  std::string body;
  Tls tls;
  std::string proxy;  // "" = none; never taken from the environment
  Nanos connect_timeout = std::chrono::seconds{10};
  Nanos timeout = std::chrono::seconds{30};  // whole request; 0 = none (streams)
  Nanos idle_timeout{};                      // stream: no byte for this long ends it with an error; 0 = never
  bool repeatable = true;                    // false: never sent on a kept connection, on which it might go unheard
  std::size_t max_body = 64u << 20;          // a longer answer is an error, never memory
};

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // empty for a stream
};

// Called with each piece of a body as it comes; false ends the request (the answer is then what came so far).
using OnData = std::function<bool(std::string_view)>;
// Called once when the header is whole, before the first piece.
using OnHeader = std::function<void(const Response&)>;

// A client with a connection pool; HTTP/1.1, one connection a stream. Not thread-safe: all calls from the executor's
// single thread. Cancelling a coroutine (asio cancellation) aborts its transfer: it returns the error "cancelled", and
// the next co_await of the caller ends as any cancelled one. Callbacks run outside curl, and may start and end
// requests; what one throws ends its request and leaves the coroutine that asked for it.
class Http {
 public:
  explicit Http(boost::asio::any_io_executor executor);
  ~Http();
  Http(Http&&) noexcept;
  Http& operator=(Http&&) noexcept;

  // Errors (own_trouble) are about the transport, in curl's words with the host; any HTTP status is a Response. A
  // non-2xx answer of a stream comes whole in `body`.
  boost::asio::awaitable<Result<Response>> fetch(Request request);
  boost::asio::awaitable<Result<Response>> stream(Request request, OnHeader on_header, OnData on_data);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace straycat::net
