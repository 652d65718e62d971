#include "cluster/node/prober.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace straycat::cluster {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

ProbeAnswer failure(std::string message) { return {ProbeOutcome::failure, std::move(message), false}; }

// Go's name of the system call that failed, and the kernel's words.
std::string go_words(const error_code& error) {
  if (error == asio::error::connection_refused) return "connection refused";
  if (error == asio::error::connection_reset) return "connection reset by peer";
  if (error == asio::error::host_unreachable) return "no route to host";
  if (error == asio::error::network_unreachable) return "network is unreachable";
  if (error == asio::error::timed_out) return "connection timed out";
  return error.message();
}

// Connects, and for HTTP sends the request and reads the head of the answer.
class NetworkProbe : public std::enable_shared_from_this<NetworkProbe> {
 public:
  NetworkProbe(const asio::any_io_executor& executor, const Handler& handler, const std::string& address,
               OnAnswer on_answer)
      : socket_(executor),
        timer_(executor),
        handler_(handler),
        host_(handler.host.empty() ? address : handler.host),
        on_answer_(std::move(on_answer)) {}

  void start(Nanos timeout, const OpenSocket& open) {
    timer_.expires_after(timeout);
    timer_.async_wait([weak = weak_from_this()](const error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->answer(failure(self->timeout_text()));
    });
    error_code bad;
    const auto ip = asio::ip::make_address(host_ == "localhost" ? "127.0.0.1" : host_, bad);
    if (handler_.port == 0)
      return answer_soon({ProbeOutcome::failure, "couldn't find port: " + handler_.port_name, true});
    if (bad) return answer_soon({ProbeOutcome::failure, "lookup " + host_ + ": no such host", true});
    auto socket = open();
    if (!socket) return answer_soon(failure(get_text() + dial_text() + socket.error().message));
    if (ip.is_v4()) socket_.assign(tcp::v4(), socket->get(), bad);
    if (ip.is_v4() && !bad) (void)socket->release();
    socket_.async_connect(tcp::endpoint(ip, static_cast<std::uint16_t>(handler_.port)), [self = shared_from_this()](
                                                                                            const error_code& error) {
      if (self->over()) return;
      if (error) return self->answer(failure(self->get_text() + self->dial_text() + "connect: " + go_words(error)));
      self->connected_ = true;
      if (!self->http()) return self->answer({ProbeOutcome::success, "", false});
      self->handler_.scheme == "HTTPS" ? self->shake_hands() : self->send(self->socket_);
    });
  }

  void cancel() {
    on_answer_ = nullptr;
    close();
  }

 private:
  [[nodiscard]] bool over() const { return on_answer_ == nullptr; }
  [[nodiscard]] bool http() const { return handler_.kind == Handler::Kind::http; }
  [[nodiscard]] std::string endpoint() const { return fmt::format("{}:{}", host_, handler_.port); }
  [[nodiscard]] std::string get_text() const {
    return http() ? fmt::format("Get \"{}://{}{}\": ", scheme(), endpoint(), handler_.path) : "";
  }
  [[nodiscard]] const char* scheme() const { return handler_.scheme == "HTTPS" ? "https" : "http"; }
  [[nodiscard]] std::string dial_text() const { return fmt::format("dial tcp {}: ", endpoint()); }

  [[nodiscard]] std::string timeout_text() const {
    if (!http()) return dial_text() + "i/o timeout";
    if (!connected_) return get_text() + dial_text() + "i/o timeout (Client.Timeout exceeded while awaiting headers)";
    return get_text() + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  }

  // The certificate is not verified, as kubelet does not.
  void shake_hands() {
    tls_context_.emplace(asio::ssl::context::tls_client);
    tls_.emplace(socket_, *tls_context_);
    tls_->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const error_code& error) {
      if (self->over()) return;
      if (error) return self->answer(failure(self->get_text() + "tls: " + error.message()));
      self->send(*self->tls_);
    });
  }

  [[nodiscard]] std::string request_text() const {
    std::string host = endpoint(), extra;
    bool agent = false, accept = false;
    for (const auto& [name, value] : handler_.headers) {
      std::string lower = name;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      agent = agent || lower == "user-agent";
      accept = accept || lower == "accept";
      if (lower == "host")
        host = value;
      else
        extra += name + ": " + value + "\r\n";
    }
    if (!agent) extra += "User-Agent: kube-probe/1.36\r\n";
    if (!accept) extra += "Accept: */*\r\n";
    return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n", handler_.path, host, extra);
  }

  template <class Stream>
  void send(Stream& stream) {
    request_ = request_text();
    asio::async_write(stream, asio::buffer(request_),
                      [self = shared_from_this(), &stream](const error_code& error, std::size_t) {
                        if (self->over()) return;
                        if (error) return self->answer(failure(self->get_text() + "write: " + go_words(error)));
                        self->receive(stream);
                      });
  }

  template <class Stream>
  void receive(Stream& stream) {
    stream.async_read_some(asio::buffer(buffer_), [self = shared_from_this(), &stream](const error_code& error,
                                                                                       std::size_t size) {
      if (self->over()) return;
      self->head_.append(self->buffer_.data(), size);
      if (self->head_.find("\r\n\r\n") != std::string::npos || self->head_.size() > 65536) return self->judge();
      if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
        return self->answer(failure(self->get_text() + "EOF"));
      if (error)
        return self->answer(failure(self->get_text() + "read tcp " + self->endpoint() + ": read: " + go_words(error)));
      self->receive(stream);
    });
  }

  void judge() {
    int status = 0;
    if (head_.starts_with("HTTP/1.") && head_.size() > 12) status = std::atoi(head_.c_str() + 9);
    if (status < 100)
      return answer(failure(get_text() + "net/http: HTTP/1.x transport connection broken: malformed HTTP response"));
    if (status >= 200 && status < 400) return answer({ProbeOutcome::success, "", false});
    answer(failure(fmt::format("HTTP probe failed with statuscode: {}", status)));
  }

  void answer_soon(ProbeAnswer what) {
    asio::post(socket_.get_executor(), [self = shared_from_this(), what = std::move(what)] { self->answer(what); });
  }

  void answer(ProbeAnswer what) {
    const auto tell = std::exchange(on_answer_, nullptr);
    close();
    if (tell) tell(std::move(what));
  }

  void close() {
    error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
  }

  tcp::socket socket_;
  std::optional<asio::ssl::context> tls_context_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer timer_;
  Handler handler_;
  std::string host_, request_, head_;
  std::array<char, 4096> buffer_{};
  OnAnswer on_answer_;
  bool connected_ = false;
};

class ExecProbe : public std::enable_shared_from_this<ExecProbe> {
 public:
  ExecProbe(asio::any_io_executor executor, Command command, OnAnswer on_answer)
      : executor_(std::move(executor)),
        timer_(executor_),
        output_(executor_),
        command_(std::move(command)),
        on_answer_(std::move(on_answer)) {}

  void start(Nanos timeout) {
    auto pipe = make_pipe();
    if (!pipe) return answer_soon({ProbeOutcome::failure, pipe.error().message, true});
    command_.out_fd = command_.err_fd = pipe->write.get();
    const std::weak_ptr<ExecProbe> weak = weak_from_this();
    auto process = Process::start(executor_, command_,
                                  {[weak](const std::string& error) {
                                     if (const auto self = weak.lock(); self && !error.empty())
                                       self->answer({ProbeOutcome::failure, error, true});
                                   },
                                   [weak](int code) {
                                     if (const auto self = weak.lock()) self->exited(code);
                                   }});
    if (!process) return answer_soon({ProbeOutcome::failure, process.error().message, true});
    process_ = std::move(*process);
    output_.assign(pipe->read.release());
    read();
    timer_.expires_after(timeout);
    timer_.async_wait([weak, timeout](const error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->answer(failure(self->timeout_text(timeout)));
    });
  }

  void cancel() {
    on_answer_ = nullptr;
    close();
  }

 private:
  void read() {
    output_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](const error_code& error, std::size_t size) {
                              if (error || self->on_answer_ == nullptr) return;
                              if (self->text_.size() < 10240) self->text_.append(self->buffer_.data(), size);
                              self->read();
                            });
  }

  // What the command wrote before its end may still stand in the pipe.
  void exited(int code) {
    error_code error;
    output_.non_blocking(true, error);
    while (text_.size() < 10240) {
      const std::size_t size = output_.read_some(asio::buffer(buffer_), error);
      if (error || size == 0) break;
      text_.append(buffer_.data(), size);
    }
    answer(code == 0 ? ProbeAnswer{ProbeOutcome::success, "", false} : failure(text_));
  }

  [[nodiscard]] std::string timeout_text(Nanos timeout) const {
    std::string words;
    for (const std::string& word : command_.arguments) words += (words.empty() ? "" : " ") + word;
    return fmt::format("command timed out: \"{}\" timed out after {}", words, format_duration(timeout));
  }

  void answer_soon(ProbeAnswer what) {
    asio::post(executor_, [self = shared_from_this(), what = std::move(what)] { self->answer(what); });
  }

  void answer(ProbeAnswer what) {
    const auto tell = std::exchange(on_answer_, nullptr);
    close();
    if (tell) tell(std::move(what));
  }

  void close() {
    error_code ignored;
    timer_.cancel();
    output_.close(ignored);
    process_.reset();
  }

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  asio::posix::stream_descriptor output_;
  Command command_;
  OnAnswer on_answer_;
  std::unique_ptr<Process> process_;
  std::string text_;
  std::array<char, 4096> buffer_{};
};

// The probe keeps itself alive while an operation is pending; the token's end makes it fall silent.
template <class Probe>
Attempt kept(const std::shared_ptr<Probe>& probe) {
  return Attempt(std::shared_ptr<void>(nullptr, [probe](void*) { probe->cancel(); }));
}

Attempt ask(const asio::any_io_executor& executor, const Handler& handler, const std::string& address, Nanos timeout,
            OnAnswer on_answer, const OpenSocket& open) {
  const auto probe = std::make_shared<NetworkProbe>(executor, handler, address, std::move(on_answer));
  probe->start(timeout, open);
  return kept(probe);
}

}  // namespace

Attempt probe_http(asio::any_io_executor executor, const Handler& handler, const std::string& address, Nanos timeout,
                   OnAnswer on_answer, const OpenSocket& open) {
  return ask(executor, handler, address, timeout, std::move(on_answer), open);
}

Attempt probe_tcp(asio::any_io_executor executor, const Handler& handler, const std::string& address, Nanos timeout,
                  OnAnswer on_answer, const OpenSocket& open) {
  return ask(executor, handler, address, timeout, std::move(on_answer), open);
}

Attempt probe_exec(asio::any_io_executor executor, Command command, Nanos timeout, OnAnswer on_answer) {
  const auto probe = std::make_shared<ExecProbe>(std::move(executor), std::move(command), std::move(on_answer));
  probe->start(timeout);
  return kept(probe);
}

}  // namespace straycat::cluster
