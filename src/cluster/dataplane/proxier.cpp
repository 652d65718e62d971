#include "cluster/dataplane/proxier.hpp"

#include <algorithm>

#include <boost/asio/steady_timer.hpp>

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
      : store(s), plane(p), min_period(period), on_error(std::move(report)), node(std::move(its_node)), timer(io) {}

  void changed(const std::string& kind) {
    if (kind == "Service" || kind == "EndpointSlice") request();
  }

  void request() {
    if (waiting) return;
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
    const auto done = plane.apply(compute_service_table(store.list("Service"), store.list("EndpointSlice"), node));
    last = monotonic_now();
    ++writes;
    if (done) return;
    if (on_error) on_error(done.error());
    request();
  }

  Store& store;
  DataPlane& plane;
  Nanos min_period;
  std::function<void(const Error&)> on_error;
  std::string node;
  boost::asio::steady_timer timer;
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
}

std::uint64_t Proxier::writes() const { return state_->writes; }

Stamp Proxier::last_write() const { return state_->last.value_or(Stamp{}); }

}  // namespace straycat::cluster
