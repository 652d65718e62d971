#include "cluster/apiserver/session.hpp"

#include <chrono>
#include <ctime>
#include <deque>
#include <functional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <straycat/core/seam.hpp>
#include <straycat/core/tasks.hpp>

namespace straycat::cluster {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket&>;

constexpr auto done = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t body_limit = 3 * 1024 * 1024;           // as the API server
constexpr std::size_t stream_backlog_limit = 32 * 1024 * 1024;  // a reader that is further behind is cut off
constexpr auto handshake_limit = 10s;
constexpr auto idle_limit = 10min;

// Closes the socket when time is up, which ends whatever waits on it. Dies with the step that it guards.
class Deadline {
 public:
  Deadline(const std::shared_ptr<tcp::socket>& socket, asio::steady_timer::duration limit)
      : timer_(socket->get_executor(), limit) {
    timer_.async_wait([weak = std::weak_ptr(socket)](const error_code& error) {
      if (const auto open = weak.lock(); open && !error) {
        error_code ignored;
        open->close(ignored);
      }
    });
  }

 private:
  asio::steady_timer timer_;
};

using Parser = http::request_parser<http::string_body>;

Request to_request(const http::request<http::string_body>& message) {
  const auto field = [&](http::field name) { return std::string(message[name]); };
  return {std::string(message.method_string()), std::string(message.target()),
          field(http::field::accept),           field(http::field::content_type),
          field(http::field::authorization),    field(http::field::user_agent),
          field(http::field::if_none_match),    message.body()};
}

std::string reason_of(int code) { return std::string(http::obsolete_reason(static_cast<http::status>(code))); }

std::string head(int code, const std::string& content_type,
                 const std::vector<std::pair<std::string, std::string>>& headers) {
  auto out = fmt::format(
      "HTTP/1.1 {} {}\r\nCache-Control: no-cache, private\r\nContent-Type: {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} "
      "GMT\r\n",
      code, reason_of(code), content_type, fmt::gmtime(std::time(nullptr)));
  for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
  return out;
}

asio::awaitable<bool> write_all(TlsStream& stream, const std::string& text) {
  const auto [error, size] = co_await asio::async_write(stream, asio::buffer(text), done);
  co_return !error;
}

asio::awaitable<bool> write_response(TlsStream& stream, const Response& response, bool keep_alive, bool without_body) {
  auto text = head(response.code, response.content_type, response.headers);
  if (!keep_alive) text += "Connection: close\r\n";
  if (response.code != 304) text += fmt::format("Content-Length: {}\r\n", response.body.size());
  text += "\r\n";
  if (!without_body && response.code != 304) text += response.body;
  co_return co_await write_all(stream, text);
}

// What a stream's producer has handed over and the connection has not yet sent.
struct Backlog {
  explicit Backlog(const asio::any_io_executor& executor) : wake(executor) {
    wake.expires_at(asio::steady_timer::time_point::max());
  }
  std::string pending;
  bool ended = false, overrun = false;
  asio::steady_timer wake;
};

std::string chunk(const std::string& data) { return fmt::format("{:x}\r\n", data.size()) + data + "\r\n"; }

// A client that goes away shows as the end of what it sends; it must not send anything while it reads a stream.
asio::awaitable<void> watch_for_hangup(TlsStream& stream, std::shared_ptr<Backlog> backlog,
                                       std::function<void()> over) {
  char byte = 0;
  (void)co_await stream.async_read_some(asio::buffer(&byte, 1), done);
  backlog->overrun = true;
  backlog->wake.cancel();
  over();
}

asio::awaitable<void> pump(TlsStream& stream, const std::shared_ptr<Backlog>& backlog) {
  while (!backlog->overrun) {
    if (!backlog->pending.empty()) {
      const auto data = chunk(std::exchange(backlog->pending, {}));
      if (!co_await write_all(stream, data)) co_return;
    } else if (backlog->ended) {
      (void)co_await write_all(stream, "0\r\n\r\n");
      co_return;
    } else {
      (void)co_await backlog->wake.async_wait(done);
      backlog->wake.expires_at(asio::steady_timer::time_point::max());
    }
  }
}

// A stream is the last thing on its connection: the read that watches for a hang-up cannot be taken back.
asio::awaitable<void> write_stream(std::shared_ptr<tcp::socket> socket, TlsStream& stream, const Stream& source) {
  const auto backlog = std::make_shared<Backlog>(socket->get_executor());
  const std::weak_ptr<Backlog> weak = backlog;
  const auto write = [weak](const std::string& data) {
    const auto to = weak.lock();
    if (!to || to->overrun) return;
    to->pending += data;
    to->overrun = to->pending.size() > stream_backlog_limit;
    to->wake.cancel();
  };
  const auto end = [weak] {
    if (const auto to = weak.lock()) {
      to->ended = true;
      to->wake.cancel();
    }
  };
  const auto token = source.start(write, end);
  if (!co_await write_all(
          stream, head(200, source.content_type, {}) + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"))
    co_return;
  auto hung = std::make_shared<bool>(false);
  auto finished = std::make_shared<asio::steady_timer>(socket->get_executor(), asio::steady_timer::time_point::max());
  const auto over = [hung, finished] {
    *hung = true;
    finished->cancel();
  };
  spawn(socket->get_executor(), watch_for_hangup(stream, backlog, over), [over, backlog](const std::string& why) {
    say("straycat cluster: a stream was dropped: {}\n", why);
    backlog->overrun = true;
    backlog->wake.cancel();
    over();
  });
  co_await pump(stream, backlog);
  // Half-close, give the client a moment to take the rest, then end the read above before the stream object goes.
  error_code ignored;
  socket->shutdown(tcp::socket::shutdown_send, ignored);
  if (!*hung && !backlog->overrun) {
    const Deadline linger{socket, 1s};
    (void)co_await finished->async_wait(done);
  }
  socket->close(ignored);
  while (!*hung) (void)co_await finished->async_wait(done);
}

struct Incoming {
  std::optional<http::request<http::string_body>> message;
  std::optional<Response> refused;  // what to answer before closing; neither: the client went away
};

Response refusal(int code, const std::string& text) { return {code, "text/plain; charset=utf-8", text + "\n", {}}; }

asio::awaitable<Incoming> read_request(const std::shared_ptr<tcp::socket>& socket, TlsStream& stream,
                                       std::string& buffered) {
  const Deadline idle{socket, idle_limit};
  Parser parser;
  parser.body_limit(body_limit);
  parser.header_limit(64 * 1024);
  parser.eager(true);
  bool continued = false;
  while (true) {
    if (!buffered.empty()) {
      error_code error;
      const auto used = parser.put(asio::buffer(buffered), error);
      buffered.erase(0, used);
      if (error == http::error::body_limit)
        co_return Incoming{std::nullopt, refusal(413, "Request entity too large: limit is 3145728")};
      if (error && error != http::error::need_more) co_return Incoming{std::nullopt, refusal(400, "400 Bad Request")};
      if (parser.is_done()) co_return Incoming{parser.release(), std::nullopt};
    }
    if (!continued && parser.is_header_done() && parser.get()[http::field::expect] == "100-continue") {
      continued = true;
      if (!co_await write_all(stream, "HTTP/1.1 100 Continue\r\n\r\n")) co_return Incoming{};
    }
    char data[16 * 1024];
    const auto [error, size] = co_await stream.async_read_some(asio::buffer(data), done);
    if (error) co_return Incoming{};
    buffered.append(data, size);
  }
}

asio::awaitable<bool> answer(const std::shared_ptr<tcp::socket>& socket, TlsStream& stream,
                             const http::request<http::string_body>& message, const Handler& handler) {
  const auto request = to_request(message);
  const bool without_body = request.method == "HEAD";
  auto given = handler(request);
  if (auto* streamed = std::get_if<Stream>(&given)) {
    co_await write_stream(socket, stream, *streamed);
    co_return false;
  }
  if (auto* target = std::get_if<Forward>(&given)) given = co_await forward(std::move(*target), request.method);
  co_return co_await write_response(stream, std::get<Response>(given), message.keep_alive(), without_body) &&
      message.keep_alive();
}

}  // namespace

asio::awaitable<void> serve_connection(std::shared_ptr<tcp::socket> socket, asio::ssl::context& tls, Handler handler) {
  TlsStream stream{*socket, tls};
  {
    const Deadline limit{socket, handshake_limit};
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, done);
    if (error) co_return;
  }
  std::string buffered;
  while (true) {
    auto incoming = co_await read_request(socket, stream, buffered);
    if (incoming.refused) (void)co_await write_response(stream, *incoming.refused, false, false);
    if (!incoming.message) break;
    if (!co_await answer(socket, stream, *incoming.message, handler)) break;
  }
  if (!socket->is_open()) co_return;
  const Deadline limit{socket, 1s};
  (void)co_await stream.async_shutdown(done);
}

namespace {

Response proxy_error(const std::string& what) {
  return status_response({503, "ServiceUnavailable", "error trying to reach service: " + what, nullptr});
}

std::string dial_error(const Forward& target, const error_code& error) {
  const auto where = "dial tcp " + target.address + ":" + std::to_string(target.port) + ": ";
  if (error == asio::error::connection_refused) return where + "connect: connection refused";
  if (error == asio::error::host_unreachable) return where + "connect: no route to host";
  if (error == asio::error::operation_aborted || error == asio::error::timed_out) return where + "i/o timeout";
  return where + "connect: " + error.message();
}

asio::awaitable<Response> exchange(const std::shared_ptr<tcp::socket>& socket, const Forward& target,
                                   const std::string& method) {
  const auto text = method + " " + target.target + " HTTP/1.1\r\nHost: " + target.address + ":" +
                    std::to_string(target.port) + "\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n";
  const auto [write_error, written] = co_await asio::async_write(*socket, asio::buffer(text), done);
  if (write_error) co_return proxy_error(write_error.message());
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  std::string buffered;
  while (!parser.is_done()) {
    char data[16 * 1024];
    const auto [error, size] = co_await socket->async_read_some(asio::buffer(data), done);
    error_code problem;
    if (error == asio::error::eof) {
      if (parser.got_some()) parser.put_eof(problem);
      if (!parser.is_done()) co_return proxy_error("EOF");
      break;
    }
    if (error) co_return proxy_error(error.message());
    buffered.append(data, size);
    buffered.erase(0, parser.put(asio::buffer(buffered), problem));
    if (problem && problem != http::error::need_more) co_return proxy_error("malformed HTTP response");
  }
  const auto& message = parser.get();
  co_return Response{
      static_cast<int>(message.result_int()), std::string(message[http::field::content_type]), message.body(), {}};
}

}  // namespace

asio::awaitable<Response> forward(Forward target, std::string method) {
  const auto socket = std::make_shared<tcp::socket>(co_await asio::this_coro::executor);
  error_code bad;
  const auto address = asio::ip::make_address(target.address, bad);
  if (bad) co_return proxy_error("dial tcp: lookup " + target.address + ": no such host");
  const Deadline limit{socket, 30s};
  const auto [error] = co_await socket->async_connect({address, static_cast<asio::ip::port_type>(target.port)}, done);
  if (error) co_return proxy_error(dial_error(target, error));
  co_return co_await exchange(socket, target, method);
}

}  // namespace straycat::cluster
