#include "images/server.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace straycat::images {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

Error system_error(std::string_view what) { return own_trouble(fmt::format("{}: {}", what, std::strerror(errno))); }

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Result<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
  } else {
    return bad_input(fmt::format("\"{}\" is no IP address", text));
  }
  return address;
}

std::uint16_t bound_port(int fd) {
  Address address;
  address.size = sizeof(address.storage);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0) return 0;
  return ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);  // the port lies at the same place in both
}

Result<Descriptor> listen_on(const ServerOptions& options) {
  const auto address = parse_address(options.address, options.port);
  if (!address) return address.error();
  Descriptor fd(::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto where = fmt::format("listen on {}:{}", options.address, options.port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address->storage), address->size) != 0)
    return system_error(where);
  if (::listen(fd.get(), SOMAXCONN) != 0) return system_error(where);
  fmt::print("listening on {}:{}\n", options.address, bound_port(fd.get()));
  std::fflush(stdout);
  return fd;
}

struct Connection {
  Descriptor fd;
  std::string in, out;
  bool input_ended = false;  // the client closed its side first: it still gets its answers
  bool close_when_sent = false;
  bool delayed = false;  // an answer waits for its latency; the next request waits behind it
};

struct Delayed {
  Stamp due;
  std::uint64_t connection;
  std::string bytes;
  bool close;
};

class Server {
 public:
  Server(const ServerOptions& options, const Answerer& answer) : options_(options), answer_(answer) {}
  Result<int> run();

 private:
  static constexpr std::uint64_t signal_tag = 0, listener_tag = 1;

  Result<> prepare();
  Result<> start_listening();
  void watch(int fd, std::uint64_t tag, std::uint32_t events, int operation = EPOLL_CTL_ADD);
  [[nodiscard]] int wait_ms(Stamp now) const;
  void dispatch(const epoll_event& event);
  void read_signal();
  void accept_all();
  void read_from(std::uint64_t id);
  void answer_requests(std::uint64_t id, Connection& connection);
  void send_answer(std::uint64_t id, Connection& connection, std::string bytes, bool close);
  void flush(std::uint64_t id);
  void release_due(Stamp now);
  [[nodiscard]] std::optional<int> ending(Stamp now);

  const ServerOptions& options_;
  const Answerer& answer_;
  const Stamp started_ = monotonic_now();
  Descriptor epoll_, signals_, listener_;
  bool listened_ = false;
  std::map<std::uint64_t, Connection> connections_;
  std::deque<Delayed> delayed_;  // latency is constant, so arrival order is due order
  std::uint64_t next_id_ = 2;
  std::optional<Stamp> drain_end_;
  std::optional<int> exit_now_;
};

void Server::watch(int fd, std::uint64_t tag, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  ::epoll_ctl(epoll_.get(), operation, fd, &event);
}

Result<> Server::prepare() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGPIPE}) sigaddset(&set, signal);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return system_error("sigprocmask");
  sigdelset(&set, SIGPIPE);
  signals_ = Descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!signals_ || !epoll_) return system_error("epoll");
  watch(signals_.get(), signal_tag, EPOLLIN);
  return {};
}

Result<> Server::start_listening() {
  auto listener = listen_on(options_);
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  listened_ = true;
  watch(listener_.get(), listener_tag, EPOLLIN);
  return {};
}

// Until the next thing that the clock, not a socket, brings about; -1: none.
int Server::wait_ms(Stamp now) const {
  std::optional<Stamp> next;
  const auto consider = [&](Stamp at) { next = next ? std::min(*next, at) : at; };
  if (!listened_) consider(started_ + options_.start_delay);
  if (!delayed_.empty()) consider(delayed_.front().due);
  if (drain_end_) consider(*drain_end_);
  if (options_.exit_after.count() > 0) consider(started_ + options_.exit_after);
  if (!next) return -1;
  const auto rest = (*next - now).count();
  return rest <= 0 ? 0 : static_cast<int>(std::min<std::int64_t>(rest / 1'000'000 + 1, 3'600'000));
}

void Server::read_signal() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGINT || options_.on_term == OnTerm::exit_at_once)
      exit_now_ = 0;
    else if (options_.on_term == OnTerm::serve_on && !drain_end_)
      drain_end_ = monotonic_now() + options_.drain;
  }
}

void Server::accept_all() {
  while (listener_) {
    Descriptor fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto id = next_id_++;
    watch(fd.get(), id, EPOLLIN);
    connections_[id].fd = std::move(fd);
    read_from(id);  // the request is often there already
  }
}

void Server::read_from(std::uint64_t id) {
  auto& connection = connections_.at(id);
  char buffer[16384];
  while (!connection.input_ended) {
    const auto got = ::read(connection.fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got < 0) {
      connections_.erase(id);
      return;
    }
    if (got == 0) connection.input_ended = true;
    connection.in.append(buffer, static_cast<std::size_t>(got));
  }
  answer_requests(id, connection);
  flush(id);
}

void Server::answer_requests(std::uint64_t id, Connection& connection) {
  while (!connection.delayed && !connection.close_when_sent) {
    const auto parse = parse_request(connection.in);
    if (parse.state == HttpParse::State::incomplete) return;
    if (parse.state == HttpParse::State::broken) {
      send_answer(id, connection, format_answer({parse.status, ""}, false, false), true);
      return;
    }
    connection.in.erase(0, parse.consumed);
    // A server that is about to go tells its keep-alive clients to connect anew, elsewhere.
    const bool keep = parse.request.keep_alive && !drain_end_;
    const auto answer = answer_(parse.request, monotonic_now() - started_);
    send_answer(id, connection, format_answer(answer, keep, parse.request.head), !keep);
  }
}

void Server::send_answer(std::uint64_t id, Connection& connection, std::string bytes, bool close) {
  if (options_.latency.count() > 0) {
    connection.delayed = true;
    delayed_.push_back({monotonic_now() + options_.latency, id, std::move(bytes), close});
    return;
  }
  connection.out += bytes;
  connection.close_when_sent |= close;
}

void Server::flush(std::uint64_t id) {
  auto& connection = connections_.at(id);
  while (!connection.out.empty()) {
    const auto sent = ::send(connection.fd.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) {
      connections_.erase(id);
      return;
    }
    connection.out.erase(0, static_cast<std::size_t>(sent));
  }
  if (connection.out.empty() && !connection.delayed && (connection.close_when_sent || connection.input_ended)) {
    connections_.erase(id);
    return;
  }
  // An ended input is always readable: watch it no longer, or the loop spins.
  const std::uint32_t events = (connection.input_ended ? 0u : EPOLLIN) | (connection.out.empty() ? 0u : EPOLLOUT);
  watch(connection.fd.get(), id, events, EPOLL_CTL_MOD);
}

void Server::release_due(Stamp now) {
  while (!delayed_.empty() && delayed_.front().due <= now) {
    auto next = std::move(delayed_.front());
    delayed_.pop_front();
    const auto found = connections_.find(next.connection);
    if (found == connections_.end()) continue;
    found->second.delayed = false;
    found->second.out += next.bytes;
    found->second.close_when_sent |= next.close;
    answer_requests(next.connection, found->second);
    flush(next.connection);
  }
}

void Server::dispatch(const epoll_event& event) {
  const std::uint64_t tag = event.data.u64;  // copied: epoll_event is packed, nothing may refer into it
  if (tag == signal_tag)
    read_signal();
  else if (tag == listener_tag)
    accept_all();
  else if (!connections_.contains(tag))
    return;
  else if ((event.events & EPOLLIN) != 0)
    read_from(tag);
  else if ((event.events & (EPOLLHUP | EPOLLERR)) != 0)
    connections_.erase(tag);
  else
    flush(tag);
}

// The exit code, once it is time.
std::optional<int> Server::ending(Stamp now) {
  if (exit_now_) return exit_now_;
  if (options_.exit_after.count() > 0 && now >= started_ + options_.exit_after) return options_.exit_code;
  if (!drain_end_ || now < *drain_end_) return std::nullopt;
  // What the kernel has already accepted for us would be reset by closing the listener: answer it first.
  accept_all();
  listener_.reset();
  listened_ = true;
  for (const auto& [id, connection] : connections_)
    if (connection.delayed || !connection.out.empty()) return std::nullopt;
  return 0;
}

Result<int> Server::run() {
  if (auto ready = prepare(); !ready) return ready.error();
  for (;;) {
    const auto now = monotonic_now();
    if (!listened_ && now >= started_ + options_.start_delay)
      if (auto listening = start_listening(); !listening) return listening.error();
    release_due(now);
    if (const auto code = ending(now)) return *code;
    epoll_event events[64];
    // Past the drain's end only answers under way are waited for, and they need no more than a look every few ms.
    const int wait = drain_end_ && now >= *drain_end_ ? 5 : wait_ms(now);
    const int count = ::epoll_wait(epoll_.get(), events, 64, wait);
    if (count < 0 && errno != EINTR) return system_error("epoll_wait");
    for (int i = 0; i < count; ++i) dispatch(events[i]);
  }
}

}  // namespace

Result<int> serve(const ServerOptions& options, const Answerer& answer) { return Server(options, answer).run(); }

}  // namespace straycat::images
