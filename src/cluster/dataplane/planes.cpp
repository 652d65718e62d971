#include "cluster/dataplane/planes.hpp"

#include "cluster/dataplane/kernel_plane.hpp"
#include "cluster/dataplane/loopback_plane.hpp"

namespace straycat::cluster {
namespace {

Result<std::vector<std::unique_ptr<DataPlane>>> make_kernel_planes(int truth_fd, int nodes) {
  std::vector<std::unique_ptr<DataPlane>> out;
  KernelDataPlane* first = nullptr;
  for (auto& net : node_nets(nodes)) {
    auto plane = KernelDataPlane::create(truth_fd, std::move(net), first);
    if (!plane) return plane.error();
    if (first == nullptr) first = plane->get();
    out.push_back(std::move(*plane));
  }
  return out;
}

}  // namespace

Result<std::vector<std::unique_ptr<DataPlane>>> make_data_planes(PlaneKind kind, int truth_fd, int nodes) {
  if (kind == PlaneKind::kernel) return make_kernel_planes(truth_fd, nodes);
  if (nodes > 1) return bad_input("the loopback fallback has one node: several need network namespaces");
  auto plane = LoopbackDataPlane::create();
  if (!plane) return plane.error();
  std::vector<std::unique_ptr<DataPlane>> out;
  out.push_back(std::move(*plane));
  return out;
}

Result<std::unique_ptr<DataPlane>> make_data_plane(PlaneKind kind, int truth_fd) {
  auto planes = make_data_planes(kind, truth_fd, 1);
  if (!planes) return planes.error();
  return std::move(planes->front());
}

}  // namespace straycat::cluster
