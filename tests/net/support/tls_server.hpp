// A small HTTPS server on 127.0.0.1 with the verbs by which reality lies: stall, reset, cut, an answer in pieces. Runs
// on the test's own io_context, so that a test is one thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace straycat::test {

// One request, and the ways to answer it. Header names in lower case.
struct Exchange {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  // repeated ones joined with " | "
  int connection = 0;                          // from 0: the same number means the same TCP connection
  std::string client_name;                     // common name of the client's certificate, "" without one
  std::string server_name;                     // SNI

  // Bytes as they are.
  std::function<boost::asio::awaitable<void>(std::string_view)> write;
  // A whole answer with Content-Length.
  boost::asio::awaitable<void> answer(int status, std::string body, std::map<std::string, std::string> more = {});
  // The head of a chunked stream, and its pieces. An empty piece ends it.
  boost::asio::awaitable<void> begin_stream(int status = 200, std::string type = "application/json");
  boost::asio::awaitable<void> piece(std::string_view text);
  boost::asio::awaitable<void> wait(std::chrono::milliseconds length);
  std::function<void()> reset;  // RST: nothing more, not even an end
};
using Handler = std::function<boost::asio::awaitable<void>(Exchange&)>;

class TlsServer {
 public:
  struct Options {
    bool tls = true;
    bool ask_client_certificate = false;
    std::string certificate_name = "127.0.0.1";  // an IP address or a DNS name
  };
  TlsServer(boost::asio::io_context& context, Handler handler) : TlsServer(context, Options{}, std::move(handler)) {}
  TlsServer(boost::asio::io_context& context, Options options, Handler handler);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] int port() const;
  [[nodiscard]] std::string url() const;  // "https://127.0.0.1:PORT"
  [[nodiscard]] const std::string& ca_pem() const;
  [[nodiscard]] int connections() const;  // accepted so far

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

struct KeyPair {
  std::string certificate_pem, key_pem;
};
// A self-signed certificate for an address or a DNS name.
[[nodiscard]] KeyPair make_certificate(const std::string& name);

}  // namespace straycat::test
