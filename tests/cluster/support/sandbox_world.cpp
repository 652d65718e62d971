#include "cluster/support/sandbox_world.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <dirent.h>
#include <fstream>
#include <iostream>
#include <signal.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "cluster/dataplane/planes.hpp"

namespace straycat::cluster::testing {
namespace {

using Clock = std::chrono::steady_clock;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

template <class Visit>
void for_each_name(const char* directory, const Visit& visit) {
  DIR* opened = ::opendir(directory);
  if (opened == nullptr) return;
  while (const dirent* entry = ::readdir(opened)) visit(std::string(entry->d_name));
  ::closedir(opened);
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> out;
  for_each_name("/proc", [&](const std::string& name) {
    if (name[0] >= '1' && name[0] <= '9') out.push_back(std::atoi(name.c_str()));
  });
  return out;
}

std::set<std::string> namespaces_of(const std::string& process) {
  std::set<std::string> out;
  for (const char* kind : {"net", "mnt", "pid", "ipc", "uts", "user"}) {
    char target[64];
    const auto size = ::readlink(("/proc/" + process + "/ns/" + kind).c_str(), target, sizeof target);
    if (size > 0) out.emplace(target, static_cast<std::size_t>(size));
  }
  return out;
}

std::atomic<bool> told_to_end{false};

// Inner of the busy sandbox.
int be_busy(const SandboxSetup& setup) {
  struct sigaction ending{};
  ending.sa_handler = [](int) { told_to_end = true; };
  ::sigaction(SIGTERM, &ending, nullptr);
  auto plane = make_data_plane(setup.plane, setup.truth_fd);
  if (!plane) return 4;
  std::vector<Pod> pods;
  for (int i = 0; i < 2; ++i)
    pods.push_back(start_pod(**plane, [](const std::string&) {
      ::signal(SIGTERM, SIG_IGN);
      if (::fork() == 0) ::setsid();  // a child that left its pod's session, and that nobody but a sandbox can end
      while (true) ::pause();
    }));
  for (int round = 0; !told_to_end; ++round)
    (void)(*plane)->apply({{rule_for(round % 2 == 0 ? pods : std::vector<Pod>{})}});
  return 0;
}

std::string name_of_test(std::uint64_t number) {
  return "sc" + std::to_string(::getpid() % 100000) + "-" + std::to_string(number % 1000000);
}

bool wait_until(const std::function<bool()>& holds) {
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::string words_for(const std::vector<pid_t>& pids) {
  std::string out;
  for (const auto pid : pids)
    out += std::to_string(pid) + " " + read_file("/proc/" + std::to_string(pid) + "/status").substr(0, 200) + "\n";
  return out;
}

}  // namespace

std::vector<pid_t> processes_named(const std::string& name) {
  std::vector<pid_t> out;
  for (const auto pid : all_processes()) {
    const auto line = read_file("/proc/" + std::to_string(pid) + "/stat");  // "pid (name) state ..."
    const auto close = line.rfind(')');
    if (close == std::string::npos || line.find("(" + name + ")") == std::string::npos) continue;
    if (line[close + 2] != 'Z' && line[close + 2] != 'X') out.push_back(pid);
  }
  return out;
}

std::set<std::string> foreign_namespaces(const std::vector<pid_t>& pids) {
  const auto own = namespaces_of("self");
  std::set<std::string> out;
  for (const auto pid : pids)
    for (const auto& each : namespaces_of(std::to_string(pid)))
      if (own.count(each) == 0) out.insert(each);
  return out;
}

std::set<std::string> still_inhabited(const std::set<std::string>& namespaces) {
  std::set<std::string> out;
  for (const auto pid : all_processes())
    for (const auto& each : namespaces_of(std::to_string(pid)))
      if (namespaces.count(each) > 0) out.insert(each);
  return out;
}

Remains look_for_remains() {
  Remains out{read_file("/proc/self/mountinfo"), {}};
  for (const char* directory : {"/tmp", "/run", "/dev/shm"})
    for_each_name(directory, [&](const std::string& name) {
      if (name.find("straycat") != std::string::npos) out.files.insert(std::string(directory) + "/" + name);
    });
  return out;
}

BusySandbox start_busy(const Options& options, As as, std::uint64_t number) {
  BusySandbox out;
  out.name = name_of_test(number);
  std::fflush(nullptr);
  out.keeper = ::fork();
  if (out.keeper == 0) {
    ::prctl(PR_SET_NAME, out.name.c_str());
    if (as == As::ordinary_user) become_ordinary();
    ::freopen("/dev/null", "w", stderr);  // "the cluster was killed by signal 9" is what this test is about
    ::_exit(run_in_sandbox(options, be_busy));
  }
  return out;
}

void kill_round(const Options& options, As as, std::mt19937_64& random, int window_ms) {
  const auto before = look_for_remains();
  const auto sandbox = start_busy(options, as, random());
  const auto moment_us = static_cast<int>(random() % static_cast<unsigned>(window_ms * 1000));
  std::this_thread::sleep_for(std::chrono::microseconds(moment_us));
  const auto alive = processes_named(sandbox.name);
  const auto namespaces = foreign_namespaces(alive);
  const pid_t victim = alive.empty() ? sandbox.keeper : alive[random() % alive.size()];
  ::kill(victim, SIGKILL);
  const auto what = "killed process " + std::to_string(victim) + " (keeper " + std::to_string(sandbox.keeper) +
                    ") of " + std::to_string(alive.size()) + " after " + std::to_string(moment_us) + " us";
  if (victim != sandbox.keeper)
    ::kill(sandbox.keeper, SIGTERM);  // where the victim was only a pod, the rest goes on until told
  ::waitpid(sandbox.keeper, nullptr, 0);
  const bool gone = wait_until([&] { return processes_named(sandbox.name).empty(); });
  EXPECT_TRUE(gone) << what << "; left: " << words_for(processes_named(sandbox.name));
  // The machine's init may take a moment to reap a keeper's orphan; a zombie still shows its PID namespace.
  EXPECT_TRUE(wait_until([&] { return still_inhabited(namespaces).empty(); })) << what;
  EXPECT_EQ(look_for_remains(), before) << what;
  for (const auto pid : processes_named(sandbox.name)) ::kill(pid, SIGKILL);
}

std::uint64_t test_seed() {
  const char* given = std::getenv("STRAYCAT_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "seed: STRAYCAT_SEED=" << seed << std::endl;
  return seed;
}

int test_rounds(int standard) {
  const char* given = std::getenv("STRAYCAT_ROUNDS");
  return given != nullptr ? std::atoi(given) : standard;
}

}  // namespace straycat::cluster::testing
