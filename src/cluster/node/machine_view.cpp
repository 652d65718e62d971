#include "cluster/node/machine_view.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <string_view>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {
namespace {

using Kind = RootStep::Kind;

// Where programs and their libraries live. The short names are links into /usr on most machines.
constexpr const char* program_trees[] = {"/usr", "/nix/store", "/gnu/store"};
constexpr const char* short_names[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
// Of /etc what programs read to run at all: nothing that holds a secret or says who uses the machine.
constexpr const char* seen_of_etc[] = {
    "/etc/alternatives", "/etc/ca-certificates", "/etc/crypto-policies", "/etc/fonts",
    "/etc/gai.conf",     "/etc/host.conf",       "/etc/ld.so.cache",     "/etc/localtime",
    "/etc/magic",        "/etc/mime.types",      "/etc/os-release",      "/etc/perl",
    "/etc/pki/ca-trust", "/etc/pki/tls/certs",   "/etc/protocols",       "/etc/services",
    "/etc/ssl/certs",    "/etc/ssl/openssl.cnf", "/etc/terminfo",        "/etc/timezone"};
constexpr const char* settings_of_languages[] = {"java", "python"};  // /etc/java-17-openjdk, /etc/python3.11
constexpr const char* devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};

constexpr unsigned users_of_a_pod = 65536;
// systemd's and the distributions' ranges end below; nspawn's containers, too (systemd.io/UIDS-GIDS).
constexpr unsigned first_owner = 1'900'000'000, owners = 3000;

void add_folder(std::vector<RootStep>& steps, const char* path, unsigned mode) {
  steps.push_back({Kind::folder, path, "", mode, true});
}

void add_programs(std::vector<RootStep>& steps) {
  for (const char* tree : program_trees) add_mount(steps, tree, tree);
  for (const char* name : short_names) {
    char target[PATH_MAX];
    const ssize_t size = ::readlink(name, target, sizeof target);
    if (size > 0) {
      steps.push_back({Kind::link, name, std::string(target, static_cast<std::size_t>(size)), 0777, true});
    } else {
      add_mount(steps, name, name);
    }
  }
}

void add_settings(std::vector<RootStep>& steps) {
  for (const char* path : seen_of_etc) add_mount(steps, path, path);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/etc", ignored)) {
    const std::string name = entry.path().filename();
    if (std::any_of(std::begin(settings_of_languages), std::end(settings_of_languages),
                    [&](const char* start) { return name.starts_with(start); }))
      add_mount(steps, entry.path(), entry.path());
  }
}

void add_devices(std::vector<RootStep>& steps) {
  for (const char* path : devices) add_mount(steps, path, path);
  for (const auto& [path, target] : {std::pair{"/dev/fd", "/proc/self/fd"},
                                     {"/dev/stdin", "/proc/self/fd/0"},
                                     {"/dev/stdout", "/proc/self/fd/1"},
                                     {"/dev/stderr", "/proc/self/fd/2"},
                                     {"/dev/ptmx", "pts/ptmx"}})
    steps.push_back({Kind::link, path, target, 0777, true});
  add_folder(steps, "/dev/pts", 0755);
  add_folder(steps, "/dev/shm", 01777);
  steps.push_back({Kind::memory, "/dev/shm", "mode=1777,size=64m", 0, false});
  steps.push_back({Kind::terminals, "/dev/pts", "", 0, false});
}

std::vector<RootStep> common_steps() {
  std::vector<RootStep> out;
  for (const char* path :
       {"/dev", "/etc", "/home", "/proc", "/run", "/sys", "/var", "/var/lib", "/var/log", "/var/cache"})
    add_folder(out, path, 0755);
  add_folder(out, "/root", 0700);
  for (const char* path : {"/tmp", "/var/tmp"}) add_folder(out, path, 01777);
  out.push_back({Kind::link, "/var/run", "/run", 0777, true});
  out.push_back({Kind::processes, "/proc", "", 0, false});
  add_devices(out);
  return out;
}

bool in_programs(const std::string& path) {
  const auto below = [&](const char* tree) { return path.starts_with(std::string(tree) + "/"); };
  return std::any_of(std::begin(program_trees), std::end(program_trees), below) ||
         std::any_of(std::begin(short_names), std::end(short_names), below);
}

std::string real_path(const std::string& path) {
  std::error_code error;
  auto real = std::filesystem::canonical(path, error);
  return error ? "" : real.string();
}

bool is_program(const std::string& path) {
  struct stat seen{};
  return ::stat(path.c_str(), &seen) == 0 && S_ISREG(seen.st_mode) && (seen.st_mode & 0111) != 0;
}

std::string find_program(const std::string& word) {
  if (word.starts_with("/proc/")) return "";  // straycat's own program, which stands there already
  if (word.find('/') != std::string::npos) return word.starts_with('/') && is_program(word) ? word : "";
  for (const char* folder : {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
    if (is_program(folder + word)) return folder + word;
  return "";
}

// Straycat's program where it stands, with the libraries that the self-contained archive has beside it. "" when that is
// no longer the program that runs (it was built anew meanwhile).
std::string add_self(std::vector<RootStep>& steps, int self_exe_fd) {
  const std::string path = real_path("/proc/self/exe");
  struct stat running{}, there{};
  if (path.empty() || ::fstat(self_exe_fd, &running) != 0 || ::stat(path.c_str(), &there) != 0 ||
      running.st_ino != there.st_ino || running.st_dev != there.st_dev)
    return "";
  if (!in_programs(path)) add_mount(steps, path, path);
  const std::string libraries = std::filesystem::path(path).parent_path().parent_path() / "lib/straycat";
  if (!in_programs(libraries)) add_mount(steps, libraries, libraries);
  return path;
}

// An eighth of the machine's memory, at most 1 GiB.
std::string size_of_files() {
  struct sysinfo info{};
  ::sysinfo(&info);
  const auto memory = static_cast<unsigned long long>(info.totalram) * info.mem_unit;
  return fmt::format("{}", std::min(memory / 8, 1ULL << 30));
}

std::string read_text(const char* path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace

PodUsers pod_users(const std::string& uid_map, unsigned keeper) {
  std::istringstream lines(uid_map);
  unsigned long inside = 0, outside = 0, count = 0;
  PodUsers out;
  const unsigned wanted = first_owner + keeper % owners * users_of_a_pod;
  bool first = true;
  while (lines >> inside >> outside >> count) {
    if (inside <= wanted && inside + count >= wanted + users_of_a_pod) return {wanted, users_of_a_pod, false};
    if (first) out.count = static_cast<unsigned>(std::min<unsigned long>(count, users_of_a_pod));
    first = false;
  }
  return out;
}

bool try_user_namespace(const PodUsers& users) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool taken = users.owner == 0 || ::setresuid(users.owner, users.owner, users.owner) == 0;
    ::_exit(taken && ::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
  }
  int status = 1;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Result<MachineView> look_at_machine(const ViewRequest& request) {
  MachineView out;
  out.users = pod_users(read_text("/proc/self/uid_map"), request.keeper);
  out.users.own_namespace = try_user_namespace(out.users);
  out.at = request.state_dir + "/root";
  if (::mkdir(out.at.c_str(), 0755) != 0 && errno != EEXIST) return system_error("make " + out.at);
  out.size = size_of_files();
  out.steps = common_steps();
  add_programs(out.programs);
  add_settings(out.programs);
  out.self_path = add_self(out.programs, request.self_exe_fd);
  for (const std::string& path : request.shared) add_mount(out.programs, path, path);
  return out;
}

std::vector<RootStep> program_steps(const std::vector<std::string>& words) {
  std::vector<RootStep> out;
  const std::string path = words.empty() ? "" : find_program(words.front());
  if (path.empty()) return out;
  if (!in_programs(path)) add_mount(out, path, path);
  if (const std::string real = real_path(path); !real.empty() && real != path && !in_programs(real))
    add_mount(out, real, real);
  return out;
}

}  // namespace straycat::cluster
