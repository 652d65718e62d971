#include "cluster/apiserver/session.hpp"

#include <chrono>
#include <ctime>
#include <deque>
#include <functional>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cluster/apiserver/upgrade.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/core/tasks.hpp>

namespace straycat::cluster {

namespace asio = boost::asio;

asio::awaitable<bool> write_all(const Wire& wire, std::string_view text) {
  constexpr std::size_t piece_size = 64 * 1024;
  while (!text.empty()) {
    const auto piece = text.substr(0, piece_size);
    const Deadline limit{wire.socket, wire.patience};
    const auto [error, size] = co_await asio::async_write(wire.stream, asio::buffer(piece.data(), piece.size()), done);
    if (error) co_return false;
    text.remove_prefix(piece.size());
  }
  co_return true;
}

namespace {

namespace http = boost::beast::http;
using namespace std::chrono_literals;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::uint64_t body_limit = 3 * 1024 * 1024;  // as the API server
constexpr std::uint64_t strangers_body_limit = 64 * 1024;
constexpr auto idle_limit = 10min;

using Parser = http::request_parser<http::string_body>;

// What a client would speak after an upgrade: a list in one header (WebSocket), or a header each (SPDY).
std::vector<std::string> protocols_of(const http::request<http::string_body>& message) {
  std::vector<std::string> out;
  for (const auto& header : message) {
    if (header.name() != http::field::sec_websocket_protocol &&
        !boost::beast::iequals(header.name_string(), "X-Stream-Protocol-Version"))
      continue;
    for (const auto& one : http::token_list{header.value()}) out.emplace_back(one);
    if (!out.empty() || header.value().empty()) continue;
    out.emplace_back(header.value());
  }
  return out;
}

std::vector<std::string> impersonated_groups(const http::request<http::string_body>& message) {
  std::vector<std::string> out;
  for (const auto& header : message)
    if (boost::beast::iequals(header.name_string(), "Impersonate-Group")) out.emplace_back(header.value());
  return out;
}

Request to_request(const http::request<http::string_body>& message) {
  const auto field = [&](http::field name) { return std::string(message[name]); };
  return {std::string(message.method_string()),
          std::string(message.target()),
          field(http::field::accept),
          field(http::field::content_type),
          field(http::field::authorization),
          field(http::field::user_agent),
          field(http::field::if_none_match),
          message.body(),
          boost::algorithm::to_lower_copy(field(http::field::upgrade)),
          protocols_of(message),
          std::string(message["Impersonate-User"]),
          std::string(message["Impersonate-Uid"]),
          impersonated_groups(message)};
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

asio::awaitable<bool> write_response(const Wire& wire, const Response& response, bool keep_alive, bool without_body) {
  auto text = head(response.code, response.content_type, response.headers);
  if (!keep_alive) text += "Connection: close\r\n";
  if (response.code != 304) text += fmt::format("Content-Length: {}\r\n", response.body.size());
  text += "\r\n";
  if (!without_body && response.code != 304) text += response.body;
  co_return co_await write_all(wire, text);
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

asio::awaitable<void> pump(const Wire& wire, const std::shared_ptr<Backlog>& backlog, StreamBudget::Share& share) {
  while (!backlog->overrun) {
    if (!backlog->pending.empty()) {
      const auto data = std::exchange(backlog->pending, {});
      const auto text = chunk(data);
      if (!co_await write_all(wire, text)) co_return;
      share.shrink(data.size());
    } else if (backlog->ended) {
      (void)co_await write_all(wire, "0\r\n\r\n");
      co_return;
    } else {
      (void)co_await backlog->wake.async_wait(done);
      backlog->wake.expires_at(asio::steady_timer::time_point::max());
    }
  }
}

// A stream is the last thing on its connection: the read that watches for a hang-up cannot be taken back.
asio::awaitable<void> write_stream(const Wire& wire, const Stream& source,
                                   const std::shared_ptr<StreamBudget>& streams) {
  const auto socket = wire.socket;
  const auto backlog = std::make_shared<Backlog>(socket->get_executor());
  const std::weak_ptr<Backlog> weak = backlog;
  const auto share = std::make_shared<StreamBudget::Share>(streams, [weak, socket] {
    const auto behind = weak.lock();
    if (!behind) return;
    behind->overrun = true;
    behind->pending = {};
    error_code ignored;
    socket->close(ignored);  // a write that waits for the reader ends, too
    behind->wake.cancel();
  });
  const auto write = [weak, share](const std::string& data) {
    const auto to = weak.lock();
    if (!to || to->overrun) return;
    to->pending += data;
    to->wake.cancel();
    share->grow(data.size());
  };
  const auto end = [weak] {
    if (const auto to = weak.lock()) {
      to->ended = true;
      to->wake.cancel();
    }
  };
  const auto token = source.start(write, end);
  const auto top = head(200, source.content_type, {}) + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  if (!co_await write_all(wire, top)) co_return;
  auto hung = std::make_shared<bool>(false);
  auto finished = std::make_shared<asio::steady_timer>(socket->get_executor(), asio::steady_timer::time_point::max());
  const auto over = [hung, finished] {
    *hung = true;
    finished->cancel();
  };
  spawn(socket->get_executor(), watch_for_hangup(wire.stream, backlog, over), [over, backlog](const std::string& why) {
    say("straycat cluster: a stream was dropped: {}\n", why);
    backlog->overrun = true;
    backlog->wake.cancel();
    over();
  });
  co_await pump(wire, backlog, *share);
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

// The first request of somebody known makes the connection one of theirs; others may only say little.
bool admit(Parser& parser, const Host& host, bool& stranger) {
  if (!stranger) return true;
  if (host.knows(std::string(parser.get()[http::field::authorization]))) {
    stranger = false;
    host.signed_in();
    return true;
  }
  parser.body_limit(strangers_body_limit);
  const auto length = parser.content_length();
  return !length || *length <= strangers_body_limit;
}

asio::awaitable<Incoming> read_request(const Wire& wire, std::string& buffered, const Host& host, bool& stranger) {
  const Deadline idle{wire.socket, idle_limit};
  Parser parser;
  parser.body_limit(body_limit);
  parser.header_limit(64 * 1024);
  parser.eager(true);
  bool continued = false, looked = false;
  while (true) {
    if (!buffered.empty()) {
      error_code error;
      const auto used = parser.put(asio::buffer(buffered), error);
      buffered.erase(0, used);
      if (error == http::error::body_limit)
        co_return Incoming{std::nullopt, refusal(413, "Request entity too large: limit is 3145728")};
      if (error && error != http::error::need_more) co_return Incoming{std::nullopt, refusal(400, "400 Bad Request")};
      if (!std::exchange(looked, looked || parser.is_header_done()) && looked && !admit(parser, host, stranger))
        co_return Incoming{std::nullopt, refusal(413, "Request entity too large: limit is 65536")};
      if (parser.is_done()) co_return Incoming{parser.release(), std::nullopt};
    }
    if (!continued && parser.is_header_done() && parser.get()[http::field::expect] == "100-continue") {
      continued = true;
      if (!co_await write_all(wire, "HTTP/1.1 100 Continue\r\n\r\n")) co_return Incoming{};
    }
    char data[16 * 1024];
    const auto [error, size] = co_await wire.stream.async_read_some(asio::buffer(data), done);
    if (error) co_return Incoming{};
    buffered.append(data, size);
  }
}

// Who is refused in the middle of a body is still sending it. Closed then, the kernel would answer with a reset, which
// throws away what the client has not read yet: "connection reset by peer" instead of 413 (seen once in a busy test).
// Go's server waits half a second for the same reason (net/http/server.go, rstAvoidanceDelay).
asio::awaitable<void> take_the_rest(const Wire& wire) {
  constexpr std::size_t most = 4 << 20;
  const Deadline linger{wire.socket, 500ms};
  error_code ignored;
  wire.socket->shutdown(tcp::socket::shutdown_send, ignored);
  char data[16 * 1024];
  for (std::size_t taken = 0; taken < most;) {
    const auto [error, size] = co_await wire.stream.async_read_some(asio::buffer(data), done);
    if (error) co_return;
    taken += size;
  }
}

asio::awaitable<bool> answer(const Wire& wire, const http::request<http::string_body>& message, const Host& host,
                             std::string read_ahead) {
  const auto request = to_request(message);
  const bool without_body = request.method == "HEAD";
  auto given = host.handle(request);
  if (auto* upgrade = std::get_if<Upgrade>(&given)) {
    co_await serve_upgrade(wire, message, std::move(*upgrade), std::move(read_ahead));
    co_return false;
  }
  if (auto* streamed = std::get_if<Stream>(&given)) {
    co_await write_stream(wire, *streamed, host.streams);
    co_return false;
  }
  if (auto* target = std::get_if<Forward>(&given)) given = co_await forward(std::move(*target));
  const bool sent = co_await write_response(wire, std::get<Response>(given), message.keep_alive(), without_body);
  co_return sent&& message.keep_alive();
}

}  // namespace

asio::awaitable<void> serve_connection(std::shared_ptr<tcp::socket> socket, asio::ssl::context& tls, Host host) {
  TlsStream stream{*socket, tls};
  const Wire wire{socket, stream, host.limits.reader_patience};
  std::optional<Deadline> patience{std::in_place, socket, host.limits.stranger_life};
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, done);
  if (error) co_return;
  bool stranger = true;
  std::string buffered;
  while (true) {
    auto incoming = co_await read_request(wire, buffered, host, stranger);
    if (!stranger) patience.reset();
    if (incoming.refused && co_await write_response(wire, *incoming.refused, false, false))
      co_await take_the_rest(wire);
    if (!incoming.message) break;
    if (!co_await answer(wire, *incoming.message, host, buffered)) break;
  }
  if (!socket->is_open()) co_return;
  const Deadline limit{socket, 1s};
  (void)co_await stream.async_shutdown(done);
}

namespace {

// What a pod answers is held whole: one that streams for ever must not fill the server's memory.
constexpr std::uint64_t longest_forwarded = 64 << 20;

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

std::string request_text(const Forward& target) {
  auto text = target.method + " " + target.target + " HTTP/1.1\r\nHost: " + target.address + ":" +
              std::to_string(target.port) + "\r\nAccept-Encoding: identity\r\nConnection: close\r\n";
  if (!target.accept.empty()) text += "Accept: " + target.accept + "\r\n";
  if (!target.content_type.empty()) text += "Content-Type: " + target.content_type + "\r\n";
  if (!target.body.empty()) text += "Content-Length: " + std::to_string(target.body.size()) + "\r\n";
  return text + "\r\n" + target.body;
}

asio::awaitable<Response> relay(const std::shared_ptr<tcp::socket>& socket, const Forward& target) {
  const auto text = request_text(target);
  const auto [write_error, written] = co_await asio::async_write(*socket, asio::buffer(text), done);
  if (write_error) co_return proxy_error(write_error.message());
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.skip(target.method == "HEAD");
  parser.body_limit(longest_forwarded);
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
    if (problem == http::error::body_limit)
      co_return proxy_error("an answer of more than " + std::to_string(longest_forwarded) + " bytes");
    if (problem && problem != http::error::need_more) co_return proxy_error("malformed HTTP response");
  }
  const auto& message = parser.get();
  co_return Response{
      static_cast<int>(message.result_int()), std::string(message[http::field::content_type]), message.body(), {}};
}

}  // namespace

asio::awaitable<Response> forward(Forward target) {
  const auto socket = std::make_shared<tcp::socket>(co_await asio::this_coro::executor);
  error_code bad;
  const auto address = asio::ip::make_address(target.address, bad);
  if (bad) co_return proxy_error("dial tcp: lookup " + target.address + ": no such host");
  const Deadline limit{socket, 30s};
  const auto [error] = co_await socket->async_connect({address, static_cast<asio::ip::port_type>(target.port)}, done);
  if (error) co_return proxy_error(dial_error(target, error));
  co_return co_await relay(socket, target);
}

}  // namespace straycat::cluster
