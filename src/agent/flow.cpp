#include "agent/flow.hpp"

#include <algorithm>
#include <limits>

namespace straycat::agent {

namespace {

// Sent in one go before the loop sees to its other work.
constexpr int most_in_one_go = 16;
constexpr Stamp never{std::numeric_limits<std::int64_t>::max()};
// A direct probe asks whether somebody listens: it need not wait as long as the traffic may.
constexpr Nanos direct_connect_timeout = std::chrono::seconds{2};
constexpr Nanos direct_timeout = std::chrono::seconds{5};

Nanos shorter(Nanos a, Nanos b) { return a == Nanos{0} ? b : std::min(a, b); }

AttemptFailed failed_record(const std::string& traffic, std::uint64_t id, const probe::Attempt& attempt) {
  AttemptFailed record;
  record.traffic = traffic;
  record.id = id;
  record.intended_ns = attempt.intended.ns;
  record.started_ns = attempt.started.ns;
  record.connect_ns = attempt.connect.ns;
  record.ended_ns = attempt.ended.ns;
  record.failure = *attempt.failure;
  record.local_address = attempt.local_address;
  record.local_port = attempt.local_port;
  record.remote_address = attempt.remote_address;
  record.remote_port = attempt.remote_port;
  record.reused = attempt.reused;
  record.status = attempt.status;
  record.body_hash = attempt.body_sha256;
  record.body_bytes = attempt.body_bytes;
  return record;
}

DirectProbe direct_record(const std::string& traffic, const DirectPlan::Order& order, const probe::Attempt& attempt) {
  DirectProbe record;
  record.traffic = traffic;
  record.endpoint = order.endpoint;
  record.why = order.why;
  record.started_ns = attempt.started.ns;
  record.ended_ns = attempt.ended.ns;
  record.ok = attempt.ok();
  record.failure = attempt.failure;
  record.status = attempt.status;
  record.body_hash = attempt.body_sha256;
  return record;
}

}  // namespace

Result<probe::ProbeRequest> request_of(const plan::TrafficPlan& traffic) {
  probe::ProbeRequest request;
  request.method = traffic.method;
  request.url = traffic.url;
  request.headers = traffic.headers;
  request.expect.statuses = traffic.expect.statuses;
  request.expect.body_equals = traffic.expect.body;
  request.expect.body_contains = traffic.expect.body_contains;
  request.timeouts.connect = traffic.connect_timeout;
  request.timeouts.total = traffic.timeout;
  request.reuse = traffic.keep_alive;
  if (Result<std::shared_ptr<const probe::Prepared>> checked = probe::prepare(request); !checked) {
    return checked.error().within("traffic " + traffic.name);
  }
  return request;
}

Result<probe::Pace> pace_of(const plan::TrafficPlan& traffic, const Orders& orders) {
  if (traffic.pace.rate_per_second <= 0 && traffic.pace.loops <= 0) {
    return bad_input("traffic " + traffic.name + ": neither a rate nor loops");
  }
  probe::Pace pace = traffic.pace.rate_per_second > 0 ? probe::constant_rate(traffic.pace.rate_per_second)
                                                      : probe::closed_loop(traffic.pace.loops, traffic.pace.pause);
  pace.max_length = orders.max_length;
  pace.max_attempts = orders.max_attempts;
  return pace;
}

Flow::Flow(boost::asio::any_io_executor executor, const Orders& orders, const plan::TrafficPlan& traffic,
           probe::Pace pace, std::shared_ptr<const probe::Prepared> request, Journal& journal,
           std::function<void()> on_idle)
    : traffic_(traffic),
      request_(std::move(request)),
      journal_(journal),
      on_idle_(std::move(on_idle)),
      zero_(monotonic_now()),
      pacer_(std::move(pace)),
      windows_(traffic.name, {.length = orders.window, .failures_kept = orders.failures_kept}, zero_),
      direct_({.interval = orders.direct_interval}, zero_),
      timer_(executor) {}

void Flow::begin(probe::Engine& engine) {
  engine_ = &engine;
  zero_ = std::max(zero_, monotonic_now());
  step();
}

void Flow::step() {
  if (finished_) return;
  const Stamp now = monotonic_now();
  Stamp next = send_due(now);
  windows_.tick(now);
  write_windows();
  if (!stopped_) {
    probe_due(now);
    next = std::min(next, direct_.next_due(now));
  }
  wake_at(std::min(next, windows_.next_due()));
  if (idle()) on_idle_();
}

// Returns when to come again for the pace.
Stamp Flow::send_due(Stamp now) {
  for (int i = 0; i < most_in_one_go && !stopped_; ++i) {
    const probe::Turn turn = pacer_.next(now - zero_);
    if (turn.what == probe::Turn::What::stop) stopped_ = true;
    if (turn.what == probe::Turn::What::wait) return turn.at == Nanos::max() ? never : zero_ + turn.at;
    if (turn.what == probe::Turn::What::send) send(zero_ + turn.at);
  }
  return stopped_ ? never : now;
}

void Flow::send(Stamp intended) {
  // The attempt's own number: the pacer has counted it already.
  const std::uint64_t id = pacer_.sent() - 1;
  ++under_way_;
  const Stamp started =
      engine_->start(request_, intended, [this, id](const probe::Attempt& attempt) { ended(id, attempt); });
  windows_.started(intended, started);
}

void Flow::ended(std::uint64_t id, const probe::Attempt& attempt) {
  --under_way_;
  if (windows_.ended(attempt)) journal_.write(failed_record(traffic_.name, id, attempt));
  write_windows();
  const Stamp now = monotonic_now();
  pacer_.ended(attempt.ended - zero_);
  if (!attempt.ok() && attempt.failure->kind != FailureKind::local_exhaustion) direct_.traffic_failed(now);
  if (idle()) return on_idle_();
  const bool more_to_do = !attempt.ok() || traffic_.pace.rate_per_second <= 0;
  if (more_to_do && !stopped_) step();
}

void Flow::probe_due(Stamp now) {
  for (const DirectPlan::Order& order : direct_.take_due(now)) probe(order);
}

void Flow::probe(const DirectPlan::Order& order) {
  probe::ProbeRequest request = request_->request;
  request.reuse = 0;
  request.dial = probe::Dial{order.endpoint.address, static_cast<std::uint16_t>(order.endpoint.port)};
  request.timeouts.connect = shorter(request.timeouts.connect, direct_connect_timeout);
  request.timeouts.total = shorter(request.timeouts.total, direct_timeout);
  Result<std::shared_ptr<const probe::Prepared>> prepared = probe::prepare(std::move(request));
  if (!prepared) return;  // cannot be: the same request was prepared at the start
  engine_->start(*prepared, monotonic_now(),
                 [this, order](const probe::Attempt& attempt) { probe_ended(order, attempt); });
}

void Flow::probe_ended(const DirectPlan::Order& order, const probe::Attempt& attempt) {
  DirectProbe record = direct_record(traffic_.name, order, attempt);
  record.uid_kept = direct_.ended(order);
  journal_.write(record);
  if (!stopped_) wake_at(direct_.next_due(monotonic_now()));
}

void Flow::endpoints_changed(const std::vector<model::Listed>& endpoints, Stamp seen) {
  if (finished_) return;
  windows_.cut(seen);
  direct_.set_endpoints(endpoints, seen);
  if (engine_ != nullptr) step();
}

void Flow::write_windows() {
  for (const AttemptWindow& window : windows_.take()) journal_.write(window);
}

void Flow::wake_at(Stamp at) {
  if (finished_ || at == never || (wake_ != Stamp{} && wake_ <= at)) return;
  wake_ = at;
  timer_.expires_at(std::chrono::steady_clock::time_point(Nanos{at.ns}));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    wake_ = {};
    step();
  });
}

std::uint64_t Flow::take_skipped() {
  const std::uint64_t fresh = pacer_.skipped() - skipped_told_;
  skipped_told_ = pacer_.skipped();
  return fresh;
}

void Flow::stop() { stopped_ = true; }

void Flow::finish() {
  if (finished_) return;
  stopped_ = finished_ = true;
  timer_.cancel();
  windows_.finish(monotonic_now());
  write_windows();
}

}  // namespace straycat::agent
