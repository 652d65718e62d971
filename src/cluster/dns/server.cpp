#include "cluster/dns/server.hpp"

#include <array>
#include <chrono>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "cluster/dns/message.hpp"
#include "cluster/dns/zone.hpp"

namespace straycat::cluster::dns {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using Failure = boost::system::error_code;

constexpr std::size_t largest = 65535;        // of a message by TCP
constexpr std::size_t most_connections = 64;  // a pod that holds them all harms names by TCP only, which few ask for
constexpr auto patience = std::chrono::seconds{10};

// What is to be sent back; "" = nothing.
std::string reply(const Store& store, const Disturbance& how, std::string_view bytes, bool datagram) {
  if (how.silent) return {};
  const Read read = read_query(bytes);
  if (read.query && how.code) return write_answer(*read.query, {*how.code, true, {}, {}, {}}, largest);
  if (read.query) return write_answer(*read.query, answer(store, *read.query), datagram ? read.query->room : largest);
  return read.refusal ? write_refusal(read.id, *read.refusal) : std::string();
}

// One client by TCP: messages with their length before them, one after the other (RFC 7766).
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Store& store, std::shared_ptr<const Disturbance> how, std::shared_ptr<void> seat)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        store_(store),
        how_(std::move(how)),
        seat_(std::move(seat)) {}
  void next() {
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this()](const Failure& failure) {
      if (!failure) self->close();
    });
    asio::async_read(socket_, asio::buffer(size_), [self = shared_from_this()](const Failure& failure, std::size_t) {
      failure ? self->close() : self->read();
    });
  }

 private:
  void close() {
    Failure ignored;
    timer_.cancel();
    socket_.close(ignored);
  }
  void read() {
    body_.resize(static_cast<std::size_t>(size_[0]) << 8 | size_[1]);
    asio::async_read(socket_, asio::buffer(body_), [self = shared_from_this()](const Failure& failure, std::size_t) {
      failure ? self->close() : self->write();
    });
  }
  void write() {
    std::string text = reply(store_, *how_, {body_.data(), body_.size()}, false);
    if (text.empty()) return close();
    out_ = {static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xff)};
    out_ += text;
    asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](const Failure& failure, std::size_t) {
      failure ? self->close() : self->next();
    });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  const Store& store_;
  std::shared_ptr<const Disturbance> how_;
  std::shared_ptr<void> seat_;
  std::array<unsigned char, 2> size_{};
  std::vector<char> body_;
  std::string out_;
};

}  // namespace

struct Server::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, const Store& its_store) : store(its_store), datagrams(io), acceptor(io) {}

  Result<> open(const std::string& address, std::uint16_t port) {
    Failure failure;
    const auto where = asio::ip::make_address(address, failure);
    if (failure) return own_trouble(fmt::format("name server: {} is no address", address));
    const auto step = [&](const char* what) {
      return own_trouble(fmt::format("name server: {} {}:{}: {}", what, address, port, failure.message()));
    };
    acceptor.open(tcp::v4(), failure);
    if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor.bind({where, port}, failure);
    if (!failure) acceptor.listen(tcp::acceptor::max_listen_connections, failure);
    if (failure) return step("listen on");
    const std::uint16_t chosen = acceptor.local_endpoint(failure).port();
    if (!failure) datagrams.open(udp::v4(), failure);
    if (!failure) datagrams.bind({where, chosen}, failure);
    if (failure) return step("take datagrams on");
    return {};
  }

  void receive() {
    datagrams.async_receive_from(asio::buffer(buffer), sender,
                                 [self = shared_from_this()](const Failure& failure, std::size_t size) {
                                   if (self->ended || failure == asio::error::operation_aborted) return;
                                   if (!failure) self->answer_datagram(size);
                                   self->receive();
                                 });
  }

  // A client that does not take it asks again, as after any datagram that is lost.
  void answer_datagram(std::size_t size) {
    std::string text = reply(store, *how, {buffer.data(), size}, true);
    if (text.empty()) return;
    if (how->delay > Nanos{}) return answer_later(std::move(text));
    Failure ignored;
    datagrams.send_to(asio::buffer(text), sender, MSG_DONTWAIT, ignored);
  }

  void answer_later(std::string text) {
    const auto timer = std::make_shared<asio::steady_timer>(datagrams.get_executor(), how->delay);
    timer->async_wait([self = shared_from_this(), timer, to = sender, text = std::move(text)](const Failure&) {
      Failure ignored;
      if (!self->ended) self->datagrams.send_to(asio::buffer(text), to, MSG_DONTWAIT, ignored);
    });
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const Failure& failure, tcp::socket socket) {
      if (self->ended || failure == asio::error::operation_aborted) return;
      if (!failure) self->welcome(std::move(socket));
      self->accept();
    });
  }

  void welcome(tcp::socket socket) {
    if (seats.use_count() > static_cast<long>(most_connections)) return;
    std::make_shared<Connection>(std::move(socket), store, how, seats)->next();
  }

  const Store& store;
  udp::socket datagrams;
  tcp::acceptor acceptor;
  udp::endpoint sender;
  std::array<char, 4096> buffer{};
  std::shared_ptr<Disturbance> how = std::make_shared<Disturbance>();
  std::shared_ptr<void> seats = std::make_shared<int>(0);  // each connection holds it
  bool ended = false;
};

Result<std::unique_ptr<Server>> Server::start(asio::io_context& io, const Store& store, const std::string& address,
                                              std::uint16_t port) {
  auto state = std::make_shared<State>(io, store);
  if (const Result<> opened = state->open(address, port); !opened) return opened.error();
  state->receive();
  state->accept();
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  Failure ignored;
  state_->ended = true;
  state_->datagrams.close(ignored);
  state_->acceptor.close(ignored);
}

std::uint16_t Server::port() const {
  Failure ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

void Server::disturb(const Disturbance& how) { *state_->how = how; }

}  // namespace straycat::cluster::dns
