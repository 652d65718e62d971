#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "net/easy.hpp"
#include "net/multi.hpp"
#include <straycat/net/http.hpp>

namespace straycat::net {

namespace asio = boost::asio;

namespace {

std::string_view trim(std::string_view text) {
  const auto space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// One request on its way. curl's callbacks only collect; deliver() hands on.
class Transfer : public MultiClient, public std::enable_shared_from_this<Transfer> {
 public:
  Transfer(std::shared_ptr<Multi> multi, Request request, OnHeader on_header, OnData on_data)
      : multi_(std::move(multi)),
        request_(std::move(request)),
        on_header_(std::move(on_header)),
        on_data_(std::move(on_data)),
        done_(multi_->executor(), asio::steady_timer::time_point::max()),
        idle_(multi_->executor()) {}
  ~Transfer() override { stop(); }

  asio::awaitable<Result<Response>> run() {
    auto easy = make_easy(request_);
    if (!easy) co_return easy.error();
    easy_ = std::move(*easy);
    start();
    if (!ended_) co_await done_.async_wait(asio::as_tuple(asio::use_awaitable));
    stop();
    if (thrown_) std::rethrow_exception(thrown_);
    if (!ended_) co_return own_trouble("cancelled");
    if (!error_.empty())
      co_return own_trouble(fmt::format("{} {}: {}", request_.method, origin_of(request_.url), error_));
    co_return std::move(response_);
  }

  // What the caller's own callbacks throw is for the caller's coroutine, not for the loop that happens to run them.
  void deliver() override {
    if (ended_) return;
    last_byte_ = monotonic_now();
    try {
      hand_over();
    } catch (...) {
      thrown_ = std::current_exception();
      end({});
    }
  }

  void finished(CURLcode code) override {
    deliver();
    if (ended_) return;
    if (code == CURLE_OK) return end({});
    end(error_.empty() ? words_for(code) : std::move(error_));
  }

 private:
  void start() {
    CURL* handle = easy_->handle.get();
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_curl_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_curl_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    last_byte_ = monotonic_now();
    if (request_.idle_timeout > Nanos{0}) watch_idle(request_.idle_timeout);
    multi_->add(handle, weak_from_this());
  }

  void hand_over() {
    if (header_whole_ && !header_told_) {
      header_told_ = true;
      if (on_header_) on_header_(response_);
    }
    if (collected_.empty() || ended_) return;
    const auto piece = std::exchange(collected_, {});
    if (!on_data_(piece)) end({});
  }

  void stop() {
    idle_.cancel();
    if (easy_) multi_->remove(easy_->handle.get());
  }

  void end(std::string error) {
    ended_ = true;
    error_ = std::move(error);
    stop();
    done_.cancel();
  }

  [[nodiscard]] std::string words_for(CURLcode code) const {
    std::string words = easy_->error[0] != '\0' ? easy_->error : curl_easy_strerror(code);
    long number = 0;
    // "Couldn't connect to server" does not say why; errno does.
    if (code == CURLE_COULDNT_CONNECT &&
        curl_easy_getinfo(easy_->handle.get(), CURLINFO_OS_ERRNO, &number) == CURLE_OK && number != 0)
      words += fmt::format(" ({})", std::strerror(static_cast<int>(number)));
    return words;
  }

  void watch_idle(Nanos length) {
    idle_.expires_after(length);
    idle_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!self || error || self->ended_) return;
      const auto left = self->request_.idle_timeout - (monotonic_now() - self->last_byte_);
      if (left > Nanos{0}) return self->watch_idle(left);
      self->end(fmt::format("no byte for {}", format_duration(self->request_.idle_timeout)));
    });
  }

  static size_t on_curl_header(char* data, size_t, size_t size, void* self) {
    static_cast<Transfer*>(self)->take_header(trim({data, size}));
    return size;
  }

  void take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // a new answer begins: that before was an interim one (1xx)
      response_ = {};
      const auto space = line.find(' ');
      if (space != std::string_view::npos) response_.status = std::atoi(std::string{line.substr(space + 1, 3)}.c_str());
      return;
    }
    if (line.empty()) {
      header_whole_ = response_.status >= 200;
      if (header_whole_) multi_->has_data(easy_->handle.get());
      return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || header_whole_) return;  // trailers are of no use here
    std::string name{line.substr(0, colon)};
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    response_.headers[name] = trim(line.substr(colon + 1));
  }

  static size_t on_curl_body(char* data, size_t, size_t size, void* self) {
    return static_cast<Transfer*>(self)->take_body({data, size}) ? size : CURL_WRITEFUNC_ERROR;
  }

  bool take_body(std::string_view piece) {
    const bool streams = on_data_ && response_.status >= 200 && response_.status < 300;
    auto& into = streams ? collected_ : response_.body;
    if (!streams && into.size() + piece.size() > request_.max_body) {
      error_ = fmt::format("the answer is longer than {} bytes", request_.max_body);
      return false;
    }
    into.append(piece);
    multi_->has_data(easy_->handle.get());
    return true;
  }

  std::shared_ptr<Multi> multi_;
  Request request_;
  OnHeader on_header_;
  OnData on_data_;
  asio::steady_timer done_, idle_;
  std::unique_ptr<Easy> easy_;
  Response response_;
  std::string collected_, error_;
  std::exception_ptr thrown_;  // by a callback
  Stamp last_byte_;
  bool header_whole_ = false, header_told_ = false, ended_ = false;
};

// The transfer is kept in the frame: destroying a suspended coroutine takes it out of curl.
asio::awaitable<Result<Response>> carry_out(std::shared_ptr<Transfer> transfer) { co_return co_await transfer->run(); }

}  // namespace

struct Http::Impl {
  std::shared_ptr<Multi> multi;
};

Http::Http(asio::any_io_executor executor) : impl_(std::make_shared<Impl>()) {
  impl_->multi = std::make_shared<Multi>(std::move(executor));
}
Http::~Http() = default;
Http::Http(Http&&) noexcept = default;
Http& Http::operator=(Http&&) noexcept = default;

asio::awaitable<Result<Response>> Http::fetch(Request request) { return stream(std::move(request), nullptr, nullptr); }

asio::awaitable<Result<Response>> Http::stream(Request request, OnHeader on_header, OnData on_data) {
  // No coroutine itself, so that the request holds what it needs even when this client goes before it begins.
  return carry_out(
      std::make_shared<Transfer>(impl_->multi, std::move(request), std::move(on_header), std::move(on_data)));
}

}  // namespace straycat::net
