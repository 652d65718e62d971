#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

#include <straycat/probe/limits.hpp>

namespace straycat::probe {

namespace {

// A loop that is this late cannot stamp an event to better than this; below it is the noise of any machine.
constexpr Nanos late_enough = std::chrono::milliseconds{50};

std::string read_file(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// All whole numbers that stand as words of their own.
std::vector<std::uint64_t> numbers(std::string_view text) {
  std::vector<std::uint64_t> found;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error == std::errc{} && end == word.data() + word.size()) found.push_back(number);
  }
  return found;
}

}  // namespace

CpuUse parse_schedstat(std::string_view text) {
  const std::vector<std::uint64_t> fields = numbers(text);
  if (fields.size() < 2) return {};
  return {Nanos{static_cast<std::int64_t>(fields[0])}, Nanos{static_cast<std::int64_t>(fields[1])}};
}

CpuUse cpu_use() { return parse_schedstat(read_file("/proc/thread-self/schedstat")); }

Stall classify_stall(Nanos late, CpuUse spent) {
  if (late < late_enough) return Stall::none;
  return spent.ran + spent.waited >= late / 2 ? Stall::cpu : Stall::stopped;
}

Stall LoopLag::tick(Stamp due, Stamp now, CpuUse use) {
  const Nanos late = now - due;
  // Zeros come from a program that has no descriptor left to ask with: it surely ran, and nothing says that it stopped.
  const bool known = use.ran > Nanos{};
  const CpuUse spent = known ? CpuUse{use.ran - last_.ran, use.waited - last_.waited} : CpuUse{late, Nanos{}};
  const Stall stall = classify_stall(late, spent);
  if (known) last_ = use;
  if (late > seen_.worst) seen_ = {late, stall, due, now};
  return stall;
}

LoopLag::Seen LoopLag::take() { return std::exchange(seen_, {}); }

PortTable parse_port_table(std::string_view sockstat, std::string_view port_range) {
  PortTable table;
  const auto tcp = sockstat.find("TCP:");
  const auto waiting = tcp == sockstat.npos ? sockstat.npos : sockstat.find(" tw ", tcp);
  if (waiting != sockstat.npos) {
    const std::vector<std::uint64_t> found =
        numbers(sockstat.substr(waiting + 4, sockstat.find_first_of(" \n", waiting + 4) - waiting - 4));
    if (!found.empty()) table.time_waits = found.front();
  }
  const std::vector<std::uint64_t> edges = numbers(port_range);
  if (edges.size() == 2 && edges[1] >= edges[0]) table.range = edges[1] - edges[0] + 1;
  return table;
}

PortTable port_table() {
  return parse_port_table(read_file("/proc/net/sockstat"), read_file("/proc/sys/net/ipv4/ip_local_port_range"));
}

ConntrackTable conntrack_table() {
  const auto count = numbers(read_file("/proc/sys/net/netfilter/nf_conntrack_count"));
  const auto max = numbers(read_file("/proc/sys/net/netfilter/nf_conntrack_max"));
  return count.empty() || max.empty() ? ConntrackTable{} : ConntrackTable{count.front(), max.front()};
}

Limit limit_of(const EngineHealth& health, const PortTable& ports, Stall stall, const ConntrackTable& conntrack) {
  if (stall == Stall::stopped) return Limit::stopped;
  if (health.no_descriptors > 0) return Limit::descriptors;
  const bool crowded = ports.time_waits * 5 >= ports.range * 2;
  // One slow call among many is an interrupt's or the hypervisor's doing; at the cliff nearly each one is slow.
  const bool searching = health.slow_connects > 0 && health.slow_connects * 2 >= health.watched_connects;
  if (health.no_ports > 0 || (searching && crowded)) return Limit::ports;
  if (health.no_memory > 0) return Limit::memory;
  if (health.no_right > 0) return Limit::rights;
  if (health.no_server > 0) return Limit::api_server;
  if (conntrack.max > 0 && conntrack.count * 20 >= conntrack.max * 19) return Limit::conntrack;
  return stall == Stall::cpu ? Limit::cpu : Limit::none;
}

}  // namespace straycat::probe
