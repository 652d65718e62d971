// The faults that a scenario may order (verb chaos), as the scenario, the log, and the embedded cluster's kind Fault
// spell them.
#pragma once

#include <straycat/core/vocabulary.hpp>

namespace straycat {

enum class FaultWord : std::uint8_t {
  kill,         // a signal to a container's process
  oom,          // a container ends as the kernel's out-of-memory killer ends it
  delete_pod,   // DELETE of pods
  evict,        // the eviction subresource, which heeds PodDisruptionBudgets
  pause,        // SIGSTOP, and SIGCONT at the end
  slow_start,   // containers that start meanwhile start so much later
  drop,         // what is sent to a pod vanishes
  lose,         // single packets between client and pod vanish
  refuse,       // new connections are refused
  reset,        // connections are made, and cut when the client asks something
  stall,        // connections are made, and no answer comes
  delay,        // packets come so much later
  proxy_stop,   // kube-proxy writes no rules
  proxy_lag,    // ... or each change so much later
  api_down,     // the API server is away
  watches,      // ... cuts its watches, or forgets what they could go on from
  dns_fail,     // the cluster's name server answers with an error, or not at all
  dns_delay,    // ... or late
  connections,  // the node's table of connections holds so many
  node_down,    // a node is cut off from all others
  cordon,       // the node takes no new pods
  drain,        // ... and the run's pods on it are evicted
  unknown,
};
template <>
struct Vocabulary<FaultWord> {
  static constexpr std::array<Word<FaultWord>, 23> words{{
      {FaultWord::kill, "kill"},
      {FaultWord::oom, "oom"},
      {FaultWord::delete_pod, "deletePod"},
      {FaultWord::evict, "evict"},
      {FaultWord::pause, "pause"},
      {FaultWord::slow_start, "slowStart"},
      {FaultWord::drop, "drop"},
      {FaultWord::lose, "lose"},
      {FaultWord::refuse, "refuse"},
      {FaultWord::reset, "reset"},
      {FaultWord::stall, "stall"},
      {FaultWord::delay, "delay"},
      {FaultWord::proxy_stop, "proxyStop"},
      {FaultWord::proxy_lag, "proxyLag"},
      {FaultWord::api_down, "apiServerDown"},
      {FaultWord::watches, "watches"},
      {FaultWord::dns_fail, "dnsFail"},
      {FaultWord::dns_delay, "dnsDelay"},
      {FaultWord::connections, "connections"},
      {FaultWord::node_down, "nodeDown"},
      {FaultWord::cordon, "cordon"},
      {FaultWord::drain, "drain"},
      {FaultWord::unknown, "unknown"},
  }};
  static constexpr FaultWord unknown = FaultWord::unknown;
};
static_assert(well_spelt(FaultWord::unknown));

// From where what is sent to a pod meets a fault of the network.
enum class FaultFrom : std::uint8_t {
  pods,      // other pods: what clients meet, while the kubelet's probes pass
  node,      // the node itself: what its kubelet's probes meet, while clients pass
  anywhere,  // both
  unknown,
};
template <>
struct Vocabulary<FaultFrom> {
  static constexpr std::array<Word<FaultFrom>, 4> words{{{FaultFrom::pods, "pods"},
                                                         {FaultFrom::node, "node"},
                                                         {FaultFrom::anywhere, "anywhere"},
                                                         {FaultFrom::unknown, "unknown"}}};
  static constexpr FaultFrom unknown = FaultFrom::unknown;
};
static_assert(well_spelt(FaultFrom::unknown));

// What becomes of the API server's watches (the first two), or of the name server's answers.
enum class FaultHow : std::uint8_t { none, cut, compact, servfail, nxdomain, silence, unknown };
template <>
struct Vocabulary<FaultHow> {
  static constexpr std::array<Word<FaultHow>, 7> words{{{FaultHow::none, "none"},
                                                        {FaultHow::cut, "cut"},
                                                        {FaultHow::compact, "compact"},
                                                        {FaultHow::servfail, "servfail"},
                                                        {FaultHow::nxdomain, "nxdomain"},
                                                        {FaultHow::silence, "silence"},
                                                        {FaultHow::unknown, "unknown"}}};
  static constexpr FaultHow unknown = FaultHow::unknown;
};
static_assert(well_spelt(FaultHow::unknown));

// Where a fault on the embedded cluster stands (status.phase).
enum class FaultPhase : std::uint8_t {
  pending,   // not looked at yet
  possible,  // a rehearsal: this cluster can do it
  active,
  ended,
  refused,  // this cluster cannot do it; the message says why
  unknown,
};
template <>
struct Vocabulary<FaultPhase> {
  static constexpr std::array<Word<FaultPhase>, 6> words{{{FaultPhase::pending, "Pending"},
                                                          {FaultPhase::possible, "Possible"},
                                                          {FaultPhase::active, "Active"},
                                                          {FaultPhase::ended, "Ended"},
                                                          {FaultPhase::refused, "Refused"},
                                                          {FaultPhase::unknown, "unknown"}}};
  static constexpr FaultPhase unknown = FaultPhase::unknown;
};
static_assert(well_spelt(FaultPhase::unknown));

}  // namespace straycat
