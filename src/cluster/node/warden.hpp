// Watches what the pods' processes take of the machine, where no cgroup can be had to bound it: a container that takes
// more memory than its limit is killed, and the largest one where the machine itself runs out; one that starts
// processes without end loses its priority, so that the machine and the other pods go on.
//
// Memory is what the container's processes hold themselves (anonymous and shared pages, each counted once: PSS) and
// what it wrote to its own files. Looked at ten times a second: what grows faster is found a moment too late.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace straycat::cluster {

// What one look found.
struct MachineLoad {
  std::int64_t memory = 0, available = 0;  // bytes
  int runnable = 0, processors = 1;        // processes that run or want to
};
struct ContainerLoad {
  pid_t pid = -1;          // its first process
  std::int64_t limit = 0;  // bytes; 0: none
  std::int64_t memory = 0;
  std::vector<pid_t> processes;
};
struct WardenOrders {
  std::vector<pid_t> kill, slow;  // first processes of containers
  bool operator==(const WardenOrders&) const = default;
};
// Kills who is over its limit, else the largest when less than a twentieth of the machine's memory is left; slows who
// has more than 64 processes while far more want to run than there are processors.
[[nodiscard]] WardenOrders decide(const MachineLoad& machine, const std::vector<ContainerLoad>& containers);

// "MemTotal: 16 kB\nMemAvailable: 8 kB" and "0.1 0.2 0.3 5/100 7" as proc(5) has them.
[[nodiscard]] MachineLoad read_load(const std::string& meminfo, const std::string& loadavg);

class Warden {
 public:
  explicit Warden(boost::asio::io_context& io) : timer_(io) {}

  // The container whose first process is `pid`; `on_kill` hears before it is killed for its memory.
  void watch(pid_t pid, std::int64_t memory_limit, std::function<void()> on_kill);
  void forget(pid_t pid);

 private:
  struct Ward {
    std::int64_t limit;
    std::function<void()> on_kill;
  };
  void arm();
  void look();
  void carry_out(const WardenOrders& orders, const std::vector<ContainerLoad>& loads);

  boost::asio::steady_timer timer_;
  bool armed_ = false;
  std::chrono::steady_clock::duration took_{};  // the last look
  std::map<pid_t, Ward> wards_;
};

}  // namespace straycat::cluster
