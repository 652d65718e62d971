#include "cluster/support/api_world.hpp"

#include <arpa/inet.h>
#include <future>
#include <stdexcept>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace straycat::cluster::testing_world {
namespace {

namespace asio = boost::asio;

// A listening socket on a free port of 127.0.0.1.
int listen_anywhere(int& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(fd, 64) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no listening socket on 127.0.0.1");
  }
  port = ntohs(address.sin_port);
  return fd;
}

std::string unchunked(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto line = text.find("\r\n");
    if (line == std::string_view::npos) break;
    const auto size = std::stoul(std::string(text.substr(0, line)), nullptr, 16);
    if (size == 0) break;
    out += text.substr(line + 2, size);
    text.remove_prefix(std::min(text.size(), line + 2 + size + 2));
  }
  return out;
}

HttpAnswer parse_answer(const std::string& text) {
  HttpAnswer answer;
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos || text.size() < 12) return answer;
  answer.code = std::stoi(text.substr(9, 3));
  answer.head = text.substr(0, end + 2);
  answer.body = text.substr(end + 4);
  if (answer.head.find("Transfer-Encoding: chunked") != std::string::npos) answer.body = unchunked(answer.body);
  return answer;
}

}  // namespace

ApiWorld::ApiWorld(const ApiLimits& limits) {
  auto identity = make_identity({"127.0.0.1", "localhost"});
  if (!identity) throw std::runtime_error(identity.error().message);
  identity_ = *identity;
  PodLogs logs;
  logs.read = [this](const LogRequest&) -> StoreResult<std::vector<LogLine>> { return logs_.lines; };
  logs.follow = [this](const LogRequest&, auto on_line, auto on_end) {
    logs_.on_line = std::move(on_line);
    logs_.on_end = std::move(on_end);
    return Subscription{std::shared_ptr<void>(&logs_, [](void* at) {
      static_cast<FakeLogs*>(at)->on_line = nullptr;
      static_cast<FakeLogs*>(at)->on_end = nullptr;
    })};
  };
  server_ = std::make_unique<ApiServer>(context_, store_, identity_, tokens_, PodFaces{logs}, limits);
  const int fd = listen_anywhere(port_);
  if (auto added = server_->add_listener(fd); !added) throw std::runtime_error(added.error().message);
  (void)store_.create(json::parse(R"({"kind":"Namespace","metadata":{"name":"default"}})"));
  thread_ = std::thread([this] { context_.run(); });
}

ApiWorld::~ApiWorld() {
  step([this] { server_->stop(); });
  work_.reset();
  context_.stop();
  thread_.join();
}

void ApiWorld::step(const std::function<void()>& what) {
  std::promise<void> done;
  asio::post(context_, [&] {
    what();
    done.set_value();
  });
  done.get_future().wait();
}

void ApiWorld::with_store(const std::function<void(Store&)>& change) {
  step([&] { change(store_); });
}

void ApiWorld::with_server(const std::function<void(ApiServer&)>& change) {
  step([&] { change(*server_); });
}

void ApiWorld::with_logs(const std::function<void(FakeLogs&)>& change) {
  step([&] { change(logs_); });
}

std::string ApiWorld::raw(const std::string& bytes) { return exchange(bytes, true); }

std::string ApiWorld::hang_up_after_answer(const std::string& bytes) { return exchange(bytes, false); }

std::string ApiWorld::exchange(const std::string& bytes, bool to_the_end) {
  asio::io_context context;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  tls.add_certificate_authority(asio::buffer(identity_.ca));
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<asio::ip::tcp::socket> stream{context, tls};
  stream.set_verify_callback(asio::ssl::host_name_verification{"127.0.0.1"});
  stream.next_layer().connect({asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(port_)});
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(stream, asio::buffer(bytes));
  std::string out;
  boost::system::error_code error;
  while (!error && (to_the_end || out.empty())) {
    char data[4096];
    out.append(data, stream.read_some(asio::buffer(data), error));
  }
  return out;
}

HttpAnswer ApiWorld::request(const std::string& method, const std::string& target,
                             const std::vector<std::string>& headers, const std::string& body,
                             const std::string& token) {
  auto text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
  for (const auto& header : headers) text += header + "\r\n";
  if (!token.empty()) text += "Authorization: Bearer " + token + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return parse_answer(raw(text + "\r\n" + body));
}

HttpAnswer ApiWorld::get(const std::string& target, const std::string& accept) {
  return request("GET", target, {"Accept: " + accept}, "", tokens_.admin());
}

HttpAnswer ApiWorld::send(const std::string& method, const std::string& target, const std::string& body,
                          const std::string& content_type) {
  return request(method, target, {"Accept: application/json", "Content-Type: " + content_type}, body, tokens_.admin());
}

std::string ApiWorld::kubeconfig() const {
  return make_kubeconfig(identity_, "https://127.0.0.1:" + std::to_string(port_), tokens_.admin());
}

}  // namespace straycat::cluster::testing_world
