// Faults on order: what each is, and the object by which the embedded cluster is told of one. Whoever writes scenarios,
// carries them out, or serves the object reads this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/fault_words.hpp>
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::model {

using json = nlohmann::json;

// Who can do it.
enum class FaultGround {
  anywhere,    // any cluster, by Kubernetes' own API, to pods of the run's own workloads
  nodes,       // likewise, to a node; elsewhere than on straycat's own cluster only with a word of the node's owner
  own,         // straycat's own cluster
  own_kernel,  // ... with the kernel's data plane
};

struct FaultRow {
  FaultWord word;
  FaultGround ground;
  // The keys that stand under it, separated by blanks; those that must end with '!'. "": what stands there is a word
  // of FaultHow.
  std::string_view keys;
  std::string_view says;  // for people and editors

  [[nodiscard]] bool takes(std::string_view key) const;
  [[nodiscard]] bool needs(std::string_view key) const;
  [[nodiscard]] bool lasts() const { return takes("for"); }  // for a time; else it is over at once
};

[[nodiscard]] const std::vector<FaultRow>& fault_rows();  // in the order of the words
[[nodiscard]] const FaultRow& row_of(FaultWord word);     // not of `unknown`

// The label by which a node's owner says that runs on it may cordon and drain it (value "allowed").
inline constexpr const char* fault_label = "straycat.dev/chaos";

// What is ordered, and to whom. Of an order in a scenario `pods` is empty: they are chosen when it is carried out.
struct Fault {
  FaultWord word = FaultWord::unknown;
  FaultHow how = FaultHow::none;
  std::vector<std::string> pods;  // by name, in the object's namespace
  std::string workload;           // slowStart: whose pods, "Deployment/sayhi"
  std::string node;               // whose kube-proxy or table; of the network: from whose pods. "" = each
  std::string container;          // "" = each of the pod
  std::string signal = "KILL";    // kill: without SIG
  int ppm = 1'000'000;            // of connections (lose: of packets), in millionths
  FaultFrom from = FaultFrom::pods;
  Nanos delay{};  // slowStart, delay, proxyLag, dnsDelay
  int limit = 0;  // connections
  Nanos lasts{};  // 0 = over at once
  bool operator==(const Fault&) const = default;
};

// spec of the kind Fault. Fields with their default are left out.
[[nodiscard]] json to_json(const Fault& fault);
// Errors (bad_input): it is no fault; the message names the field.
[[nodiscard]] Result<Fault> fault_from(const json& spec);

// "drop 30% of what is sent to": without whom it hits and for how long.
[[nodiscard]] std::string describe(const Fault& fault);

// The signals that `kill` takes, by name; 0 for any other.
[[nodiscard]] int signal_number(std::string_view name);
[[nodiscard]] std::vector<std::string> signal_names();

// The kind that the embedded cluster alone serves: chaos.straycat.dev/v1alpha1, in namespaces.
inline constexpr const char* fault_group = "chaos.straycat.dev";
inline constexpr const char* fault_version = "v1alpha1";
inline constexpr const char* fault_plural = "faults";
inline constexpr const char* fault_kind = "Fault";
[[nodiscard]] json fault_object(const std::string& name, const Fault& fault, bool rehearsal);

// Its status. Times are RFC 3339 with microseconds; "" = not yet.
struct FaultStatus {
  FaultPhase phase = FaultPhase::pending;
  std::string message;
  std::string start_time, end_time;
  bool operator==(const FaultStatus&) const = default;
};
[[nodiscard]] FaultStatus fault_status(const json& object);
[[nodiscard]] json to_json(const FaultStatus& status);

}  // namespace straycat::model
