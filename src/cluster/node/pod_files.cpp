// PodRunner's containers: the file tree that each sees, and as whom.
#include <algorithm>
#include <cstdlib>
#include <sys/sysinfo.h>
#include <thread>

#include <fmt/format.h>

#include "cluster/kinds/quantity.hpp"
#include "cluster/node/pod_names.hpp"
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

std::size_t depth(const std::string& path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

// What stands in for a variable is not the API server's to check: kubelet does (pkg/kubelet/kubelet_pods.go
// makeMounts).
Result<std::string> sub_path(const VolumeMount& mount, const std::map<std::string, std::string>& env) {
  if (!mount.sub_path_expr) return mount.sub_path;
  std::string missing;
  const std::string out = expand(mount.sub_path, env, &missing);
  if (!missing.empty()) return bad_input(fmt::format("missing value for \"{}\"", missing));
  if (out.starts_with('/')) return bad_input(fmt::format("error SubPath `{}` must not be an absolute path", out));
  for (std::size_t begin = 0; begin <= out.size();) {
    const auto end = std::min(out.find('/', begin), out.size());
    if (out.substr(begin, end - begin) == "..")
      return bad_input(fmt::format("unable to provision SubPath `{}`: must not contain '..'", out));
    begin = end + 1;
  }
  return out;
}

std::string without_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// What the kernel takes as a tmpfs' size.
std::string bytes_of(const std::string& quantity, const std::string& otherwise) {
  const auto milli = parse_quantity_milli(quantity);
  if (!milli || *milli <= 0) return otherwise;
  // Never more than a container's own files: a tmpfs is the machine's memory.
  const std::int64_t least = 4096, most = std::max<std::int64_t>(std::strtoll(otherwise.c_str(), nullptr, 10), least);
  return std::to_string(std::clamp(*milli / 1000, least, most));
}

}  // namespace

PodFacts PodRunner::facts() {
  const PodSpec& spec = machine_.spec();
  PodFacts out{machine_.address(), tools_.lifecycle.host_address, tools_.api_host, tools_.api_port,
               tools_.plane.pod_environment(machine_.address())};
  if (tools_.account_kubeconfig) {
    out.extra["POD_IP"] = machine_.address();
    out.extra["KUBECONFIG"] = tools_.account_kubeconfig(spec.ns, spec.service_account);
  }
  out.find = [this, ns = spec.ns](const std::string& kind, const std::string& name) {
    return tools_.store.get(kind, ns, name);
  };
  if (tools_.account_files) out.account_files = [this, &spec] { return tools_.account_files(spec.ns); };
  if (tools_.account_token)
    out.token = [this, &spec](const VolumePart& part) { return tools_.account_token(spec, part); };
  struct sysinfo info{};
  ::sysinfo(&info);
  out.node_cpu_milli = std::max(1U, std::thread::hardware_concurrency()) * 1000LL;
  out.node_memory = static_cast<std::int64_t>(info.totalram) * info.mem_unit;
  return out;
}

// fsGroup as the node counts, where the pod's namespace has it.
std::optional<unsigned> PodRunner::volume_group() const {
  const PodSpec& spec = machine_.spec();
  const PodUsers& users = tools_.machine->users;
  const auto wanted = spec.containers.empty() ? std::nullopt : spec.containers.front().security.volume_group;
  return wanted && *wanted < users.count ? std::optional(users.owner + *wanted) : std::nullopt;
}

Result<> PodRunner::make_volumes() {
  const PodSpec& spec = machine_.spec();
  for (const VolumeSpec& volume : spec.volumes) {
    Result<> made;
    if (volume.kind == VolumeSpec::Kind::empty) {
      made = volumes_->make_empty(volume.name, bytes_of(volume.size_limit, tools_.machine->size), volume_group());
    } else if (volume.kind == VolumeSpec::Kind::files) {
      const auto files = volume_files(volume, spec, facts());
      made = files ? volumes_->write(volume.name, *files, volume_group()) : Result<>(files.error());
    } else {
      made = bad_input(fmt::format("the embedded cluster has no {} volumes", volume.sort));
    }
    if (!made)
      return bad_input(
          fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}", volume.name, made.error().message));
  }
  return {};
}

// What is gone meanwhile stays as it was, as kubelet leaves it.
void PodRunner::refresh_volumes() {
  if (!volumes_ || !sandbox_) return;
  for (const VolumeSpec& volume : machine_.spec().volumes) {
    if (volume.kind != VolumeSpec::Kind::files) continue;
    const bool token = std::any_of(volume.parts.begin(), volume.parts.end(),
                                   [](const VolumePart& part) { return part.kind == VolumePart::Kind::token; });
    if (token) continue;  // each asking makes a new one
    if (const auto files = volume_files(volume, machine_.spec(), facts()))
      (void)volumes_->write(volume.name, *files, volume_group());
  }
}

// The outer ones first, as containerd sorts them.
Result<> PodRunner::add_volumes(std::vector<RootStep>& steps, const ContainerSpec& container,
                                const std::map<std::string, std::string>& env) {
  std::vector<VolumeMount> mounts = container.mounts;
  std::stable_sort(mounts.begin(), mounts.end(),
                   [](const auto& a, const auto& b) { return depth(a.path) < depth(b.path); });
  for (const VolumeMount& mount : mounts) {
    const auto& all = machine_.spec().volumes;
    const auto volume = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == mount.name; });
    if (volume == all.end()) continue;
    const std::string path = volumes_->path(volume->name), at = without_end(mount.path);
    const auto part_of = sub_path(mount, env);
    if (!part_of) return part_of.error();
    const std::string& part = *part_of;
    const bool read_only = mount.read_only || volume->kind == VolumeSpec::Kind::files;
    if (!part.empty() && volume->kind == VolumeSpec::Kind::empty) {
      if (const auto made = volumes_->make_below(volume->name, part); !made) return made.error();
    }
    add_mount(steps, path, at, read_only, part);
  }
  return {};
}

std::string PodRunner::working_dir(const ContainerSpec& container) {
  return container.working_dir.empty() && container.tree ? container.tree->working_dir : container.working_dir;
}

Result<std::shared_ptr<const RootPlan>> PodRunner::container_root(std::size_t index,
                                                                  const std::map<std::string, std::string>& env) {
  const PodSpec& spec = machine_.spec();
  const ContainerSpec& container = spec.containers[index];
  const MachineView& view = *tools_.machine;
  const unsigned owner = view.users.owner;
  auto out = std::make_shared<RootPlan>();
  out->at = view.at;
  out->options = fmt::format("mode=0755,size={},nr_inodes=200000,uid={},gid={}", view.size, owner, owner);
  out->owner = owner;
  out->read_only = container.security.read_only_root;
  out->steps = view.steps;
  if (container.tree) {
    out->image = container.tree->folder;
    out->users_of = sandbox_->users_fd();
    out->ordinary = owner == 0;
  } else {
    out->steps.insert(out->steps.end(), view.programs.begin(), view.programs.end());
    for (RootStep& step : program_steps(container.program)) out->steps.push_back(std::move(step));
    add_users(out->steps);
  }
  add_file(out->steps, "/etc/hostname", spec.hostname + "\n");
  add_file(out->steps, "/etc/hosts", hosts_file(*pod_, spec.hostname, machine_.address()));
  add_file(out->steps, "/etc/nsswitch.conf", nsswitch_conf);
  add_file(out->steps, "/etc/resolv.conf", resolv_conf(*pod_, tools_.name_server));
  if (const auto added = add_volumes(out->steps, container, env); !added) return added.error();
  if (!container.message_path.starts_with('/')) return bad_input("terminationMessagePath must be an absolute path");
  if (auto message = volumes_->make_message(fmt::format("{}-{}", container.name, slots_[index].instance)); message) {
    add_mount(out->steps, *message, container.message_path, false);
    slots_[index].message = std::move(*message);
  } else {
    return message.error();
  }
  if (const auto folder = working_dir(container); !folder.empty()) add_folders(out->steps, folder);
  return std::shared_ptr<const RootPlan>(std::move(out));
}

// Kubelet's words (pkg/kubelet/kuberuntime/security_context.go, verifyRunAsNonRoot).
Result<> PodRunner::check_user(const ContainerSpec& container) const {
  const SecuritySpec& security = container.security;
  if (!security.non_root) return {};
  const std::string where = fmt::format("(pod: \"{}\", container: {})", machine_.spec().full_name(), container.name);
  const std::string name = container.tree ? container.tree->user.substr(0, container.tree->user.find(':')) : "";
  const bool numeric = name.find_first_not_of("0123456789") == std::string::npos;
  if (security.user && *security.user == 0) return bad_input("container's runAsUser breaks non-root policy " + where);
  if (security.user) return {};
  if (!numeric)
    return bad_input(
        fmt::format("container has runAsNonRoot and image has non-numeric user ({}), cannot verify user is non-root {}",
                    name, where));
  if (container.tree && container.tree->uid != 0) return {};
  return bad_input("container has runAsNonRoot and image will run as root " + where);
}

Result<Confinement> PodRunner::container_confinement(std::size_t index) const {
  const ContainerSpec& container = machine_.spec().containers[index];
  const SecuritySpec& security = container.security;
  const PodUsers& users = tools_.machine->users;
  if (const auto checked = check_user(container); !checked) return checked.error();
  if (container.tree && !security.user && !container.tree->user_known)
    return bad_input(fmt::format("unable to find user {}: no matching entries in passwd file", container.tree->user));
  Confinement out;
  out.processes = users.own_namespace ? most_processes_of_a_pod : most_processes;
  out.uid = security.user.value_or(container.tree ? container.tree->uid : 0);
  out.gid = security.group.value_or(container.tree && !security.user ? container.tree->gid : 0);
  out.groups = security.groups;
  out.capabilities = capabilities_of(security.add, security.drop);
  const bool known = out.uid <= most_id && out.gid <= most_id &&
                     std::all_of(out.groups.begin(), out.groups.end(), [](unsigned one) { return one <= most_id; });
  if (!known) return bad_input("a user or group of the container must be between 0 and 2147483647, inclusive");
  if (!users.own_namespace) {
    out.uid = users.owner + std::min(out.uid, users.count - 1);
    out.gid = users.owner + std::min(out.gid, users.count - 1);
    out.groups.clear();
  }
  return out;
}

}  // namespace straycat::cluster
