#include <charconv>
#include <cstdint>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "cluster/apiserver/conversation.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

std::optional<std::uint16_t> port_in(const std::string& text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && rest == end && port != 0 ? std::optional(port) : std::nullopt;
}

// One forwarded connection. It lives as long as its conversation, or until both sides have ended.
class Forwarding : public std::enable_shared_from_this<Forwarding> {
 public:
  Forwarding(const asio::any_io_executor& executor, Voice voice, int data, int error)
      : socket_(executor), voice_(std::move(voice)), data_(data), error_(error) {}

  void dial(const StoreResult<PodSocket>& place, std::uint16_t port) {
    if (!place) return fail(place.error().message);
    error_code error;
    socket_.assign(tcp::v4(), place->fd, error);
    const tcp::endpoint where{asio::ip::make_address_v4(place->address), port};
    socket_.async_connect(where, [self = shared_from_this(), port](const error_code& refused) {
      if (refused)
        return self->fail("failed to connect to localhost:" + std::to_string(port) +
                          " inside the pod: connect: " + refused.message());
      self->open_ = true;
      self->read();
      self->write();
    });
  }
  void hear(std::string bytes, std::function<void()> ready) {
    pending_ += bytes;
    ready_ = std::move(ready);
    if (over_) return release();
    if (open_) write();
  }
  void client_ended() {
    client_ended_ = true;
    if (open_) write();
  }
  [[nodiscard]] bool over() const { return over_; }
  // The client has let go of the connection: neither way goes on, and it waits for the end of the errors alone.
  void reset() {
    if (over_) return;
    cut();
    voice_.close(error_);
  }
  void fail(const std::string& why) {
    if (over_) return;
    voice_.data(error_, "error forwarding port: " + why, [] {});
    finish();
  }
  void cut() {
    over_ = true;
    error_code ignored;
    socket_.close(ignored);
    release();
  }

 private:
  void finish() {
    if (std::exchange(over_, true)) return;
    error_code ignored;
    socket_.close(ignored);
    voice_.close(data_);
    voice_.close(error_);
    release();
  }
  void release() {
    if (const auto ready = std::exchange(ready_, nullptr)) ready();
  }
  void read() {
    socket_.async_read_some(asio::buffer(piece_), [self = shared_from_this()](const error_code& error, std::size_t n) {
      if (self->over_) return;
      if (n > 0)
        self->voice_.data(self->data_, std::string(self->piece_, n), [weak = self->weak_from_this()] {
          if (const auto again = weak.lock(); again && !again->over_) again->read();
        });
      if (error) self->finish();
    });
  }
  // One write at a time; the client's end is passed on when all that it sent has been.
  void write() {
    if (writing_ || over_) return;
    if (pending_.empty()) {
      error_code ignored;
      if (client_ended_) socket_.shutdown(tcp::socket::shutdown_send, ignored);
      return release();
    }
    writing_ = true;
    out_ = std::exchange(pending_, {});
    asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](const error_code& error, std::size_t) {
      self->writing_ = false;
      if (error) return self->finish();
      self->write();
    });
  }

  tcp::socket socket_;
  Voice voice_;
  int data_, error_;
  char piece_[16 * 1024];
  std::string pending_, out_;
  std::function<void()> ready_;
  bool open_ = false, writing_ = false, client_ended_ = false, over_ = false;
};

class PortConversation final : public Conversation {
 public:
  PortConversation(asio::any_io_executor executor, const PodStreams& streams, std::string ns, std::string pod,
                   Voice voice)
      : executor_(std::move(executor)),
        streams_(streams),
        ns_(std::move(ns)),
        pod_(std::move(pod)),
        voice_(std::move(voice)) {}
  ~PortConversation() override {
    for (const auto& [stream, forwarding] : by_data_) forwarding->cut();
  }

  void hear(Said said, std::function<void()> ready) override {
    if (said.what == Said::What::opened) open(said);
    const auto at = by_data_.find(said.stream);
    if (at != by_data_.end() && said.what == Said::What::data)
      return at->second->hear(std::move(said.data), std::move(ready));
    if (at != by_data_.end() && said.what == Said::What::closed) at->second->client_ended();
    if (said.what == Said::What::reset) reset(said.stream);
    ready();
  }

 private:
  void reset(int stream) {
    std::erase_if(errors_, [&](const auto& error) { return error.second == stream; });
    if (const auto at = by_data_.find(stream); at != by_data_.end()) at->second->reset();
  }
  // The error stream of a request comes before its data stream.
  void open(const Said& said) {
    std::erase_if(by_data_, [](const auto& one) { return one.second->over(); });
    const auto header = [&](const char* name) {
      const auto at = said.headers.find(name);
      return at == said.headers.end() ? std::string{} : at->second;
    };
    if (header("streamtype") == "error") errors_[header("requestid")] = said.stream;
    const auto error = errors_.find(header("requestid"));
    if (header("streamtype") != "data" || error == errors_.end()) return;
    const auto forwarding = std::make_shared<Forwarding>(executor_, voice_, said.stream, error->second);
    by_data_[said.stream] = forwarding;
    errors_.erase(error);
    const auto port = port_in(header("port"));
    if (!port) return forwarding->fail("no such port: " + header("port"));
    forwarding->dial(streams_.socket(ns_, pod_), *port);
  }

  asio::any_io_executor executor_;
  const PodStreams& streams_;
  std::string ns_, pod_;
  Voice voice_;
  std::map<std::string, int> errors_;  // by request id
  std::map<int, std::shared_ptr<Forwarding>> by_data_;
};

}  // namespace

std::shared_ptr<Conversation> port_conversation(asio::any_io_executor executor, const PodStreams& streams,
                                                std::string ns, std::string pod, Voice voice) {
  return std::make_shared<PortConversation>(std::move(executor), streams, std::move(ns), std::move(pod),
                                            std::move(voice));
}

}  // namespace straycat::cluster
