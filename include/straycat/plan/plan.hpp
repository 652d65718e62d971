// What a run is to do: the validated form of a scenario. Everything in it is plain data with a JSON form, so a plan may
// come from anywhere and travels in the run's header.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>
#include <straycat/model/fault.hpp>

namespace straycat::plan {

using json = nlohmann::json;

// An object by name: "Deployment/sayhi". The namespace is the run's unless it is given.
struct Target {
  std::string kind, name, ns;
  [[nodiscard]] std::string display() const { return kind + "/" + name; }
  auto operator<=>(const Target&) const = default;
};

// A manifest as JSON, with where it stands, for messages.
struct Manifest {
  json object;
  std::string file;  // relative to the scenario
  int line = 0;      // 1-based
  bool operator==(const Manifest&) const = default;
};

// apply: server-side apply of the manifests, the overlay already merged in.
struct Apply {
  static constexpr Verb verb = Verb::apply;
  std::vector<Manifest> manifests;
  bool operator==(const Apply&) const = default;
};
// delete: background propagation; `wait` = until gone.
struct Delete {
  static constexpr Verb verb = Verb::remove;
  std::vector<Target> targets;
  bool wait = true;
  bool operator==(const Delete&) const = default;
};
// patch: a JSON merge patch (RFC 7386).
struct Patch {
  static constexpr Verb verb = Verb::patch;
  Target target;
  json patch;
  bool operator==(const Patch&) const = default;
};
struct Scale {
  static constexpr Verb verb = Verb::scale;
  Target target;
  int replicas = 0;
  bool operator==(const Scale&) const = default;
};
// restart: as `kubectl rollout restart`.
struct Restart {
  static constexpr Verb verb = Verb::restart;
  Target target;
  bool operator==(const Restart&) const = default;
};
// wait: until a condition holds: "Available", "Ready", "Complete", "Failed", "RolledOut" (rollout status), "Routable"
// (a pod of the workload is ready in an EndpointSlice), "Unroutable" (none is), "Exists", "Deleted", or any status
// condition's type.
struct Wait {
  static constexpr Verb verb = Verb::wait;
  Target target;
  std::string condition;
  Nanos timeout{};
  bool operator==(const Wait&) const = default;
};
struct Pause {
  static constexpr Verb verb = Verb::pause;
  Nanos length{};
  bool operator==(const Pause&) const = default;
};
// traffic: start or stop sending. Without such a step traffic runs from before the first step to after the last.
struct Traffic {
  static constexpr Verb verb = Verb::traffic;
  bool start = true;
  bool operator==(const Traffic&) const = default;
};

// chaos: a fault on order. It is chosen by the plan's seed whom it hits. The step lasts as long as the fault, unless
// that is to run beside the steps that follow; it ends with the steps at the latest.
struct Chaos {
  static constexpr Verb verb = Verb::chaos;
  model::Fault fault;
  Target target;             // whose pods, or on whose node; without a kind where the fault hits the cluster itself
  int pods = 1;              // how many of them; 0 = all
  std::optional<int> grace;  // seconds: deletePod, evict
  bool background = false;
  std::string place;  // where it is written, for messages: "scenario.yaml:12:5"; not in a log
  bool operator==(const Chaos&) const = default;
};

// command: a program of the person's, run where straycat runs; the step lasts until it ends. Scenarios cannot hold one.
struct Command {
  static constexpr Verb verb = Verb::command;
  std::vector<std::string> words;
  bool operator==(const Command&) const = default;
};

// In the order of their verbs' enum; straycat/plan/actions.hpp says what else a verb is made of.
using Action = std::variant<Apply, Delete, Patch, Scale, Restart, Wait, Pause, Traffic, Chaos, Command>;

struct Step {
  std::string name;   // unique; made up ("wait-3") where the scenario gives none
  std::string phase;  // the phase that this step opens; "" continues the one before
  Action action;
  bool operator==(const Step&) const = default;
};

// How requests are paced. Open loop: `rate` a second, evenly. Closed loop: `loops` workers, each pausing after a
// request.
struct Pace {
  double rate_per_second = 0;  // > 0: open loop
  int loops = 0;               // > 0: closed loop
  Nanos pause{};               // closed loop
  bool operator==(const Pace&) const = default;
};

struct ExpectedAnswer {
  std::vector<int> statuses = {200};
  std::optional<std::string> body;  // equals
  std::optional<std::string> body_contains;
  bool operator==(const ExpectedAnswer&) const = default;
};

struct TrafficPlan {
  std::string name;
  Origin from = Origin::pod;
  std::string url;  // as a client in the namespace writes it: "http://sayhi/hi"
  std::string method = "GET";
  std::map<std::string, std::string> headers;
  Pace pace;
  Nanos connect_timeout = std::chrono::seconds{5};
  Nanos timeout = std::chrono::seconds{10};
  double keep_alive = 0;  // the share of requests that may go over a connection used before, 0 to 1
  ExpectedAnswer expect;
  std::string service;     // the Service behind the URL ("sayhi"), found by the scenario parser
  std::string service_ns;  // "" = the run's
  int service_port = 80;
  bool operator==(const TrafficPlan&) const = default;
};

// A failure budget: an absolute count, or a share of the attempts (0..1).
struct Budget {
  bool share = false;
  double value = 0;
  bool operator==(const Budget&) const = default;
};

struct PhaseExpectation {
  std::string phase;
  std::optional<Budget> max_failures, min_failures;
  std::optional<bool> no_readiness_failures;  // no "Readiness probe failed" Event for a pod that was ready meanwhile
  bool operator==(const PhaseExpectation&) const = default;
};

// What the scenario expects to be found: `finding` is a cause's id ("stray-endpoint", ...), or one of these words.
struct Expectations {
  static constexpr const char* none = "none";
  static constexpr const char* inconclusive = "inconclusive";
  // Scenarios cannot say these two. `diagnose --allow`: the failure budgets decide alone.
  static constexpr const char* any = "any";
  // `diagnose --probe`: what the verdict concludes. A finding is not as expected, but failures that nobody can explain
  // leave it open.
  static constexpr const char* conclusion = "conclusion";

  std::string finding = none;
  std::optional<Target> workload;
  std::vector<PhaseExpectation> phases;
  std::optional<Budget> max_failures;  // over the whole run
  bool operator==(const Expectations&) const = default;
};

// How the embedded cluster is to be; other clusters ignore it.
struct ClusterSettings {
  std::map<std::string, std::vector<std::string>> images;  // image name -> command line
  std::map<std::string, std::string> trees;                // image name -> path of the archive with its files
  Nanos min_sync_period = std::chrono::seconds{1};
  int nodes = 1;
  bool operator==(const ClusterSettings&) const = default;
};

struct Plan {
  std::string name;
  std::string description;
  std::map<std::string, std::string> labels;  // metadata.labels: what a suite selects by
  std::map<std::string, std::string> values;  // of a matrix: which of its combinations this is
  std::vector<Target> meant_for;              // `for:`; empty = to be inferred
  std::vector<TrafficPlan> traffic;
  std::vector<Step> steps;
  Expectations expect;
  ClusterSettings cluster;
  Nanos deadline = std::chrono::minutes{10};
  std::uint64_t seed = 0;
  bool operator==(const Plan&) const = default;
  // "grow (replicas=1, stop=hard)": what tells it from the matrix' other cases; never changes with what is found.
  [[nodiscard]] std::string case_name() const;
};
// "replicas=1, stop=hard", by name: the order in a file does not matter.
[[nodiscard]] std::string values_words(const std::map<std::string, std::string>& values);

[[nodiscard]] Verb verb(const Action& action);
// The manifests of an action that applies some; none of any other. They live as long as the action.
[[nodiscard]] std::span<Manifest> manifests_of(Action& action);
[[nodiscard]] std::span<const Manifest> manifests_of(const Action& action);
[[nodiscard]] std::string describe(const Step& step);  // "apply job.yaml (Job/sayhi)"
// A target's "Kind/name" form; the kind may be given as kubectl takes it: any case, plural, short name, with its group
// ("deploy/sayhi", "Deployments/sayhi", "deployment.apps/sayhi"). Errors: bad_input, one sentence without a position.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

// The JSON form. In the log's header (`for_log`) manifests and patches keep only what the privacy allow-list names
// (privacy.cpp: apiVersion, kind, metadata.name/namespace/labels, selectors, ports, probes, pod template labels, the
// counts and timings that decide when endpoints come and go); traffic URLs lose userinfo, query and fragment, headers
// their values, an expected body becomes its length, and mapped images lose their command lines.
[[nodiscard]] json to_json(const Plan& plan, bool for_log = false);
// Reads both forms. Errors: bad_input, naming the field.
[[nodiscard]] Result<Plan> from_json(const json& document);

// Puts other images in the place of those that the manifests' containers name, with or without their tag. Errors
// (bad_input): an image that no manifest names.
[[nodiscard]] Result<> map_images(Plan& plan, const std::map<std::string, std::string>& images);

// A single traffic, as the agent's orders carry it (whole, nothing removed). from_json throws json::exception or
// std::invalid_argument: catch at the seam, as with any nlohmann conversion.
void to_json(json& out, const TrafficPlan& traffic);
void from_json(const json& in, TrafficPlan& traffic);

// "http://user:pw@sayhi/hi?token=x#y" -> "http://sayhi/hi".
[[nodiscard]] std::string without_secrets(const std::string& url);
// What the allow-list leaves of a manifest or of a merge patch.
[[nodiscard]] json public_part(const json& object);

}  // namespace straycat::plan
