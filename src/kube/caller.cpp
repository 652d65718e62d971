#include "kube/caller.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "kube/answers.hpp"

namespace straycat::kube {

namespace asio = boost::asio;

namespace {
constexpr Nanos first_patience = std::chrono::seconds{2};
// 500 objects, and a big cluster's of one kind.
constexpr std::size_t most_of_a_page = 64u << 20, most_of_a_list = 512u << 20;
}  // namespace

std::string asked(const Call& call) { return call.method + " " + call.path.substr(0, call.path.find('?')); }

Call list_call(std::string path, const Selection& selection, int limit, const std::string& continue_token) {
  return Call{.path = std::move(path) + query_string(list_query(selection, limit, continue_token)),
              .max_body = limit > 0 ? most_of_a_page : most_of_a_list};
}

asio::awaitable<bool> sleep_for(asio::any_io_executor executor, Nanos length) {
  asio::steady_timer timer{executor, std::chrono::duration_cast<asio::steady_timer::duration>(length)};
  const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

Caller::Caller(asio::any_io_executor executor, const Config& config)
    : executor_(executor), config_(config), sign_in_(executor, config), http_(std::move(executor)) {}

asio::awaitable<Result<net::Request>> Caller::request_for(const Call& call) {
  auto who = co_await sign_in_.identity();
  if (!who) co_return who.error();
  if (call.generation != nullptr) *call.generation = who->generation;
  net::Request request;
  request.method = call.method;
  request.url = config_.server + call.path;
  request.headers = std::move(who->headers);
  request.headers["Accept"] = "application/json";
  request.headers["User-Agent"] = std::string{"straycat/"} + STRAYCAT_VERSION;
  if (!call.content_type.empty()) request.headers["Content-Type"] = call.content_type;
  for (const auto& group : config_.impersonate_groups)
    request.repeated_headers.emplace_back("Impersonate-Group", group);
  for (const auto& [key, value] : config_.impersonate_extra)
    request.repeated_headers.emplace_back("Impersonate-Extra-" + header_key(key), value);
  request.body = call.body;
  request.tls = std::move(who->tls);
  request.proxy = config_.proxy;
  request.repeatable = call.idempotent;
  request.max_body = call.max_body;
  co_return request;
}

std::optional<Nanos> Caller::silence() const {
  return silent_ ? std::optional<Nanos>(monotonic_now() - *silent_) : std::nullopt;
}

void Caller::heard(bool there) {
  if (there)
    silent_.reset();
  else if (!silent_)
    silent_ = monotonic_now();
}

asio::awaitable<Result<net::Response>> Caller::once(Call call) {
  if (given_up_) co_return own_trouble(*given_up_);
  auto request = co_await request_for(call);
  if (!request) co_return request.error();
  asked_ = true;
  auto answer = co_await http_.fetch(std::move(*request));
  if (answer && answer->status < 500) answered_ = monotonic_now();
  const bool there = answer && answer->status < 500;
  const bool cancelled = (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none;
  if (!cancelled) heard(there);
  co_return answer;
}

asio::awaitable<Result<net::Response>> Caller::stream_once(Call call, Nanos idle, net::OnHeader on_header,
                                                           net::OnData on_data) {
  if (given_up_) co_return own_trouble(*given_up_);
  auto request = co_await request_for(call);
  if (!request) co_return request.error();
  request->timeout = Nanos{};
  request->idle_timeout = idle;
  bool there = false;
  net::OnHeader note = [this, &there, on_header = std::move(on_header)](const net::Response& head) {
    there = head.status < 500;
    heard(there);
    if (on_header) on_header(head);
  };
  auto answer = co_await http_.stream(std::move(*request), std::move(note), std::move(on_data));
  const bool cancelled = (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none;
  if (!cancelled && !there) heard(false);
  co_return answer;
}

asio::awaitable<ApiResult<net::Response>> Caller::call(Call call) {
  bool renewed = false;
  unsigned generation = 0;
  call.generation = &generation;
  for (int tries = 1;; ++tries) {
    auto answer = co_await once(call);
    if (answer && answer->status >= 200 && answer->status < 300) co_return std::move(*answer);
    auto error = answer ? error_from(*answer) : error_from_transport(answer.error());
    error.asked = asked(call);
    if (error.code == 401 && !renewed && renew(generation)) {
      renewed = true;
      continue;
    }
    const auto pause = pause_for(error, call.idempotent, tries);
    if (!pause || !co_await sleep_for(executor_, *pause)) co_return error;
  }
}

std::optional<Nanos> Caller::pause_for(const ApiError& error, bool idempotent, int tries) const {
  if (given_up_) return std::nullopt;
  if (const auto again = retry_for(error, idempotent, tries)) return again->after;
  if (!idempotent || !is_outage(error)) return std::nullopt;
  const auto now = monotonic_now();
  // Before its first answer it may be the wrong address: three tries, if they fail fast, instead of the patience. A
  // plugin that failed to sign us in has told a person why.
  const bool first = asked_ && tries < 3 && now - made_ < first_patience;
  const bool hopeful = answered_ ? now - *answered_ < config_.outage_patience : first;
  if (!hopeful) return std::nullopt;
  return outage_pause(tries);
}

asio::awaitable<ApiResult<net::Response>> Caller::stream(Call call, Nanos idle, net::OnHeader on_header,
                                                         net::OnData on_data) {
  unsigned generation = 0;
  call.generation = &generation;
  auto answer = co_await stream_once(call, idle, on_header, on_data);
  if (answer && answer->status == 401 && renew(generation))
    answer = co_await stream_once(std::move(call), idle, std::move(on_header), std::move(on_data));
  if (!answer) co_return error_from_transport(answer.error());
  co_return std::move(*answer);
}

}  // namespace straycat::kube
