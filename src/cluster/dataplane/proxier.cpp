#include "cluster/dataplane/proxier.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "cluster/dataplane/health_ports.hpp"

namespace straycat::cluster {

Nanos sync_delay(std::optional<Stamp> last, Stamp now, Nanos period) {
  if (!last) return Nanos{0};
  return std::max(Nanos{0}, *last + period - now);
}

// Shared with the handlers in flight: a timer that fires after the Proxier is gone finds `store` still there and does
// nothing.
struct Proxier::State : std::enable_shared_from_this<State> {
  State(boost::asio::io_context& io, Store& s, DataPlane& p, Nanos period, std::function<void(const Error&)> report,
        std::string its_node)
      : store(s),
        plane(p),
        min_period(period),
        on_error(std::move(report)),
        node(std::move(its_node)),
        timer(io),
        late(io),
        health(io) {}

  void changed(const std::string& kind) {
    if (kind != "Service" && kind != "EndpointSlice") return;
    if (lag == Nanos{}) return request();
    due.push_back({monotonic_now() + lag, wanted()});
    if (due.size() == 1) await_due();
  }

  [[nodiscard]] ServiceTable wanted() const {
    return compute_service_table(store.list("Service"), store.list("EndpointSlice"), node);
  }

  // While it lags, what is to be written is what stood a while ago. Nothing is compared with the sync period: it is
  // shorter than any lag worth ordering.
  void await_due() {
    late.expires_after(std::max(Nanos{0}, due.front().at - monotonic_now()));
    late.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->ended || self->due.empty()) return;
      const ServiceTable table = std::move(self->due.front().table);
      self->due.pop_front();
      if (!self->stopped) self->write_table(table);
      if (!self->due.empty()) self->await_due();
    });
  }

  void lag_by(Nanos length) {
    if (length == std::exchange(lag, length)) return;
    if (lag > Nanos{}) return;
    late.cancel();
    due.clear();
    write();
  }

  void request() {
    if (waiting || stopped) return;
    const auto delay = sync_delay(last, monotonic_now(), min_period);
    if (delay == Nanos{0}) return write();
    waiting = true;
    timer.expires_after(delay);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      self->waiting = false;
      if (!error && !self->ended) self->write();
    });
  }

  void write() {
    if (!stopped && due.empty()) write_table(wanted());
  }

  void write_table(const ServiceTable& table) {
    const auto done = plane.apply(table);
    last = monotonic_now();
    ++writes;
    Result<> listening;
    if (plane.isolates_pods())
      listening = health.set(table.health, plane.node_address(), [this] { return plane.open_socket(); });
    if (done && listening) return;
    if (on_error) on_error(done ? listening.error() : done.error());
    request();  // a port may be somebody's for a moment
  }

  Store& store;
  DataPlane& plane;
  Nanos min_period;
  std::function<void(const Error&)> on_error;
  std::string node;
  struct Due {
    Stamp at;
    ServiceTable table;
  };
  boost::asio::steady_timer timer, late;
  HealthPorts health;
  Nanos lag{};
  std::deque<Due> due;  // by time
  bool stopped = false;
  Subscription subscription;
  std::optional<Stamp> last;
  std::uint64_t writes = 0;
  bool waiting = false, ended = false;
};

Proxier::Proxier(boost::asio::io_context& io, Store& store, DataPlane& plane, Nanos min_sync_period,
                 std::function<void(const Error&)> on_error, std::string node)
    : state_(std::make_shared<State>(io, store, plane, min_sync_period, std::move(on_error), std::move(node))) {
  state_->subscription = store.subscribe([state = state_.get()](const Change& change) { state->changed(change.kind); });
  state_->write();
  state_->last.reset();  // the first change after the start is not made to wait
}

Proxier::~Proxier() {
  state_->ended = true;
  state_->subscription = {};
  state_->timer.cancel();
  state_->late.cancel();
}

void Proxier::stop() { state_->stopped = true; }

void Proxier::go_on() {
  if (std::exchange(state_->stopped, false)) state_->write();
}

void Proxier::lag_by(Nanos length) { state_->lag_by(length); }

std::uint64_t Proxier::writes() const { return state_->writes; }

Stamp Proxier::last_write() const { return state_->last.value_or(Stamp{}); }

}  // namespace straycat::cluster
