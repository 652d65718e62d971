// One call to the API server: signed in, retried where that is safe. Private to `kube`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "kube/query.hpp"
#include "kube/sign_in.hpp"
#include <straycat/kube/client.hpp>
#include <straycat/net/http.hpp>

namespace straycat::kube {

struct Call {
  std::string method = "GET";
  std::string path = {};  // with its query
  std::string body = {}, content_type = {};
  bool idempotent = true;
  std::size_t max_body = 16u << 20;  // an object is kept by etcd up to 1.5 MiB
  unsigned* generation = nullptr;    // where to note which credentials were used; must outlive the call
};

// "GET /api/v1/pods".
[[nodiscard]] std::string asked(const Call& call);
// One page of a list; `limit` 0: all at once.
[[nodiscard]] Call list_call(std::string path, const Selection& selection, int limit,
                             const std::string& continue_token);

class Caller {
 public:
  // `config` must outlive it.
  Caller(boost::asio::any_io_executor executor, const Config& config);

  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }
  // A whole answer with a 2xx status. 401 renews the sign-in once; see retry_for and Config::outage_patience.
  boost::asio::awaitable<ApiResult<net::Response>> call(Call call);
  // A stream, as net::Http::stream: any status is an answer. 401 is renewed once here, too.
  boost::asio::awaitable<ApiResult<net::Response>> stream(Call call, Nanos idle, net::OnHeader on_header,
                                                          net::OnData on_data);
  // Any status, nothing retried: for the watch, which decides by itself.
  boost::asio::awaitable<Result<net::Response>> once(Call call);
  boost::asio::awaitable<Result<net::Response>> stream_once(Call call, Nanos idle, net::OnHeader on_header,
                                                            net::OnData on_data);
  bool renew(unsigned generation) { return sign_in_.renew(generation); }
  // From now on each call fails at once, so.
  void give_up(std::string why) { given_up_ = std::move(why); }
  // How long every request has gone without an answer; none: the last one got one.
  [[nodiscard]] std::optional<Nanos> silence() const;

 private:
  boost::asio::awaitable<Result<net::Request>> request_for(const Call& call);
  // Whether the server was there, of a request that nobody took back.
  void heard(bool there);
  // How long to wait before a call that failed so is made again; nothing = not at all.
  [[nodiscard]] std::optional<Nanos> pause_for(const ApiError& error, bool idempotent, int tries) const;

  boost::asio::any_io_executor executor_;
  const Config& config_;
  SignIn sign_in_;
  net::Http http_;
  Stamp made_ = monotonic_now();   // when this caller was
  bool asked_ = false;             // a request has left
  std::optional<Stamp> answered_;  // when the API server last did
  std::optional<Stamp> silent_;    // since when it has not
  std::optional<std::string> given_up_;
};

// Client::watch's shell around the machine.
boost::asio::awaitable<void> run_watch(Caller& caller, WatchRequest request, OnWatchItem on_item);
// With other settings than a real API server wants: for tests.
struct WatchSettings;
boost::asio::awaitable<void> run_watch(Caller& caller, WatchRequest request, OnWatchItem on_item,
                                       WatchSettings settings);

// False when the caller's coroutine was cancelled.
boost::asio::awaitable<bool> sleep_for(boost::asio::any_io_executor executor, Nanos length);

}  // namespace straycat::kube
