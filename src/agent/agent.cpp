#include "agent/agent.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <straycat/core/signals.hpp>
#include <straycat/kube/config.hpp>

namespace straycat::agent {

namespace {

constexpr Nanos beat_length = std::chrono::milliseconds{20};
constexpr Nanos health_length = std::chrono::seconds{1};
constexpr Nanos watch_patience = std::chrono::seconds{2};
constexpr Nanos soonest_alarm = std::chrono::milliseconds{200};
// Requests under way at the end get this long; more would hold up whoever waits for the summary.
constexpr Nanos drain_length = std::chrono::seconds{1};  // for requests under way
constexpr Nanos proof_length = std::chrono::milliseconds{1500};
// For a reader that lags behind; together well within a pod's usual grace period of 30 s.
constexpr Nanos reader_patience = std::chrono::seconds{2}, flush_length = std::chrono::seconds{10};
// Some minutes of records; beyond it the reader loses records, and the requests nothing.
constexpr std::size_t output_bound = 8u << 20;

std::chrono::steady_clock::time_point time_point(Stamp at) {
  return std::chrono::steady_clock::time_point(Nanos{at.ns});
}

}  // namespace

Agent::Agent(Orders orders, Surroundings surroundings)
    : orders_(std::move(orders)),
      around_(std::move(surroundings)),
      out_(loop_.get_executor(), around_.output, output_bound),
      journal_(out_, orders_.vantage),
      signals_(loop_),
      beat_timer_(loop_),
      end_timer_(loop_),
      patience_timer_(loop_),
      life_(Tasking{}) {}

Result<> Agent::run() {
  for (const int number : ending_signals()) signals_.add(number);
  if (Result<> made = make_flows(); !made) return made.error();
  introduce();
  if (Result<> started = start_watches(); !started) return started.error();
  life_ = AgentLife(tasking());
  await_signals();
  act(life_.begin());
  health_from_ = monotonic_now();
  lag_.tick(health_from_, health_from_, probe::cpu_use());
  beat(health_from_ + beat_length);
  loop_.run();
  if (out_.broken()) return own_trouble("the record stream's reader is gone");
  return {};
}

Result<> Agent::make_flows() {
  for (const plan::TrafficPlan& traffic : orders_.traffic) {
    Result<probe::ProbeRequest> request = request_of(traffic);
    if (!request) return request.error();
    Result<probe::Pace> pace = pace_of(traffic, orders_);
    if (!pace) return pace.error();
    Result<std::shared_ptr<const probe::Prepared>> prepared = probe::prepare(std::move(*request));
    if (!prepared) return prepared.error();
    flows_.push_back(std::make_unique<Flow>(loop_.get_executor(), orders_, traffic, std::move(*pace),
                                            std::move(*prepared), journal_, [this] { flow_idle(); }));
  }
  probe::EngineOptions options;
  options.seed = std::random_device{}();
  if (!around_.service_map.empty()) {
    options.services = std::make_shared<probe::ServiceMap>(around_.service_map, orders_.ns);
    options.source_addresses = {around_.pod_ip};
  }
  if (orders_.where == Place::api) return make_proxy_engine();
  engine_ = probe::make_engine(loop_.get_executor(), std::move(options));
  return {};
}

Result<kube::Config> Agent::sign_in() const {
  kube::ConfigRequest how;
  how.in_cluster = around_.in_cluster;
  if (orders_.sign_in) {
    const SignIn& said = *orders_.sign_in;
    how = {said.kubeconfig, said.context, said.cluster, said.user, orders_.ns, said.in_cluster};
  }
  return kube::load_config(how);
}

Result<> Agent::make_proxy_engine() {
  Result<kube::Config> config = sign_in();
  if (!config) return config.error();
  auto engine =
      std::make_unique<ProxyEngine>(loop_.get_executor(), kube::Client(loop_.get_executor(), std::move(*config)));
  for (const plan::TrafficPlan& traffic : orders_.traffic) {
    const Result<probe::Url> url = probe::parse_url(traffic.url);
    if (!url) return url.error();
    if (traffic.service.empty())
      return bad_input(fmt::format("traffic {}: the API server's proxy reaches Services only", traffic.name));
    engine->serve(url->host, url->port, port_of(traffic));
  }
  proxy_ = engine.get();
  engine_ = std::move(engine);
  return {};
}

ServicePortRef Agent::port_of(const plan::TrafficPlan& traffic) const {
  return {traffic.service_ns.empty() ? orders_.ns : traffic.service_ns, traffic.service, traffic.service_port};
}

// Whoever looks from outside the cluster cannot dial what the slices list, and must not take that for a refusal.
void Agent::endpoints_changed(const ServicePortRef& port, const std::vector<model::Listed>& endpoints, Stamp seen) {
  static const std::vector<model::Listed> none;
  if (proxy_ != nullptr) proxy_->know(port.ns, endpoints);
  const auto& reachable = orders_.where == Place::host ? none : endpoints;
  for (const auto& flow : flows_) {
    if (!flow->plan().service.empty() && port_of(flow->plan()) == port) flow->endpoints_changed(reachable, seen);
  }
}

Result<> Agent::start_watches() {
  std::set<ServicePortRef> ports;
  for (const plan::TrafficPlan& traffic : orders_.traffic) {
    if (!traffic.service.empty()) ports.insert(port_of(traffic));
  }
  if (ports.empty() && orders_.beacon.empty()) return {};
  Result<kube::Config> config = sign_in();
  if (!config) return config.error();
  watches_ = std::make_unique<Watches>(
      loop_.get_executor(), kube::Client(loop_.get_executor(), std::move(*config)), journal_,
      [this](const ServicePortRef& port, const std::vector<model::Listed>& endpoints, Stamp seen) {
        endpoints_changed(port, endpoints, seen);
      },
      [this] { live(came::WatchesStand{}); });
  watches_->follow({ports.begin(), ports.end()});
  if (!orders_.beacon.empty()) watches_->follow_beacon(orders_.ns, orders_.beacon);
  return {};
}

void Agent::introduce() {
  VantageRecord record;
  record.id = orders_.vantage;
  record.where = orders_.where;
  record.address = around_.pod_ip;
  record.node = around_.node;
  record.ns = around_.pod_ns.empty() ? orders_.ns : around_.pod_ns;
  record.pod = around_.pod;
  record.version = STRAYCAT_VERSION;
  record.dialing = around_.service_map.empty() ? Dialing::kernel : Dialing::client_side;
  if (orders_.where == Place::api) record.dialing = Dialing::api_proxy;
  journal_.write(record, true);
}

void Agent::await_signals() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    live(came::Signal{});
    await_signals();
  });
}

Tasking Agent::tasking() const {
  Tasking tasking;
  tasking.flows = !flows_.empty();
  tasking.watches = watches_ != nullptr;
  tasking.awaits = watches_ && std::any_of(flows_.begin(), flows_.end(),
                                           [](const auto& flow) { return !flow->plan().service.empty(); });
  tasking.bounded = orders_.max_length > Nanos{0};
  return tasking;
}

void Agent::act(const std::vector<Todo>& todo) {
  for (const Todo& one : todo) std::visit([this](const auto& each) { act(each); }, one);
}

void Agent::await(boost::asio::steady_timer& timer, Nanos length, Came what) {
  timer.expires_after(length);
  timer.async_wait([this, what](boost::system::error_code error) {
    if (!error) live(what);
  });
}

void Agent::act(const todo::AwaitWatches&) { await(patience_timer_, watch_patience, came::PatienceOver{}); }

void Agent::act(const todo::BeginFlows&) {
  patience_timer_.cancel();
  for (const auto& flow : flows_) flow->begin(*engine_);
}

void Agent::act(const todo::AwaitLength&) { await(end_timer_, orders_.max_length, came::LengthOver{}); }

void Agent::act(const todo::StopFlows&) {
  for (const auto& flow : flows_) flow->stop();
  await(end_timer_, drain_length, came::DrainOver{});
  flow_idle();
}

void Agent::act(const todo::ProveWatches&) {
  watches_->prove(proof_length, [this] { live(came::Proven{}); });
}

void Agent::act(const todo::Finish& how) {
  VantageSummary summary;
  summary.reason = how.reason;
  for (const auto& flow : flows_) {
    flow->finish();
    summary.sent[flow->plan().name] += flow->sent();
  }
  if (watches_) watches_->end();
  tell_health(monotonic_now());
  summary.records = journal_.numbers_used();
  journal_.write(summary, true);
  out_.drain(reader_patience, flush_length);
  loop_.stop();
}

void Agent::flow_idle() {
  if (std::all_of(flows_.begin(), flows_.end(), [](const auto& flow) { return flow->idle(); })) live(came::Idle{});
}

// The loop's pulse: how late it comes is how late everything else came.
void Agent::beat(Stamp due) {
  beat_timer_.expires_at(time_point(due));
  beat_timer_.async_wait([this, due](boost::system::error_code error) {
    if (error || life_.over()) return;
    const Stamp now = monotonic_now();
    const probe::Stall stall = lag_.tick(due, now, probe::cpu_use());
    const bool alarm = stall != probe::Stall::none && now - health_from_ >= soonest_alarm;
    if (alarm || now - health_from_ >= health_length) tell_health(now);
    if (out_.broken()) return live(came::ReaderGone{});
    beat(std::max(due, now - beat_length) + beat_length);
  });
}

void Agent::tell_health(Stamp now) {
  const probe::LoopLag::Seen lag = lag_.take();
  const probe::EngineHealth engine = engine_->take_health();
  VantageHealth record;
  record.from_ns = health_from_.ns;
  record.to_ns = now.ns;
  record.loop_lag_ns = lag.worst.count();
  record.local_exhaustion = engine.local_exhaustion();
  record.records_lost = journal_.take_lost();
  for (const auto& flow : flows_) record.skipped += flow->take_skipped();
  record.limit = probe::limit_of(engine, probe::port_table(), lag.stall, probe::conntrack_table());
  journal_.write(record, true);
  health_from_ = now;
}

}  // namespace straycat::agent
