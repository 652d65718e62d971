#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <straycat/probe/limits.hpp>
#include <straycat/probe/session.hpp>

namespace straycat::probe {

namespace {

constexpr int most_in_one_go = 16;  // sent before the loop sees to its other work
constexpr Nanos beat = std::chrono::milliseconds{100};

// Whichever it is, it is ready before the first request is due.
std::unique_ptr<Engine> engine_for(const SessionOptions& options, const boost::asio::any_io_executor& executor) {
  const bool fast =
      options.engine == EngineChoice::fast || (options.engine == EngineChoice::fitting && is_plain(options.request));
  return (fast ? make_fast_engine : make_curl_engine)(executor, options.engine_options);
}

std::chrono::steady_clock::time_point timer_time(Stamp at) {
  return std::chrono::steady_clock::time_point(Nanos{at.ns});
}

}  // namespace

struct Session::Impl {
  Impl(const boost::asio::any_io_executor& executor, SessionOptions session_options,
       std::shared_ptr<const Prepared> prepared)
      : options(std::move(session_options)),
        request(std::move(prepared)),
        pacer(options.pace),
        send_timer(executor),
        beat_timer(executor),
        drain_timer(executor),
        engine(engine_for(options, executor)) {}

  void begin();
  void step();
  void send(Stamp intended);
  void ended(std::size_t phase, const Attempt& attempt);
  void wake_at(Stamp at);
  void plan_beat(Stamp due);
  void take_beat(Stamp due);
  void wind_down();
  void finish();
  template <class Act>
  void each_tally(const Act& act) {
    act(whole);
    for (auto& [name, tally] : phases) act(tally);
  }

  SessionOptions options;
  std::shared_ptr<const Prepared> request;
  Pacer pacer;
  Tally whole{Stamp{}};
  std::vector<std::pair<std::string, Tally>> phases;
  std::function<void(const Outcome&)> done;
  boost::asio::steady_timer send_timer, beat_timer, drain_timer;
  LoopLag lag;
  Stamp zero, wake, beaten;  // wake: when the send timer fires, 0 = it does not run; beaten: the last beat
  std::uint64_t under_way = 0, skipped_before = 0;
  bool stopped = false, winding_down = false, finished = false;
  std::unique_ptr<Engine> engine;  // last: it drops what is under way without a call
};

void Session::Impl::begin() {
  zero = beaten = monotonic_now();
  whole = Tally(zero);
  (void)lag.tick(zero, zero, cpu_use());
  plan_beat(zero + beat);
  step();
}

void Session::Impl::step() {
  if (finished) return;
  for (int i = 0; i < most_in_one_go && !stopped; ++i) {
    const Turn turn = pacer.next(monotonic_now() - zero);
    if (turn.what == Turn::What::stop) stopped = true;
    if (turn.what == Turn::What::wait) {
      if (turn.at != Nanos::max()) wake_at(zero + turn.at);
      return;
    }
    if (turn.what == Turn::What::send) send(zero + turn.at);
  }
  if (stopped) return wind_down();
  wake_at(monotonic_now());
}

void Session::Impl::send(Stamp intended) {
  ++under_way;
  const std::size_t phase = phases.size();
  const Stamp started =
      engine->start(request, intended, [this, phase](const Attempt& attempt) { ended(phase, attempt); });
  whole.started(intended, started);
  if (phase > 0) phases[phase - 1].second.started(intended, started);
}

void Session::Impl::ended(std::size_t phase, const Attempt& attempt) {
  --under_way;
  whole.ended(attempt);
  if (phase > 0) phases[phase - 1].second.ended(attempt);
  pacer.ended(attempt.ended - zero);
  if (stopped) return wind_down();
  if (options.pace.stretches.empty()) step();
}

void Session::Impl::wake_at(Stamp at) {
  if (wake != Stamp{} && wake <= at) return;
  wake = at;
  send_timer.expires_at(timer_time(at));
  send_timer.async_wait([this](boost::system::error_code error) {
    if (error) return;
    wake = {};
    step();
  });
}

void Session::Impl::plan_beat(Stamp due) {
  beat_timer.expires_at(timer_time(due));
  beat_timer.async_wait([this, due](boost::system::error_code error) {
    if (error || finished) return;
    take_beat(due);
    plan_beat(monotonic_now() + beat);
  });
}

void Session::Impl::take_beat(Stamp due) {
  const Stamp now = monotonic_now();
  const Stall stall = lag.tick(std::min(due, now), now, cpu_use());
  const EngineHealth health = engine->take_health();
  // Whether it was stopped is inferred, and hides nothing of what the kernel said no to.
  const bool was_stopped = stall == Stall::stopped;
  const Limit limit = limit_of(health, port_table(), was_stopped ? Stall::none : stall, conntrack_table());
  const Stamp from = stall == Stall::none ? beaten : due;
  const std::uint64_t skipped = pacer.skipped();
  each_tally([&](Tally& tally) {
    if (was_stopped) tally.limit(Limit::stopped, from, now);
    if (limit != Limit::none) tally.limit(limit, from, now);
    tally.settle(now);
  });
  whole.skipped(skipped);
  whole.own_ports(health.own_ports);
  if (!phases.empty()) phases.back().second.skipped(skipped - skipped_before);
  beaten = now;
}

void Session::Impl::wind_down() {
  if (under_way == 0) return finish();
  if (winding_down) return;
  winding_down = true;
  drain_timer.expires_after(options.drain);
  drain_timer.async_wait([this](boost::system::error_code error) {
    if (!error) finish();
  });
}

void Session::Impl::finish() {
  if (finished) return;
  take_beat(monotonic_now());
  finished = true;
  send_timer.cancel();
  beat_timer.cancel();
  drain_timer.cancel();
  const Stamp now = monotonic_now();
  Outcome outcome{whole.finish(now), {}};
  for (auto& [name, tally] : phases) outcome.phases.emplace_back(name, tally.finish(now));
  done(outcome);
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::make(boost::asio::any_io_executor executor, SessionOptions options) {
  if (options.pace.stretches.empty() && options.pace.loops < 1) return bad_input("neither a rate nor loops");
  auto prepared = prepare(options.request);
  if (!prepared) return prepared.error();
  if (options.engine == EngineChoice::fast && !is_plain(options.request)) {
    return bad_input("the fast engine sends plain http over new connections only; this needs the curl engine");
  }
  return std::unique_ptr<Session>(
      new Session(std::make_unique<Impl>(executor, std::move(options), std::move(*prepared))));
}

void Session::begin(std::function<void(const Outcome&)> done) {
  impl_->done = std::move(done);
  impl_->begin();
}

// A phase ends where the next begins; what it has under way still comes to it.
void Session::phase(const std::string& name) {
  const Stamp now = monotonic_now();
  impl_->skipped_before = impl_->pacer.skipped();
  if (!impl_->phases.empty()) impl_->phases.back().second.close(now);
  impl_->phases.emplace_back(name, Tally(now));
}

void Session::stop() {
  if (impl_->finished) return;
  const bool again = impl_->stopped;
  impl_->stopped = true;
  again ? impl_->finish() : impl_->wind_down();
}

const Summary& Session::so_far() const { return impl_->whole.so_far(); }

}  // namespace straycat::probe
