// The log's words. A closed set of words that two rooms must spell alike is an enum with one table of spellings, here
// or beside the enum; whoever writes or reads one uses to_string() and from_word(). Free text stands in a field beside.
//
// A word that is in no table reads as the set's `unknown` and is counted (fields.hpp), so that a log of a later version
// can still be judged. Spellings that released versions wrote and this one does not stay readable: `former`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace straycat {

template <class E>
struct Word {
  E value;
  std::string_view spelling;
};

// Specialised for each set: `words`, a row for each value in the enum's order, the last of which is the enum's last;
// `unknown`, what an unheard-of word reads as; perhaps `former`, old spellings (one that ends with ':' had more after
// it).
template <class E>
struct Vocabulary;

template <class E>
concept Spelt = requires { Vocabulary<E>::words; };

// Each value of the enum, up to `last`, has a row at its place, and no two rows are spelt alike.
template <Spelt E>
consteval bool well_spelt(E last) {
  const auto& words = Vocabulary<E>::words;
  if (words.size() != static_cast<std::size_t>(last) + 1) return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (static_cast<std::size_t>(words[i].value) != i || words[i].spelling.empty()) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (words[i].spelling == words[j].spelling) return false;
    }
  }
  return true;
}

// All values with their spellings, in the enum's order.
template <Spelt E>
[[nodiscard]] constexpr const auto& all_words() {
  return Vocabulary<E>::words;
}

template <Spelt E>
[[nodiscard]] constexpr std::string_view to_string(E value) {
  const auto at = static_cast<std::size_t>(value);
  return at < Vocabulary<E>::words.size() ? Vocabulary<E>::words[at].spelling : std::string_view{};
}

// The value of a word, in today's spelling or a former one; none when the set has no such word.
template <Spelt E>
[[nodiscard]] constexpr std::optional<E> from_word(std::string_view text) {
  for (const Word<E>& word : Vocabulary<E>::words) {
    if (word.spelling == text) return word.value;
  }
  if constexpr (requires { Vocabulary<E>::former; }) {
    for (const Word<E>& word : Vocabulary<E>::former) {
      const bool open = word.spelling.ends_with(':');
      if (open ? text.starts_with(word.spelling) : text == word.spelling) return word.value;
    }
  }
  return std::nullopt;
}

// What somebody may say: all words but that of the value `unknown`.
template <Spelt E>
[[nodiscard]] std::vector<std::string> known_words() {
  std::vector<std::string> out;
  for (const Word<E>& word : Vocabulary<E>::words) {
    if (word.value != Vocabulary<E>::unknown) out.emplace_back(word.spelling);
  }
  return out;
}

// A word that is none, or no text at all, reads as `unknown`; fields.hpp's reader counts them.
template <Spelt E>
void to_json(nlohmann::json& out, E value) {
  out = to_string(value);
}
template <Spelt E>
void from_json(const nlohmann::json& in, E& value) {
  const auto* text = in.get_ptr<const nlohmann::json::string_t*>();
  value = text == nullptr ? Vocabulary<E>::unknown : from_word<E>(*text).value_or(Vocabulary<E>::unknown);
}

// What a line of the log is about: Event::kind.
enum class Topic : std::uint8_t {
  header,
  step_started,
  step_ended,
  fault_started,
  fault_ended,
  watch_started,
  watch_gap,
  watch_ended,
  clock_bound,
  vantage,
  attempt_failed,
  attempts_window,
  probe_direct,
  vantage_health,
  vantage_summary,
  vantage_lost,
  cluster_lost,
  note,
  run_ended,
  // Projections of Kubernetes objects (model/objects.hpp).
  pod,
  service,
  slice,
  workload,
  node,
  network_policy,
  kube_event,
  beacon,  // a change of the beacon slice, as the agent saw it
  unknown,
};
template <>
struct Vocabulary<Topic> {
  static constexpr std::array<Word<Topic>, 28> words{{
      {Topic::header, "header"},
      {Topic::step_started, "step.started"},
      {Topic::step_ended, "step.ended"},
      {Topic::fault_started, "fault.started"},
      {Topic::fault_ended, "fault.ended"},
      {Topic::watch_started, "watch.started"},
      {Topic::watch_gap, "watch.gap"},
      {Topic::watch_ended, "watch.ended"},
      {Topic::clock_bound, "clock.bound"},
      {Topic::vantage, "vantage"},
      {Topic::attempt_failed, "attempt.failed"},
      {Topic::attempts_window, "attempts.window"},
      {Topic::probe_direct, "probe.direct"},
      {Topic::vantage_health, "vantage.health"},
      {Topic::vantage_summary, "vantage.summary"},
      {Topic::vantage_lost, "vantage.lost"},
      {Topic::cluster_lost, "cluster.lost"},
      {Topic::note, "note"},
      {Topic::run_ended, "run.ended"},
      {Topic::pod, "pod"},
      {Topic::service, "service"},
      {Topic::slice, "slice"},
      {Topic::workload, "workload"},
      {Topic::node, "node"},
      {Topic::network_policy, "networkpolicy"},
      {Topic::kube_event, "kube.event"},
      {Topic::beacon, "beacon"},
      {Topic::unknown, "unknown"},
  }};
  static constexpr Topic unknown = Topic::unknown;
};
static_assert(well_spelt(Topic::unknown));

// What a step does.
enum class Verb : std::uint8_t { apply, remove, patch, scale, restart, wait, pause, traffic, chaos, command, unknown };
template <>
struct Vocabulary<Verb> {
  static constexpr std::array<Word<Verb>, 11> words{{
      {Verb::apply, "apply"},
      {Verb::remove, "delete"},
      {Verb::patch, "patch"},
      {Verb::scale, "scale"},
      {Verb::restart, "restart"},
      {Verb::wait, "wait"},
      {Verb::pause, "pause"},
      {Verb::traffic, "traffic"},
      {Verb::chaos, "chaos"},
      {Verb::command, "command"},
      {Verb::unknown, "unknown"},
  }};
  static constexpr Verb unknown = Verb::unknown;
};
static_assert(well_spelt(Verb::unknown));

// How a watch ended.
enum class WatchEnd : std::uint8_t {
  none,    // it has not
  closed,  // by whoever watched, who had seen enough
  denied,  // the API server refused it: RBAC
  absent,  // the API server knows no such resource, so that there are no objects of it
  died,    // by a fault of the watcher's own: from then on it saw nothing
  unknown,
};
template <>
struct Vocabulary<WatchEnd> {
  static constexpr std::array<Word<WatchEnd>, 6> words{{
      {WatchEnd::none, "none"},
      {WatchEnd::closed, "closed"},
      {WatchEnd::denied, "denied"},
      {WatchEnd::absent, "absent"},
      {WatchEnd::died, "died"},
      {WatchEnd::unknown, "unknown"},
  }};
  // These stood in the reason, and the first one with the API server's words after it.
  static constexpr std::array<Word<WatchEnd>, 5> former{{
      {WatchEnd::denied, "denied:"},
      {WatchEnd::closed, "the run ended"},
      {WatchEnd::closed, "finished"},
      {WatchEnd::closed, "signal"},
      {WatchEnd::closed, "output"},
  }};
  static constexpr WatchEnd unknown = WatchEnd::unknown;
};
static_assert(well_spelt(WatchEnd::unknown));

// Where a plan's traffic starts (TrafficPlan::from).
enum class Origin : std::uint8_t {
  pod,    // a pod in the cluster
  nodes,  // a pod on each node
  host,   // where straycat runs
  api,    // the API server's service and pod proxies
  unknown,
};
template <>
struct Vocabulary<Origin> {
  static constexpr std::array<Word<Origin>, 5> words{{{Origin::pod, "pod"},
                                                      {Origin::nodes, "nodes"},
                                                      {Origin::host, "host"},
                                                      {Origin::api, "api"},
                                                      {Origin::unknown, "unknown"}}};
  static constexpr Origin unknown = Origin::unknown;
};
static_assert(well_spelt(Origin::unknown));

// Where a vantage point stands.
enum class Place : std::uint8_t {
  pod,   // a pod, wherever the scheduler put it
  node,  // a pod, one of one on each node
  host,  // beside the runner: dials by itself and cannot reach the pods' own addresses
  api,   // beside the runner: everything through the API server's service and pod proxies
  unknown,
};
template <>
struct Vocabulary<Place> {
  static constexpr std::array<Word<Place>, 5> words{{{Place::pod, "pod"},
                                                     {Place::node, "node"},
                                                     {Place::host, "host"},
                                                     {Place::api, "api"},
                                                     {Place::unknown, "unknown"}}};
  static constexpr std::array<Word<Place>, 2> former{{{Place::node, "node:"}, {Place::api, "apiserver-proxy"}}};
  static constexpr Place unknown = Place::unknown;
};
static_assert(well_spelt(Place::unknown));

// Who turns a Service's name into an endpoint.
enum class Dialing : std::uint8_t {
  kernel,       // the node's data plane
  client_side,  // the prober itself, under the loopback fallback
  api_proxy,    // the API server
  unknown,
};
template <>
struct Vocabulary<Dialing> {
  static constexpr std::array<Word<Dialing>, 4> words{{{Dialing::kernel, "kernel"},
                                                       {Dialing::client_side, "client-side"},
                                                       {Dialing::api_proxy, "api-proxy"},
                                                       {Dialing::unknown, "unknown"}}};
  static constexpr Dialing unknown = Dialing::unknown;
};
static_assert(well_spelt(Dialing::unknown));

// Why a direct probe was sent.
enum class ProbeReason : std::uint8_t {
  joined,    // the endpoint came into use
  failure,   // a request of the traffic failed
  periodic,  // it was time
  left,      // the endpoint went out of use
  unknown,
};
template <>
struct Vocabulary<ProbeReason> {
  static constexpr std::array<Word<ProbeReason>, 5> words{{{ProbeReason::joined, "joined"},
                                                           {ProbeReason::failure, "failure"},
                                                           {ProbeReason::periodic, "periodic"},
                                                           {ProbeReason::left, "left"},
                                                           {ProbeReason::unknown, "unknown"}}};
  static constexpr ProbeReason unknown = ProbeReason::unknown;
};
static_assert(well_spelt(ProbeReason::unknown));

// What a prober ran into that is its own trouble, never the target's.
enum class Limit : std::uint8_t {
  none,
  stopped,      // SIGSTOP, a debugger, a suspended machine
  descriptors,  // no file descriptor left
  ports,        // no local port left
  memory,       // the kernel had no memory for another socket
  conntrack,    // the kernel's table of connections is full: it drops SYNs without a word to anybody
  cpu,          // it did not get the processor in time
  rights,       // the API server, through which it sends, does not let it: 401, 403
  api_server,   // ... does not take its requests: away, or too busy
  unknown,
};
template <>
struct Vocabulary<Limit> {
  static constexpr std::array<Word<Limit>, 10> words{{
      {Limit::none, "none"},
      {Limit::stopped, "stopped"},
      {Limit::descriptors, "descriptors"},
      {Limit::ports, "ports"},
      {Limit::memory, "memory"},
      {Limit::conntrack, "conntrack"},
      {Limit::cpu, "cpu"},
      {Limit::rights, "rights"},
      {Limit::api_server, "api server"},
      {Limit::unknown, "unknown"},
  }};
  static constexpr Limit unknown = Limit::unknown;
};
static_assert(well_spelt(Limit::unknown));

// How a vantage point ended.
enum class VantageEnd : std::uint8_t {
  finished,  // its orders are carried out
  signal,    // it was told to
  output,    // nobody read its records any more
  unknown,
};
template <>
struct Vocabulary<VantageEnd> {
  static constexpr std::array<Word<VantageEnd>, 4> words{{{VantageEnd::finished, "finished"},
                                                          {VantageEnd::signal, "signal"},
                                                          {VantageEnd::output, "output"},
                                                          {VantageEnd::unknown, "unknown"}}};
  static constexpr VantageEnd unknown = VantageEnd::unknown;
};
static_assert(well_spelt(VantageEnd::unknown));

// How a run ended.
enum class RunEnd : std::uint8_t {
  finished,     // every step was carried out
  interrupted,  // by a signal
  deadline,     // the plan's deadline passed
  failed,       // the surroundings
  lost,         // a part that it stood on died: the cluster, or every vantage point
  refused,  // before the first change: a manifest that the API server rejects, a kind or namespace that is not there
  unmet,    // by a step that what is in the scenario's files made impossible: an image, a pod, a patch
  unknown,
};
template <>
struct Vocabulary<RunEnd> {
  static constexpr std::array<Word<RunEnd>, 8> words{{{RunEnd::finished, "finished"},
                                                      {RunEnd::interrupted, "interrupted"},
                                                      {RunEnd::deadline, "deadline"},
                                                      {RunEnd::failed, "failed"},
                                                      {RunEnd::lost, "lost"},
                                                      {RunEnd::refused, "refused"},
                                                      {RunEnd::unmet, "unmet"},
                                                      {RunEnd::unknown, "unknown"}}};
  static constexpr RunEnd unknown = RunEnd::unknown;
};
static_assert(well_spelt(RunEnd::unknown));

}  // namespace straycat
