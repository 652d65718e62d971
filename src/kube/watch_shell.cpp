// Carries out what the WatchMachine decides.
#include <random>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "kube/caller.hpp"
#include "kube/query.hpp"
#include "kube/watch_machine.hpp"

namespace straycat::kube {

namespace asio = boost::asio;

namespace {

class WatchShell {
 public:
  WatchShell(Caller& caller, WatchRequest request, std::function<void(const WatchItem&)> on_item)
      : caller_(caller),
        request_(std::move(request)),
        on_item_(std::move(on_item)),
        machine_({.resource = request_.resource, .seed = std::random_device{}()}) {}

  asio::awaitable<void> run() {
    tell(WatchStart{monotonic_now()});
    while (!std::holds_alternative<Stop>(action_)) {
      const auto action = std::exchange(action_, KeepReading{});
      if (const auto* page = std::get_if<FetchPage>(&action))
        co_await fetch(*page);
      else if (const auto* stream = std::get_if<OpenStream>(&action))
        co_await read(*stream);
      else if (const auto* sleep = std::get_if<Sleep>(&action))
        co_await wait(*sleep);
      if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
    }
  }

 private:
  void tell(const WatchInput& input) {
    auto step = machine_.resume(input);
    action_ = std::move(step.action);
    for (const auto& item : step.items) on_item_(item);
  }

  asio::awaitable<void> wait(const Sleep& sleep) {
    // Apart: with the co_await in the condition and a temporary in the branch g++ 12 resumes a frame that is gone.
    const bool woke = co_await sleep_for(caller_.executor(), sleep.length);
    if (!woke) co_return;
    const WatchInput input = Woke{monotonic_now()};
    tell(input);
  }

  asio::awaitable<void> fetch(const FetchPage& page) {
    if (page.renew_sign_in) caller_.renew();
    const auto query = list_query(selection(), page.limit, page.continue_token);
    Call call{.path = path() + query_string(query)};
    auto answer = co_await caller_.once(std::move(call));
    if (answer)
      tell(ListAnswered{monotonic_now(), std::move(*answer)});
    else
      tell(TransportBroke{monotonic_now(), answer.error().message});
  }

  asio::awaitable<void> read(const OpenStream& stream) {
    if (stream.renew_sign_in) caller_.renew();
    bool decided = false;  // the machine wants something else than reading on
    const auto hear = [this, &decided](const WatchInput& input) {
      if (decided) return false;
      tell(input);
      decided = !std::holds_alternative<KeepReading>(action_);
      return !decided;
    };
    const auto on_header = [&](const net::Response& head) {
      if (head.status < 200 || head.status >= 300) return;
      const auto type = head.headers.find("content-type");
      hear(StreamOpened{monotonic_now(), type == head.headers.end() ? "" : type->second});
    };
    const auto on_data = [&](std::string_view bytes) { return hear(StreamBytes{monotonic_now(), bytes}); };
    const auto query = watch_query(selection(), stream.resource_version, stream.timeout.count());
    Call call{.path = path() + query_string(query)};
    auto answer = co_await caller_.stream_once(std::move(call), stream.idle, on_header, on_data);
    if (decided) co_return;
    if (!answer)
      tell(TransportBroke{monotonic_now(), answer.error().message});
    else if (answer->status < 200 || answer->status >= 300)
      tell(StreamRefused{monotonic_now(), std::move(*answer)});
    else
      tell(StreamEnded{monotonic_now()});
  }

  [[nodiscard]] std::string path() const { return request_.resource.path(request_.ns); }
  [[nodiscard]] Selection selection() const { return {request_.label_selector, request_.field_selector}; }

  Caller& caller_;
  WatchRequest request_;
  std::function<void(const WatchItem&)> on_item_;
  WatchMachine machine_;
  WatchAction action_ = KeepReading{};
};

}  // namespace

asio::awaitable<void> run_watch(Caller& caller, WatchRequest request, std::function<void(const WatchItem&)> on_item) {
  WatchShell shell{caller, std::move(request), std::move(on_item)};
  co_await shell.run();
}

}  // namespace straycat::kube
