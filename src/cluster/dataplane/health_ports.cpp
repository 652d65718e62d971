#include "cluster/dataplane/health_ports.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace straycat::cluster {
namespace {

using boost::asio::ip::tcp;
using Failure = boost::system::error_code;

constexpr std::size_t largest_request = 8192;
constexpr auto patience = std::chrono::seconds{5};
constexpr long most_askers = 64;

// One who asks: a request's head is read, whatever it says, answered, and that was it.
class Asker : public std::enable_shared_from_this<Asker> {
 public:
  Asker(tcp::socket socket, std::string answer, std::shared_ptr<void> seat)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        answer_(std::move(answer)),
        seat_(std::move(seat)) {}

  void serve() {
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this()](const Failure& failure) {
      if (!failure) self->close();
    });
    boost::asio::async_read_until(
        socket_, boost::asio::dynamic_buffer(request_, largest_request), "\r\n\r\n",
        [self = shared_from_this()](const Failure& failure, std::size_t) { failure ? self->close() : self->answer(); });
  }

 private:
  void answer() {
    boost::asio::async_write(socket_, boost::asio::buffer(answer_),
                             [self = shared_from_this()](const Failure&, std::size_t) { self->close(); });
  }
  void close() {
    Failure ignored;
    timer_.cancel();
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::string request_, answer_;
  std::shared_ptr<void> seat_;
};

}  // namespace

std::string health_answer(const HealthPort& port) {
  nlohmann::ordered_json body;
  body["service"] = {{"namespace", port.ns}, {"name", port.name}};
  body["localEndpoints"] = port.local_endpoints;
  body["serviceProxyHealthy"] = true;
  const auto text = body.dump();
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
      "X-Load-Balancing-Endpoint-Weight: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      port.local_endpoints > 0 ? "200 OK" : "503 Service Unavailable", port.local_endpoints, text.size(), text);
}

struct HealthPorts::Listener : std::enable_shared_from_this<Listener> {
  explicit Listener(boost::asio::io_context& io) : acceptor(io) {}

  Result<> open(const std::string& address, const OpenSocket& open_socket) {
    Failure failure;
    const auto where = boost::asio::ip::make_address(address, failure);
    auto socket = open_socket();
    if (!socket) return socket.error();
    if (!failure) acceptor.assign(tcp::v4(), socket->get(), failure);
    if (!failure) (void)socket->release();
    if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor.bind({where, answer.port}, failure);
    if (!failure) acceptor.listen(tcp::acceptor::max_listen_connections, failure);
    if (!failure) return {};
    return own_trouble(fmt::format("health checks of {}/{} on {}:{}: {}", answer.ns, answer.name, address, answer.port,
                                   failure.message()));
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const Failure& failure, tcp::socket socket) {
      if (self->ended || failure == boost::asio::error::operation_aborted) return;
      if (failure) return self->pause();
      if (self->seats.use_count() <= most_askers)
        std::make_shared<Asker>(std::move(socket), health_answer(self->answer), self->seats)->serve();
      self->accept();
    });
  }

  // Out of descriptors, mostly: at once again would take a whole processor.
  void pause() {
    timer.expires_after(std::chrono::milliseconds{50});
    timer.async_wait([self = shared_from_this()](const Failure& failure) {
      if (!failure && !self->ended) self->accept();
    });
  }

  tcp::acceptor acceptor;
  boost::asio::steady_timer timer{acceptor.get_executor()};
  HealthPort answer;
  std::shared_ptr<void> seats = std::make_shared<int>(0);  // each who asks holds it
  bool ended = false;
};

HealthPorts::~HealthPorts() { (void)set({}, ""); }

Result<> HealthPorts::set(const std::vector<HealthPort>& ports, const std::string& address, const OpenSocket& open) {
  std::erase_if(listeners_, [&](auto& entry) {
    const bool kept =
        std::any_of(ports.begin(), ports.end(), [&](const HealthPort& port) { return port.port == entry.first; });
    Failure ignored;
    entry.second->ended = !kept;
    if (!kept) entry.second->acceptor.close(ignored);
    return !kept;
  });
  Result<> out;
  for (const auto& port : ports) {
    auto& listener = listeners_[port.port];
    if (listener) {
      listener->answer = port;
      continue;
    }
    listener = std::make_shared<Listener>(io_);
    listener->answer = port;
    if (auto opened = listener->open(address, open); !opened) {
      out = opened;
      listeners_.erase(port.port);
    } else {
      listener->accept();
    }
  }
  return out;
}

}  // namespace straycat::cluster
