// PodRunner's containers: the file tree that each sees, and as whom.
#include <fmt/format.h>

#include "cluster/node/pod_runner.hpp"

namespace straycat::cluster {
namespace {

using Kind = RootStep::Kind;

void add_file(std::vector<RootStep>& steps, const std::string& path, const std::string& text, unsigned mode = 0644) {
  add_folders(steps, path.substr(0, path.rfind('/')));
  steps.push_back({Kind::file, path, text, mode, true});
}

void add_users(std::vector<RootStep>& steps) {
  add_file(steps, "/etc/passwd",
           "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
           "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
  add_file(steps, "/etc/group", "root:x:0:\ndaemon:x:1:\ntty:x:5:\nnogroup:x:65534:\n");
}

}  // namespace

Result<std::shared_ptr<const RootPlan>> PodRunner::container_root(std::size_t index) {
  const PodSpec& spec = machine_.spec();
  const ContainerSpec& container = spec.containers[index];
  const MachineView& view = *tools_.machine;
  const unsigned owner = view.users.owner;
  auto out = std::make_shared<RootPlan>();
  out->at = view.at;
  out->options = fmt::format("mode=0755,size={},uid={},gid={}", view.size, owner, owner);
  out->owner = owner;
  out->steps = view.steps;
  for (RootStep& step : program_steps(container.program)) out->steps.push_back(std::move(step));
  add_users(out->steps);
  add_file(out->steps, "/etc/hostname", spec.hostname + "\n");
  if (tools_.names != nullptr) {
    const auto hosts = tools_.names->hosts_path(spec.ns);
    if (!hosts) return hosts.error();
    add_mount(out->steps, *hosts, "/etc/hosts");
    add_mount(out->steps, tools_.names->nsswitch_path(), "/etc/nsswitch.conf");
    add_mount(out->steps, tools_.names->resolv_path(), "/etc/resolv.conf");
  }
  for (const VolumeMount& mount : container.mounts) {
    if (mount.path != account_path || !tools_.account_files) continue;
    for (const auto& [name, text] : tools_.account_files(spec.ns, spec.service_account))
      add_file(out->steps, fmt::format("{}/{}", account_path, name), text);
  }
  if (!container.working_dir.empty()) add_folders(out->steps, container.working_dir);
  return std::shared_ptr<const RootPlan>(std::move(out));
}

Confinement PodRunner::container_confinement(std::size_t) const {
  const PodUsers& users = tools_.machine->users;
  Confinement out;
  out.processes = users.own_namespace ? most_processes_of_a_pod : most_processes;
  if (!users.own_namespace) out.uid = out.gid = users.owner;
  return out;
}

}  // namespace straycat::cluster
