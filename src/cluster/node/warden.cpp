#include "cluster/node/warden.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

namespace straycat::cluster {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t many_processes = 64;
constexpr int waiting_for_each_processor = 16;

std::string slurp_proc(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

// A line "KEY:   N kB" in bytes; 0 where it is not there.
std::int64_t kilobytes(const std::string& text, const std::string& key) {
  const auto at = ("\n" + text).find("\n" + key + ":");
  return at == std::string::npos ? 0 : std::strtoll(text.c_str() + at + key.size() + 1, nullptr, 10) * 1024;
}

// A process and all below it.
std::vector<pid_t> tree_of(pid_t first) {
  std::vector<pid_t> out{first};
  for (std::size_t i = 0; i < out.size() && out.size() < 20'000; ++i) {
    std::error_code ignored;
    for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", out[i]), ignored)) {
      std::istringstream children(slurp_proc(task.path().string() + "/children"));
      for (pid_t child = 0; children >> child;) out.push_back(child);
    }
  }
  return out;
}

// Pages that are its own, as the kernel counts them without looking at each.
std::int64_t own_pages(pid_t pid) {
  long long size = 0, resident = 0, shared = 0;
  std::istringstream(slurp_proc(fmt::format("/proc/{}/statm", pid))) >> size >> resident >> shared;
  return std::max(0LL, resident - shared) * ::sysconf(_SC_PAGESIZE);
}

// Each page counted once among those who share it: dear, and exact.
std::int64_t exact_memory(pid_t pid) {
  const std::string text = slurp_proc(fmt::format("/proc/{}/smaps_rollup", pid));
  return kilobytes(text, "Pss_Anon") + kilobytes(text, "Pss_Shmem") + kilobytes(text, "SwapPss");
}

std::int64_t written_files(pid_t pid) {
  struct statvfs seen{};
  if (::statvfs(fmt::format("/proc/{}/root", pid).c_str(), &seen) != 0) return 0;
  return static_cast<std::int64_t>((seen.f_blocks - seen.f_bfree) * seen.f_frsize);
}

ContainerLoad load_of(pid_t pid, std::int64_t limit) {
  ContainerLoad out{pid, limit, written_files(pid), tree_of(pid)};
  const std::int64_t files = out.memory;
  for (const pid_t process : out.processes) out.memory += own_pages(process);
  if (limit == 0 || out.memory <= limit) return out;
  out.memory = files;
  for (const pid_t process : out.processes) out.memory += exact_memory(process);
  return out;
}

}  // namespace

WardenOrders decide(const MachineLoad& machine, const std::vector<ContainerLoad>& containers) {
  WardenOrders out;
  for (const ContainerLoad& each : containers)
    if (each.limit > 0 && each.memory > each.limit) out.kill.push_back(each.pid);
  if (out.kill.empty() && !containers.empty() && machine.available < machine.memory / 20) {
    const auto largest = std::max_element(containers.begin(), containers.end(),
                                          [](const auto& a, const auto& b) { return a.memory < b.memory; });
    // One that holds little is not what the machine lacks.
    if (largest->memory > machine.memory / 20) out.kill.push_back(largest->pid);
  }
  if (machine.runnable <= machine.processors * waiting_for_each_processor) return out;
  for (const ContainerLoad& each : containers)
    if (each.processes.size() > many_processes) out.slow.push_back(each.pid);
  return out;
}

MachineLoad read_load(const std::string& meminfo, const std::string& loadavg) {
  MachineLoad out;
  out.memory = kilobytes(meminfo, "MemTotal");
  out.available = kilobytes(meminfo, "MemAvailable");
  std::istringstream words(loadavg);
  std::string word;
  for (int i = 0; i < 4; ++i) words >> word;
  out.runnable = std::atoi(word.c_str());
  out.processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return out;
}

void Warden::watch(pid_t pid, std::int64_t memory_limit, std::function<void()> on_kill) {
  wards_[pid] = {memory_limit, std::move(on_kill)};
  arm();
}

void Warden::forget(pid_t pid) { wards_.erase(pid); }

// The more there are to look at, the longer until the next look: at most a sixth of the one loop's time, which serves
// the API and the names, too.
void Warden::arm() {
  if (armed_ || wards_.empty()) return;
  armed_ = true;
  const auto limited =
      std::count_if(wards_.begin(), wards_.end(), [](const auto& ward) { return ward.second.limit > 0; });
  const auto least = limited > 0 ? std::max(milliseconds{100}, milliseconds{2 * limited}) : milliseconds{500};
  timer_.expires_after(std::max<std::chrono::steady_clock::duration>(least, 5 * took_));
  timer_.async_wait([this](const boost::system::error_code& error) {
    armed_ = false;
    if (error) return;
    const auto began = std::chrono::steady_clock::now();
    look();
    took_ = std::chrono::steady_clock::now() - began;
    arm();
  });
}

void Warden::look() {
  const MachineLoad machine = read_load(slurp_proc("/proc/meminfo"), slurp_proc("/proc/loadavg"));
  const bool scarce = machine.available < machine.memory / 20;
  const bool crowded = machine.runnable > machine.processors * waiting_for_each_processor;
  std::vector<ContainerLoad> loads;
  for (const auto& [pid, ward] : wards_)
    if (ward.limit > 0 || scarce || crowded) loads.push_back(load_of(pid, ward.limit));
  carry_out(decide(machine, loads), loads);
}

void Warden::carry_out(const WardenOrders& orders, const std::vector<ContainerLoad>& loads) {
  for (const ContainerLoad& each : loads) {
    if (std::count(orders.slow.begin(), orders.slow.end(), each.pid) == 0) continue;
    for (const pid_t process : each.processes) ::setpriority(PRIO_PROCESS, static_cast<id_t>(process), 19);
  }
  for (const pid_t pid : orders.kill) {
    const auto ward = wards_.find(pid);
    if (ward != wards_.end()) ward->second.on_kill();
  }
}

}  // namespace straycat::cluster
