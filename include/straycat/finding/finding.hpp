// What a judge says: a cause, whom it accuses, on what that rests, and the change that cures it. The language of both
// judges (of a run and of a listing) and of every report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/endpoint_id.hpp>
#include <straycat/finding/causes.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::finding {

using json = nlohmann::json;

// Where one statement stands in the proof.
enum class Weight {
  decides,       // the verdict falls without it
  corroborates,  // speaks for it, gates nothing
  against,       // speaks against it
  context,
};
[[nodiscard]] std::string_view to_string(Weight weight);

struct Evidence {
  std::string id;  // stable, for tests and tools: "refused-directly"
  Weight weight = Weight::context;
  std::string text;     // one sentence
  std::string kubectl;  // a line with which a person can check it, quoted for a POSIX shell; "" when there is none
  json data = json::object();  // its figures, integers and strings only
};

// Another cause that could have made these failures, and what became of it.
struct Rival {
  Cause cause = Cause::unexplained;
  bool excluded = false;
  std::string reason;  // what excluded it, or why it could not be excluded; one sentence
  std::string kubectl;
};

// How a special cause showed: a more general one that fits the same failures, told as no cause of its own.
struct Symptom {
  Cause cause = Cause::unexplained;
  std::string sentence;                     // what the general cause's finding would have said
  [[nodiscard]] std::string words() const;  // "It showed as a Service without endpoints: ..."
};

// A half-open stretch [from, to) of the reference clock, in ns.
struct Stretch {
  std::int64_t from = 0, to = 0;
  [[nodiscard]] bool contains(std::int64_t ns) const { return from <= ns && ns < to; }
};

// One endpoint that a finding is about.
struct AccusedEndpoint {
  EndpointId id;
  std::string ns;
  std::vector<Stretch> routable;                   // by the slices
  std::uint64_t probes_failed = 0, probes_ok = 0;  // direct probes while it was routable
};

// One label whose value a fix changes, somewhere in the manifest.
struct LabelChange {
  std::string where;  // "spec.template.metadata.labels"
  std::string key, from, to;
};

// A change that was evaluated. Where it takes a stray out of a Service, nobody whom another selector holds is lost, and
// the workload that the Service is meant for is selected as before.
struct Fix {
  plan::Target target;  // whose manifest is changed
  std::string file;     // where that manifest stands, relative to the scenario; "" when the plan has none
  int line = 0;
  // To the manifest, as Kubernetes merges a strategic patch: an object by its keys (null removes one), a list of
  // containers by their names and one of ports by their numbers, any other list as a whole.
  json merge_patch;
  std::string yaml;  // the same for a person, as YAML
  std::vector<LabelChange> changes;
  std::vector<std::string> order;    // the steps in order, a sentence each (immutable fields: delete, then create)
  std::vector<std::string> checked;  // what was evaluated, a sentence each
  std::vector<std::string> kubectl;  // how a person can check the outcome
  plan::Target leaves = {};          // whose pods stand behind the Service no more; no name: nobody's
};

// One cause, proven (or, with explained == 0, a flaw that made no failure yet).
struct Finding {
  Cause cause = Cause::unexplained;
  std::string sentence;                      // what the report prints
  std::string ns, service;                   // the Service it is about
  std::optional<model::ObjectRef> workload;  // the one at fault
  std::vector<AccusedEndpoint> endpoints;
  std::uint64_t explained = 0;             // failed attempts whose whole candidate set this cause owns
  std::uint64_t shared = 0;                // failed attempts that this or another *proven* cause made
  std::int64_t first_ns = 0, last_ns = 0;  // starts of the first and last explained failure, reference clock
  std::vector<Symptom> symptoms;           // how it showed, where that has a name of its own
  std::vector<Evidence> evidence;          // in the order to print
  std::vector<Rival> rivals;
  std::optional<Fix> fix;
  std::string no_fix;  // why there is none, "" when there is one or none is sought

  [[nodiscard]] std::string_view title() const { return row(cause).title; }
  // The symptom is told once, however many general findings it came from.
  void showed_as(Cause general, const std::string& words);
};

// The special one of two findings about one Service and one workload takes the general one in, as how it showed.
void settle(std::vector<Finding>& findings);

// Tells of an operator's custom resource that owns the workload: a change belongs there. Nothing where there is none.
void tell_owner(const model::Workload& workload, Finding& finding);

[[nodiscard]] json to_json(const Finding& finding);
[[nodiscard]] json to_json(const Fix& fix);

}  // namespace straycat::finding
