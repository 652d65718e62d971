#include <algorithm>
#include <array>
#include <csignal>

#include <fmt/format.h>

#include <straycat/core/json_access.hpp>
#include <straycat/model/fault.hpp>

namespace straycat::model {
namespace {

using enum FaultGround;

constexpr std::string_view network = "target! pods share from node for! background";

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<FaultRow> make_fault_rows() {
  return {
      {FaultWord::kill, own, "target! pods container signal",
       "A signal to the main process of a container, of each where none is named. KILL by default."},
      {FaultWord::oom, own, "target! pods container",
       "A container ends as the kernel ends one that is over its memory limit: SIGKILL, and the reason OOMKilled."},
      {FaultWord::delete_pod, anywhere, "target! pods gracePeriod", "Pods are deleted."},
      {FaultWord::evict, anywhere, "target! pods gracePeriod",
       "Pods are evicted, as far as PodDisruptionBudgets let them go: what one forbids is asked for again, for 30s."},
      {FaultWord::pause, own, "target! pods container for! background",
       "Containers stand still (SIGSTOP): the kernel goes on to take connections for them."},
      {FaultWord::slow_start, own, "target! delay! for! background",
       "Containers of the workload that are started meanwhile begin so much later."},
      {FaultWord::drop, own_kernel, network, "Connections to the pods get no answer at all."},
      {FaultWord::lose, own_kernel, "target! pods share! from node for! background",
       "Single packets to the pods and from them are lost; TCP sends them again."},
      {FaultWord::refuse, own_kernel, network, "New connections to the pods are refused."},
      {FaultWord::reset, own_kernel, network,
       "Connections to the pods are made, and cut as soon as something is asked."},
      {FaultWord::stall, own_kernel, network, "Connections to the pods are made, and nothing is answered."},
      {FaultWord::delay, own_kernel, "target! pods delay! for! background",
       "Packets to the pods come so much later (netem, where the kernel has it)."},
      {FaultWord::proxy_stop, own, "node for! background", "kube-proxy writes no rules, on one node or on each."},
      {FaultWord::proxy_lag, own, "node lag! for! background",
       "kube-proxy writes each change so much later, on one node or on each."},
      {FaultWord::api_down, own, "for!", "The API server is away: whoever calls it is refused."},
      {FaultWord::watches, own, "",
       "The API server ends all watches: cut, so that they go on where they ended; compact, so that they cannot."},
      {FaultWord::dns_fail, own_kernel, "answers! for! background",
       "The cluster's name server answers everybody with SERVFAIL or NXDOMAIN, or with nothing."},
      {FaultWord::dns_delay, own_kernel, "delay! for! background",
       "The cluster's name server answers so much later (by UDP)."},
      {FaultWord::connections, own_kernel, "atMost! node for! background",
       "No more than so many connections are open on the node at the same time: what would open another is dropped."},
      {FaultWord::node_down, own_kernel, "node! for! background",
       "A node is cut off from all others: what it sends is lost, and its kubelet hears and tells nothing."},
      {FaultWord::cordon, nodes, "target! for!", "The node of one of the pods takes no new pods."},
      {FaultWord::drain, nodes, "target! for!",
       "The node of one of the pods takes no new pods, and the run's pods on it are evicted."},
  };
}

// The key's mark in the list: 'x' not there, ' ' may stand, '!' must.
char mark_of(std::string_view list, std::string_view key) {
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    std::string_view one = list.substr(0, end);
    const bool must = one.ends_with('!');
    if (must) one.remove_suffix(1);
    if (one == key) return must ? '!' : ' ';
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return 'x';
}

struct SignalName {
  std::string_view name;
  int number;
};
constexpr std::array<SignalName, 8> signals{{{"KILL", SIGKILL},
                                             {"TERM", SIGTERM},
                                             {"INT", SIGINT},
                                             {"QUIT", SIGQUIT},
                                             {"ABRT", SIGABRT},
                                             {"SEGV", SIGSEGV},
                                             {"HUP", SIGHUP},
                                             {"USR1", SIGUSR1}}};

std::string share_words(int ppm) {
  if (ppm >= 1'000'000) return "";
  return fmt::format("{}% of ", static_cast<double>(ppm) / 10'000);
}

std::string from_words(const Fault& fault) {
  switch (fault.from) {
    case FaultFrom::node:
      return fault.node.empty() ? " from the node" : " from " + fault.node;
    case FaultFrom::anywhere:
      return fault.node.empty() ? " from anywhere" : fmt::format(" from {} and its pods", fault.node);
    case FaultFrom::pods:
    case FaultFrom::unknown:
      break;
  }
  return fault.node.empty() ? "" : " from pods on " + fault.node;
}

template <Spelt E>
Result<> take_word(const json& spec, const char* key, E& into) {
  if (!spec.contains(key)) return {};
  const auto word = from_word<E>(text_at(spec, {key}));
  if (!word || *word == Vocabulary<E>::unknown) return bad_input(fmt::format("{}: no such word", key));
  into = *word;
  return {};
}

Result<> take_length(const json& spec, const char* key, Nanos& into) {
  if (!spec.contains(key)) return {};
  const auto length = parse_duration(text_at(spec, {key}));
  if (!length) return length.error().within(key);
  into = *length;
  return {};
}

Result<> take_number(const json& spec, const char* key, int most, int& into) {
  if (!spec.contains(key)) return {};
  const auto number = number_at<std::int64_t>(spec, {key}, -1);
  if (number < 0 || number > most) return bad_input(fmt::format("{}: a number from 0 to {}", key, most));
  into = static_cast<int>(number);
  return {};
}

constexpr int most_connections = 1'000'000;

Result<> read_spec(const json& spec, Fault& out) {
  if (auto done = take_word(spec, "fault", out.word); !done) return done;
  if (auto done = take_word(spec, "how", out.how); !done) return done;
  if (auto done = take_word(spec, "from", out.from); !done) return done;
  if (auto done = take_length(spec, "delay", out.delay); !done) return done;
  if (auto done = take_length(spec, "for", out.lasts); !done) return done;
  if (auto done = take_number(spec, "ppm", 1'000'000, out.ppm); !done) return done;
  if (auto done = take_number(spec, "limit", most_connections, out.limit); !done) return done;
  out.workload = text_at(spec, {"workload"});
  out.node = text_at(spec, {"node"});
  out.container = text_at(spec, {"container"});
  out.signal = text_at(spec, {"signal"}, out.signal);
  for (const json& pod : member(spec, "pods"))
    if (pod.is_string()) out.pods.push_back(pod.get<std::string>());
  return {};
}

}  // namespace

const std::vector<FaultRow>& fault_rows() {
  static const std::vector<FaultRow> rows = make_fault_rows();
  return rows;
}

const FaultRow& row_of(FaultWord word) { return fault_rows().at(static_cast<std::size_t>(word)); }

bool FaultRow::takes(std::string_view key) const { return mark_of(keys, key) != 'x'; }
bool FaultRow::needs(std::string_view key) const { return mark_of(keys, key) == '!'; }

json to_json(const Fault& fault) {
  const Fault plain;
  json out = {{"fault", fault.word}};
  if (fault.how != plain.how) out["how"] = fault.how;
  if (!fault.pods.empty()) out["pods"] = fault.pods;
  if (!fault.workload.empty()) out["workload"] = fault.workload;
  if (!fault.node.empty()) out["node"] = fault.node;
  if (!fault.container.empty()) out["container"] = fault.container;
  if (fault.signal != plain.signal) out["signal"] = fault.signal;
  if (fault.ppm != plain.ppm) out["ppm"] = fault.ppm;
  if (fault.from != plain.from) out["from"] = fault.from;
  if (fault.delay > Nanos{}) out["delay"] = format_duration(fault.delay);
  if (fault.limit != plain.limit) out["limit"] = fault.limit;
  if (fault.lasts > Nanos{}) out["for"] = format_duration(fault.lasts);
  return out;
}

Result<Fault> fault_from(const json& spec) {
  Fault out;
  if (auto done = read_spec(spec, out); !done) return done.error();
  if (out.word == FaultWord::unknown) return bad_input("fault: none is named");
  if (signal_number(out.signal) == 0) return bad_input("signal: no such signal");
  return out;
}

// NOLINTNEXTLINE(readability-function-size): a table
std::string describe(const Fault& fault) {
  const std::string share = share_words(fault.ppm);
  const std::string from = from_words(fault);
  switch (fault.word) {
    case FaultWord::kill:
      return fmt::format("send SIG{} to {}", fault.signal,
                         fault.container.empty() ? "" : fmt::format("container {} of ", fault.container));
    case FaultWord::oom:
      return fmt::format("out of memory in {}",
                         fault.container.empty() ? "" : fmt::format("container {} of ", fault.container));
    case FaultWord::delete_pod:
      return "delete ";
    case FaultWord::evict:
      return "evict ";
    case FaultWord::pause:
      return "stop and continue ";
    case FaultWord::slow_start:
      return fmt::format("start {} later: ", format_duration(fault.delay));
    case FaultWord::drop:
      return fmt::format("drop {}the connections{} to ", share, from);
    case FaultWord::lose:
      return fmt::format("lose {}the packets{} to and from ", share, from);
    case FaultWord::refuse:
      return fmt::format("refuse {}the connections{} to ", share, from);
    case FaultWord::reset:
      return fmt::format("reset {}the connections{} to ", share, from);
    case FaultWord::stall:
      return fmt::format("stall {}the connections{} to ", share, from);
    case FaultWord::delay:
      return fmt::format("delay packets by {} to ", format_duration(fault.delay));
    case FaultWord::proxy_stop:
      return fmt::format("kube-proxy{} stands still", fault.node.empty() ? "" : " of " + fault.node);
    case FaultWord::proxy_lag:
      return fmt::format("kube-proxy{} lags by {}", fault.node.empty() ? "" : " of " + fault.node,
                         format_duration(fault.delay));
    case FaultWord::api_down:
      return "the API server is away";
    case FaultWord::watches:
      return fault.how == FaultHow::compact ? "the API server forgets its history" : "the API server cuts its watches";
    case FaultWord::dns_fail:
      return fault.how == FaultHow::silence ? "the name server does not answer"
                                            : fmt::format("the name server answers {}", to_string(fault.how));
    case FaultWord::dns_delay:
      return fmt::format("the name server answers {} later", format_duration(fault.delay));
    case FaultWord::connections:
      return fmt::format("the table of {} holds {} connections", fault.node.empty() ? "each node" : fault.node,
                         fault.limit);
    case FaultWord::node_down:
      return fault.node + " is cut off";
    case FaultWord::cordon:
      return "cordon the node of ";
    case FaultWord::drain:
      return "drain the node of ";
    case FaultWord::unknown:
      break;
  }
  return "unknown ";
}

int signal_number(std::string_view name) {
  for (const SignalName& one : signals)
    if (one.name == name) return one.number;
  return 0;
}

std::vector<std::string> signal_names() {
  std::vector<std::string> out;
  for (const SignalName& one : signals) out.emplace_back(one.name);
  return out;
}

json fault_object(const std::string& name, const Fault& fault, bool rehearsal) {
  json spec = to_json(fault);
  if (rehearsal) spec["rehearsal"] = true;
  return {{"apiVersion", fmt::format("{}/{}", fault_group, fault_version)},
          {"kind", fault_kind},
          {"metadata", {{"name", name}}},
          {"spec", std::move(spec)}};
}

FaultStatus fault_status(const json& object) {
  const json& status = member(object, "status");
  FaultStatus out;
  if (status.is_object() && status.contains("phase"))
    out.phase = from_word<FaultPhase>(text_at(status, {"phase"})).value_or(FaultPhase::unknown);
  out.message = text_at(status, {"message"});
  out.start_time = text_at(status, {"startTime"});
  out.end_time = text_at(status, {"endTime"});
  return out;
}

json to_json(const FaultStatus& status) {
  json out = {{"phase", status.phase}};
  if (!status.message.empty()) out["message"] = status.message;
  if (!status.start_time.empty()) out["startTime"] = status.start_time;
  if (!status.end_time.empty()) out["endTime"] = status.end_time;
  return out;
}

}  // namespace straycat::model
