#include "cluster/controllers/controllers.hpp"

#include <vector>

#include "cluster/apiserver/catalog.hpp"
#include "cluster/controllers/deployment.hpp"
#include "cluster/controllers/garbage.hpp"
#include "cluster/controllers/job.hpp"
#include "cluster/controllers/objects.hpp"
#include "cluster/controllers/replica_set.hpp"
#include "cluster/controllers/scheduler.hpp"
#include "cluster/controllers/service_controller.hpp"

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
    for (const auto& resource : catalog())
      for (const auto& object : world.store.list(resource.kind))
        tell({ChangeType::added, resource.kind, namespace_of(*object), name_of(*object), world.store.revision(), object,
              nullptr});
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
  auto& [own_clock, world, options, all, subscription] = *state_;
  all.push_back(std::make_unique<DeploymentController>(world));
  all.push_back(std::make_unique<ReplicaSetController>(world));
  all.push_back(std::make_unique<JobController>(world));
  all.push_back(std::make_unique<ServiceController>(world));
  all.push_back(std::make_unique<Scheduler>(world));
  all.push_back(std::make_unique<GarbageCollector>(world));
  all.push_back(std::make_unique<NamespaceController>(world, options.root_certificate));
  subscription = world.store.subscribe([state = state_.get()](const Change& change) { state->tell(change); });
  state_->tell_what_is_there();
}

}  // namespace straycat::cluster
