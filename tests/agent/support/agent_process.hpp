// The agent as a process of its own, and its records.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

#include <straycat/agent/orders.hpp>
#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>

namespace straycat::test {

class AgentProcess {
 public:
  struct Options {
    std::map<std::string, std::string> environment{};  // beside STRAYCAT_ORDERS
    bool read = true;                                  // read its records as they come; else only at the end
    std::string raw_orders{};                          // in place of the orders
  };

  explicit AgentProcess(const agent::Orders& orders) : AgentProcess(orders, Options{}) {}
  AgentProcess(const agent::Orders& orders, Options options);
  ~AgentProcess();  // kills what still runs
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Waits until a record of this kind has come (`count` of them), at most ten seconds; false when none came.
  [[nodiscard]] bool wait_for(Topic kind, std::size_t count = 1);
  // Reads to the end; the exit code, or -signal.
  int wait();

  // After wait(), or what has come so far.
  [[nodiscard]] std::vector<Event> events();
  template <class Record>
  std::vector<Record> all() {
    std::vector<Record> found;
    for (const Event& event : events()) {
      if (event.kind == Record::kind) found.push_back(event.body.get<Record>());
    }
    return found;
  }
  [[nodiscard]] std::string errors();  // its standard error, after wait()

 private:
  void start(const std::vector<std::string>& environment, int out, int err);
  void read_all();

  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;
  int exit_code_ = 0;
  std::mutex mutex_;
  std::vector<Event> events_;
  std::string errors_;
  std::thread reader_;
};

// Sums over a run's windows, and the check that they tile its time: "" or what is wrong.
struct Sums {
  std::uint64_t sent = 0, ok = 0, failed = 0, not_kept = 0;
};
[[nodiscard]] Sums sums(const std::vector<AttemptWindow>& windows);
[[nodiscard]] std::string tiling_fault(std::vector<AttemptWindow> windows);
// Numbers from 0 without a gap, the vantage first, the summary last and right: "" or what is wrong.
[[nodiscard]] std::string stream_fault(const std::vector<Event>& events);

// Orders with one traffic named "hi".
[[nodiscard]] agent::Orders orders_for(const std::string& url, double rate);

}  // namespace straycat::test
