#include "cluster/dataplane/planes.hpp"

#include "cluster/dataplane/kernel_plane.hpp"
#include "cluster/dataplane/loopback_plane.hpp"

namespace straycat::cluster {

Result<std::unique_ptr<DataPlane>> make_data_plane(PlaneKind kind, int truth_fd) {
  if (kind == PlaneKind::kernel) {
    auto plane = KernelDataPlane::create(truth_fd);
    if (!plane) return plane.error();
    return std::unique_ptr<DataPlane>(std::move(*plane));
  }
  auto plane = LoopbackDataPlane::create();
  if (!plane) return plane.error();
  return std::unique_ptr<DataPlane>(std::move(*plane));
}

}  // namespace straycat::cluster
