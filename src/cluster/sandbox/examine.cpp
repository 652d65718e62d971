#include "cluster/sandbox/examine.hpp"

#include <arpa/inet.h>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/dataplane/kernel_plane.hpp"
#include "cluster/dataplane/rules.hpp"
#include "cluster/sandbox/probe.hpp"
#include "cluster/sandbox/sandbox.hpp"
#include <straycat/cluster/cluster.hpp>

namespace straycat::cluster {
namespace {

long read_setting(const char* path) {
  std::ifstream file(path);
  long value = -1;
  return file >> value ? value : -1;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

Capability describe(std::string name, const Result<>& tried, std::string when_well, const MachineFacts& facts) {
  if (tried) return {std::move(name), true, std::move(when_well), ""};
  return {std::move(name), false, tried.error().message, remedy_for(tried.error().message, facts)};
}

Result<> wire_something(const Mounts&) {
  auto routes = RouteSocket::open();
  if (!routes) return routes.error();
  if (auto done = routes->add_bridge("svc0"); !done) return done;
  return routes->add_wire("probe0", "probe1", ::getpid());
}

Result<> translate_something(const Mounts&) {
  auto nft = Nft::open();
  if (!nft) return nft.error();
  ServiceTable table;
  table.rules.push_back({"default", "probe", "", "10.96.0.1", 80, {{"10.244.0.2", 3000, ""}}});
  auto groups = base_commands("10.244.0.1");
  for (auto& group : change_commands({}, table, [](const auto&, const auto&) { return std::string(); }))
    groups.push_back(std::move(group));
  for (const auto& transaction : pack_transactions(groups))
    if (auto done = nft->run(transaction); !done) return done.error();
  return {};
}

Result<> log_something(const Mounts&) {
  const auto truth = TruthLog::open(STDERR_FILENO);
  if (!truth) return truth.error();
  return {};
}

Result<> own_proc(const Mounts& mounts) {
  if (!mounts.own_proc) return own_trouble("mount /proc: refused, as the host's /proc is masked (a container)");
  return {};
}

Result<> bind_loopback_pod() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f010001);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error("bind to 127.1.0.1");
  const auto file = make_memory_file("straycat-probe");
  if (!file) return file.error();
  ::close(*file);
  return {};
}

}  // namespace

MachineFacts read_machine_facts() {
  return {::geteuid() == 0, read_setting("/proc/sys/user/max_user_namespaces"),
          read_setting("/proc/sys/kernel/unprivileged_userns_clone"),
          read_setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")};
}

std::string remedy_for(const std::string& error, const MachineFacts& facts) {
  const bool refused = has(error, "not permitted") || has(error, "ermission denied");
  if (has(error, "No space left") || (has(error, "clone") && facts.max_user_namespaces == 0))
    return "user namespaces are switched off: sudo sysctl -w user.max_user_namespaces=15000, or run as root";
  if (has(error, "clone") && refused && facts.unprivileged_userns_clone == 0)
    return "sudo sysctl -w kernel.unprivileged_userns_clone=1, or run as root";
  if (has(error, "clone") && refused)
    return "a container's seccomp profile forbids namespaces: start the container with --security-opt "
           "seccomp=unconfined or --privileged";
  if (refused && facts.apparmor_restriction == 1)
    return "AppArmor takes the rights of new user namespaces away: sudo sysctl -w "
           "kernel.apparmor_restrict_unprivileged_userns=0, or run as root";
  if (has(error, "Read-only file system"))
    return "/proc/sys is read-only (a container): start it with --privileged, or with an unmasked /proc "
           "(--security-opt systempaths=unconfined)";
  if (has(error, "/proc: refused"))
    return "start the container with an unmasked /proc (--security-opt systempaths=unconfined); straycat also works "
           "without";
  if (has(error, "bridge") || has(error, "veth")) return "the kernel lacks a module: sudo modprobe -a veth bridge";
  if (has(error, "NFLOG")) return "the kernel lacks a module: sudo modprobe nfnetlink_log (only tests need it)";
  if (has(error, "nftables"))
    return "the kernel lacks a module: sudo modprobe -a nf_tables nft_chain_nat nft_nat nft_masq nft_reject_ipv4 "
           "nft_numgen nft_log nft_ct";
  if (refused) return "run as root, or in a container with the capabilities SYS_ADMIN and NET_ADMIN";
  return "";
}

std::vector<Capability> examine_machine() {
  const auto facts = read_machine_facts();
  std::vector<Capability> out;
  const auto by_user = attempt(Privilege::user_namespace, [](const Mounts&) { return Result<>(); });
  out.push_back(describe("user namespaces", by_user, "made one, and was root in it", facts));
  const auto whole = find_privilege();
  const auto privilege = whole ? *whole : facts.root && !by_user ? Privilege::root : Privilege::user_namespace;
  const auto step = [&](const char* name, const char* well, Result<> (*run)(const Mounts&)) {
    out.push_back(describe(name, attempt(privilege, run), well, facts));
  };
  step("network, mount and PID namespaces", "made them, with a tmpfs of their own",
       [](const Mounts&) { return Result<>(); });
  step("own /proc", "mounted one", own_proc);
  step("virtual links", "made a veth pair and a bridge", wire_something);
  step("nftables NAT", "wrote a Service's rules", translate_something);
  step("ground truth (NFLOG)", "listened to a log group; only tests need it", log_something);
  const char* how = privilege == Privilege::root ? "connected to a pod through its Service, as root"
                                                 : "connected to a pod through its Service, in a user namespace";
  out.push_back(
      describe("kernel data plane, the whole path", whole ? Result<>() : Result<>(whole.error()), how, facts));
  out.push_back(describe("loopback fallback", bind_loopback_pod(), "bound to 127.1.0.1, made a memory file", facts));
  return out;
}

}  // namespace straycat::cluster
