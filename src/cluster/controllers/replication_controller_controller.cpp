// ReplicationControllers are ReplicaSets with a simpler selector (kubernetes pkg/controller/replication).
#include "cluster/controllers/replica_set_controller.hpp"

namespace straycat::cluster {

std::unique_ptr<Controller> replication_controller_controller(const Start& start) {
  return std::make_unique<ReplicaSetController>(start.world, Keeper::replication_controller);
}

}  // namespace straycat::cluster
