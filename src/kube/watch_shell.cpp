// Carries out what the WatchMachine decides.
#include <exception>
#include <random>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "kube/caller.hpp"
#include "kube/json_text.hpp"
#include "kube/query.hpp"
#include "kube/watch_machine.hpp"
#include <straycat/core/tasks.hpp>

namespace straycat::kube {

namespace asio = boost::asio;

using namespace std::chrono_literals;

namespace {

// What a second stream brings at once is all that there is: the API server sends what it has before it waits.
constexpr Nanos replay_length = 250ms;
// Until the watch's own stream brings what the second one brought.
constexpr Nanos own_pace = 1s;

// What a stream was opened for in order to compare: the version of its last change, "" = it brought none.
struct SecondLook {
  bool opened = false, junk = false;
  std::string last, rest;

  bool take(std::string_view bytes) {
    rest += bytes;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      const auto event = parse_json(std::string_view{rest}.substr(0, end));
      rest.erase(0, end + 1);
      const auto type = event ? text_at(*event, {"type"}) : std::string{};
      junk = junk || type.empty() || type == "ERROR";
      if (junk) return false;
      if (type != "BOOKMARK") last = text_at(*event, {"object", "metadata", "resourceVersion"});
    }
    junk = junk || rest.size() > WatchSettings{}.longest_line;
    return !junk;
  }
};

}  // namespace

class WatchShell {
 public:
  WatchShell(Caller& caller, WatchRequest request, OnWatchItem on_item, WatchSettings settings)
      : caller_(caller),
        request_(std::move(request)),
        on_item_(std::move(on_item)),
        machine_(std::move(settings)),
        cut_(caller.executor()) {
    *request_.hold.prove_ = [this](Nanos most) { return prove(most); };
  }
  ~WatchShell() { *request_.hold.prove_ = nullptr; }
  WatchShell(const WatchShell&) = delete;
  WatchShell& operator=(const WatchShell&) = delete;

  asio::awaitable<void> run() {
    tell(WatchStart{monotonic_now()});
    while (!std::holds_alternative<Stop>(action_)) {
      const auto action = std::exchange(action_, KeepReading{});
      auto act = std::visit([this](const auto& wanted) { return carry_out(wanted); }, action);
      co_await std::move(act);
      if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
    }
  }

  asio::awaitable<std::optional<WatchGap>> prove(Nanos most);

 private:
  void tell(const WatchInput& input) {
    auto step = machine_.resume(input);
    action_ = std::move(step.action);
    for (auto& item : step.items) on_item_(std::move(item));
  }

  // Nothing is to be done: a stream's own loop reads on, and run()'s ends.
  asio::awaitable<void> carry_out(const KeepReading&) { co_return; }
  asio::awaitable<void> carry_out(const Stop&) { co_return; }

  asio::awaitable<void> carry_out(const Sleep& sleep) {
    // Apart: with the co_await in the condition and a temporary in the branch g++ 12 resumes a frame that is gone.
    const bool woke = co_await sleep_for(caller_.executor(), sleep.length);
    if (!woke) co_return;
    const WatchInput input = Woke{monotonic_now()};
    tell(input);
  }

  asio::awaitable<void> carry_out(const FetchPage& page) {
    if (page.renew_sign_in) caller_.renew(generation_);
    Call call = list_call(path(), selection(), page.limit, page.continue_token);
    call.generation = &generation_;
    auto answer = co_await caller_.once(std::move(call));
    if (answer)
      tell(ListAnswered{monotonic_now(), std::move(*answer)});
    else
      tell(TransportBroke{monotonic_now(), answer.error().message});
  }

  asio::awaitable<void> carry_out(const OpenStream& stream);
  asio::awaitable<void> until_cut() {
    cut_.expires_at(asio::steady_timer::time_point::max());
    co_await cut_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  void ended(const Result<net::Response>* answer);
  // False: the server could not be asked.
  asio::awaitable<bool> look_again(SecondLook& look);
  // Whether the watch has told all up to this version, or has begun another stream since, before `until`.
  asio::awaitable<bool> reaches(std::string version, Stamp until);
  [[nodiscard]] WatchGap unproven() const;

  Call watch_call(const std::string& version, std::chrono::seconds timeout) const {
    return Call{.path = path() + query_string(watch_query(selection(), version, timeout.count()))};
  }
  [[nodiscard]] bool watching() const { return machine_.state() == WatchMachine::State::watching; }
  [[nodiscard]] std::string path() const { return request_.resource.path(request_.ns); }
  [[nodiscard]] Selection selection() const { return {request_.label_selector, request_.field_selector}; }

  Caller& caller_;
  WatchRequest request_;
  OnWatchItem on_item_;
  WatchMachine machine_;
  WatchAction action_ = KeepReading{};
  unsigned generation_ = 0;  // of the credentials that the last request was signed with
  asio::steady_timer cut_;   // cancelled: the stream is to end
};

asio::awaitable<void> WatchShell::carry_out(const OpenStream& stream) {
  using namespace asio::experimental::awaitable_operators;
  if (stream.renew_sign_in) caller_.renew(generation_);
  bool decided = false;  // the machine wants something else than reading on
  std::exception_ptr thrown;
  const auto hear = [this, &decided, &thrown](const WatchInput& input) {
    if (decided) return false;
    try {
      tell(input);
      decided = !std::holds_alternative<KeepReading>(action_);
    } catch (...) {  // `||` would wait for the stream to be cut, and drop it
      thrown = std::current_exception();
      decided = true;
    }
    return !decided;
  };
  const auto on_header = [&](const net::Response& head) {
    if (head.status < 200 || head.status >= 300) return;
    const auto type = head.headers.find("content-type");
    hear(StreamOpened{monotonic_now(), type == head.headers.end() ? "" : type->second});
  };
  const auto on_data = [&](std::string_view bytes) { return hear(StreamBytes{monotonic_now(), bytes}); };
  auto call = watch_call(stream.resource_version, stream.timeout);
  call.generation = &generation_;
  auto reading = as_value(caller_.stream_once(std::move(call), stream.idle, on_header, on_data));
  auto cutting = until_cut();
  auto won = co_await (std::move(reading) || std::move(cutting));
  if (thrown) std::rethrow_exception(thrown);
  if (!decided) ended(std::get_if<0>(&won));
}

// `answer` null: the stream was cut.
void WatchShell::ended(const Result<net::Response>* answer) {
  if (answer == nullptr)
    tell(TransportBroke{monotonic_now(), "the stream fell silent, and the server had more to tell"});
  else if (!*answer)
    tell(TransportBroke{monotonic_now(), answer->error().message});
  else if ((*answer)->status < 200 || (*answer)->status >= 300)
    tell(StreamRefused{monotonic_now(), **answer});
  else
    tell(StreamEnded{monotonic_now()});
}

asio::awaitable<bool> WatchShell::look_again(SecondLook& look) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer quiet{caller_.executor()};
  const auto on_header = [&](const net::Response& head) {
    const auto type = head.headers.find("content-type");
    look.opened = head.status == 200 && type != head.headers.end() && type->second.starts_with("application/json");
    quiet.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(replay_length));
  };
  const auto on_data = [&](std::string_view bytes) { return look.take(bytes); };
  auto call = watch_call(machine_.resource_version(), 1s);
  auto reading = as_value(caller_.stream_once(std::move(call), 2s, on_header, on_data));
  const auto silence = [&]() -> asio::awaitable<void> {
    quiet.expires_after(2s);
    // Set anew while it runs, it is cancelled, and waits once more.
    for (boost::system::error_code error = asio::error::operation_aborted; error && !look.junk;) {
      if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
      std::tie(error) = co_await quiet.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  };
  auto waiting = silence();
  auto won = co_await (std::move(reading) || std::move(waiting));
  const auto* answer = std::get_if<0>(&won);
  co_return look.opened && !look.junk && (answer == nullptr || *answer);
}

asio::awaitable<bool> WatchShell::reaches(std::string version, Stamp until) {
  for (;;) {
    const bool told = version == machine_.resource_version() || older_version(version, machine_.resource_version());
    if (told || !watching()) co_return true;
    if (monotonic_now() >= until || !co_await sleep_for(caller_.executor(), 10ms)) co_return false;
  }
}

asio::awaitable<std::optional<WatchGap>> WatchShell::prove(Nanos most) {
  const auto until = monotonic_now() + most;
  if (!machine_.began()) co_return std::nullopt;
  while (monotonic_now() < until) {
    SecondLook look;
    bool asked = false, brought = false;
    if (watching()) asked = co_await look_again(look);
    if (asked && look.last.empty() && watching()) co_return std::nullopt;
    const auto pace = std::min(until, monotonic_now() + own_pace);
    if (asked && !look.last.empty()) brought = co_await reaches(look.last, pace);
    if (brought && watching()) co_return std::nullopt;
    if (asked && !look.last.empty() && !brought) cut_.cancel();
    const bool on = co_await sleep_for(caller_.executor(), 50ms);
    if (!on) break;
  }
  co_return unproven();
}

WatchGap WatchShell::unproven() const {
  const auto now = monotonic_now();
  const auto gap = machine_.open_gap(now);
  return gap ? *gap : machine_.doubt(now, "whether the stream told everything could not be asked");
}

asio::awaitable<std::optional<WatchGap>> WatchHold::prove(Nanos most) {
  const auto prove = *prove_;
  if (!prove) co_return std::nullopt;
  co_return co_await prove(most);
}

asio::awaitable<void> run_watch(Caller& caller, WatchRequest request, OnWatchItem on_item) {
  WatchSettings settings{.resource = request.resource, .seed = std::random_device{}()};
  return run_watch(caller, std::move(request), std::move(on_item), std::move(settings));
}

asio::awaitable<void> run_watch(Caller& caller, WatchRequest request, OnWatchItem on_item, WatchSettings settings) {
  WatchShell shell{caller, std::move(request), std::move(on_item), std::move(settings)};
  co_await shell.run();
}

}  // namespace straycat::kube
