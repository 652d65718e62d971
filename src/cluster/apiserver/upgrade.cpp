#include "cluster/apiserver/upgrade.hpp"

#include <chrono>
#include <deque>

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "cluster/apiserver/conversation.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/core/tasks.hpp>

namespace straycat::cluster {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using namespace std::chrono_literals;
using boost::system::error_code;

constexpr std::size_t longest_message = 4 << 20, longest_backlog = 16 << 20;

// Bytes in and out, whatever they are wrapped in.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual asio::awaitable<std::optional<std::string>> read() = 0;  // none: the client is gone
  virtual asio::awaitable<bool> write(std::string bytes) = 0;
  virtual asio::awaitable<void> close() = 0;  // says goodbye; a read that waits ends
};

class PlainTransport final : public Transport {
 public:
  PlainTransport(const Wire& wire, std::string read_ahead) : wire_(wire), read_ahead_(std::move(read_ahead)) {}
  asio::awaitable<std::optional<std::string>> read() override {
    if (!read_ahead_.empty()) co_return std::exchange(read_ahead_, {});
    std::string out(16 * 1024, '\0');
    const auto [error, size] = co_await wire_.stream.async_read_some(asio::buffer(out), done);
    if (error) co_return std::nullopt;
    out.resize(size);
    co_return out;
  }
  asio::awaitable<bool> write(std::string bytes) override { co_return co_await write_all(wire_, bytes); }
  asio::awaitable<void> close() override {
    error_code ignored;
    wire_.socket->shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    asio::steady_timer linger{wire_.socket->get_executor(), 1s};  // for the client to take the rest
    (void)co_await linger.async_wait(done);
    wire_.socket->close(ignored);
  }

 private:
  const Wire& wire_;
  std::string read_ahead_;
};

class SocketTransport final : public Transport {
 public:
  explicit SocketTransport(const Wire& wire) : wire_(wire), socket_(wire.stream) {}
  asio::awaitable<bool> accept(const boost::beast::http::request<boost::beast::http::string_body>& message,
                               const std::string& protocol, bool text) {
    socket_.set_option(websocket::stream_base::decorator([protocol](websocket::response_type& answer) {
      if (!protocol.empty()) answer.set(boost::beast::http::field::sec_websocket_protocol, protocol);
    }));
    socket_.read_message_max(longest_message);
    socket_.text(text);
    const auto [error] = co_await socket_.async_accept(message, done);
    co_return !error;
  }
  asio::awaitable<std::optional<std::string>> read() override {
    boost::beast::flat_buffer buffer;
    const auto [error, size] = co_await socket_.async_read(buffer, done);
    if (error) co_return std::nullopt;
    co_return std::string(static_cast<const char*>(buffer.data().data()), size);
  }
  asio::awaitable<bool> write(std::string bytes) override {
    const Deadline limit{wire_.socket, wire_.patience};
    const auto [error, size] = co_await socket_.async_write(asio::buffer(bytes), done);
    co_return !error;
  }
  asio::awaitable<void> close() override {
    const Deadline limit{wire_.socket, 2s};
    (void)co_await socket_.async_close(websocket::close_code::normal, done);
  }

 private:
  const Wire& wire_;
  websocket::stream<TlsStream&> socket_;
};

// A log or a watch: messages without a stream's number, and nothing to hear.
class PlainFraming final : public Framing {
 public:
  StoreResult<std::vector<Said>> take(std::string_view) override { return std::vector<Said>{}; }
  std::string data(int, std::string_view bytes) override { return std::string(bytes); }
  std::string closing(int) override { return {}; }
};

// What is to be written, and the framing that it goes through; outlives the connection in the voices that hold it.
struct Outbox {
  Outbox(const asio::any_io_executor& executor, std::unique_ptr<Framing> with)
      : framing(std::move(with)), wake(executor, asio::steady_timer::time_point::max()) {}
  struct Piece {
    std::string bytes;
    std::function<void()> sent;
  };
  std::unique_ptr<Framing> framing;
  std::deque<Piece> pieces;
  std::size_t size = 0;
  bool ended = false, broken = false, written = false;
  asio::steady_timer wake;

  void put(std::string bytes, std::function<void()> sent = {}) {
    if (ended || broken || (bytes.empty() && !sent)) return;
    size += bytes.size();
    if (size > longest_backlog) broken = true;  // nobody reads
    pieces.push_back({std::move(bytes), std::move(sent)});
    wake.cancel();
  }
  void finish(bool& which) {
    which = true;
    wake.cancel();
  }
  asio::awaitable<void> wait() {
    (void)co_await wake.async_wait(done);  // which never expires: `wake.cancel()` ends it for all who wait
  }
};

Voice voice_of(const std::shared_ptr<Outbox>& box) {
  return {[box](int stream, const std::string& bytes, std::function<void()> sent) {
            box->put(box->framing->data(stream, bytes), std::move(sent));
          },
          [box](int stream) { box->put(box->framing->closing(stream)); }, [box] { box->finish(box->ended); }};
}

asio::awaitable<void> drain(Transport& transport, std::shared_ptr<Outbox> box) {
  while (!box->broken) {
    if (!box->pieces.empty()) {
      auto piece = std::move(box->pieces.front());
      box->pieces.pop_front();
      box->size -= piece.bytes.size();
      if (!piece.bytes.empty() && !co_await transport.write(std::move(piece.bytes))) break;
      if (piece.sent) piece.sent();
    } else if (box->ended) {
      break;
    } else {
      co_await box->wait();
    }
  }
  co_await transport.close();
  box->finish(box->broken);
  box->written = true;
}

// One thing after the other: the next is heard when the last has been taken.
asio::awaitable<void> hear(Conversation& conversation, std::vector<Said> all, const std::shared_ptr<Outbox>& box) {
  for (auto& said : all) {
    const auto ready = std::make_shared<bool>(false);
    conversation.hear(std::move(said), [ready, box] {
      *ready = true;
      box->wake.cancel();
    });
    while (!*ready && !box->ended && !box->broken) co_await box->wait();
  }
}

asio::awaitable<void> converse(const Wire& wire, Transport& transport, std::unique_ptr<Framing> framing,
                               const Upgrade& upgrade) {
  const auto executor = wire.socket->get_executor();
  const auto box = std::make_shared<Outbox>(executor, std::move(framing));
  auto conversation = upgrade.start(voice_of(box));
  spawn(executor, drain(transport, box), [box](const std::string& why) {
    say("straycat cluster: a connection was dropped: {}\n", why);
    box->broken = box->written = true;
    box->wake.cancel();
  });
  co_await hear(*conversation, box->framing->begin(), box);
  while (auto bytes = co_await transport.read()) {
    auto said = box->framing->take(*bytes);
    if (!said) break;
    box->put(box->framing->replies());
    co_await hear(*conversation, std::move(*said), box);
  }
  conversation.reset();
  box->finish(box->broken);
  while (!box->written) co_await box->wait();
  error_code ignored;
  wire.socket->close(ignored);
}

std::string switching(const std::string& protocol) {
  return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: " +
         protocol + "\r\n\r\n";
}

std::unique_ptr<Framing> framing_for(Upgrade::Way way) {
  if (way == Upgrade::Way::messages) return std::make_unique<PlainFraming>();
  return way == Upgrade::Way::channels ? channel_framing() : spdy_framing();
}

}  // namespace

asio::awaitable<void> serve_upgrade(const Wire& wire,
                                    const boost::beast::http::request<boost::beast::http::string_body>& message,
                                    Upgrade upgrade, std::string read_ahead) {
  if (upgrade.way == Upgrade::Way::spdy) {
    PlainTransport transport{wire, std::move(read_ahead)};
    if (co_await write_all(wire, switching(upgrade.protocol)))
      co_await converse(wire, transport, framing_for(upgrade.way), upgrade);
    co_return;
  }
  SocketTransport transport{wire};
  const bool text = upgrade.way == Upgrade::Way::messages && upgrade.protocol.empty();
  if (co_await transport.accept(message, upgrade.protocol, text))
    co_await converse(wire, transport, framing_for(upgrade.way), upgrade);
}

}  // namespace straycat::cluster
