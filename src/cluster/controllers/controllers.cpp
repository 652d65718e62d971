#include "cluster/controllers/controllers.hpp"

#include <vector>

#include "cluster/controllers/objects.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

struct Controllers::State {
  std::unique_ptr<SystemClock> own_clock;  // first: it must go last
  World world;
  ControllersOptions options;
  std::vector<std::unique_ptr<Controller>> all;
  Subscription subscription;

  void tell(const Change& change) const {
    for (const auto& controller : all) controller->on_change(change);
  }

  // A cluster's first objects may be older than its controllers.
  void tell_what_is_there() const {
    for (const auto* resource : world.store.kinds())
      for (const auto& object : world.store.list(resource->key()))
        tell({ChangeType::added, resource->key(), namespace_of(*object), name_of(*object), world.store.revision(),
              object, nullptr});
  }
};

Controllers::Controllers(boost::asio::io_context& context, Store& store, ControllersOptions options, Clock& clock)
    : state_(new State{nullptr, World{context.get_executor(), store, clock}, std::move(options), {}, {}}) {}

Controllers::Controllers(boost::asio::io_context& context, Store& store, ControllersOptions options) {
  auto clock = std::make_unique<SystemClock>(context.get_executor());
  World world{context.get_executor(), store, *clock};
  state_.reset(new State{std::move(clock), std::move(world), std::move(options), {}, {}});
}

Controllers::~Controllers() = default;

void Controllers::start() {
  state_->all = make_controllers({state_->world, state_->options});
  state_->subscription =
      state_->world.store.subscribe([state = state_.get()](const Change& change) { state->tell(change); });
  state_->tell_what_is_there();
}

}  // namespace straycat::cluster
