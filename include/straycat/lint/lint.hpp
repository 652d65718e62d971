// Manifests judged before they are deployed: what would stand behind a Service, what an autoscaler, a disruption budget
// and a monitor would count. Pure and deterministic: texts in, flaws out.
//
// A rule speaks of what surely happens once all of these objects stand in one cluster. What could not be read is never
// taken for "there is none", and of two objects with one name nobody knows which will be there: what hangs on either is
// held back.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/finding/finding.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::lint {

// A file of manifests; `name` is how messages call it. Files of different `group`s are never judged together: charts
// rendered each by itself, PATHs that were given side by side.
struct Text {
  std::string name, text;
  int group = 0;
  bool fragment = false;  // something changes it before it is applied (a kustomization): nothing is called missing
};

enum class Severity { error, warning, note };
[[nodiscard]] std::string_view to_string(Severity severity);

// Where something stands.
struct Spot {
  std::string file;
  yaml::Position at;
  int length = 1;
  std::string source;  // the template that Helm rendered it from ("chart/templates/job.yaml"), "" when none is named
};

// Something that will go wrong.
struct Flaw {
  std::string rule;  // "E1"
  Severity severity = Severity::error;
  std::optional<finding::Cause> cause;  // of the catalogue, where one fits
  model::ObjectRef object, other;       // whose selector (or target, or port) it is, and whom it meets
  std::string sentence;
  Spot spot, other_spot;  // of `object`, and of `other` where that is known (else its file is "")
  std::optional<finding::Fix> fix;
  std::string no_fix;   // why no fix was proposed, "" when there is one or none is sought
  std::string ignored;  // the reason that an annotation gives
  // What a baseline knows it by: kinds, names and the template's path; of a name that is made up at each rendering, the
  // kind alone.
  [[nodiscard]] std::string key() const;
};

// A part that could not be read.
struct Unread {
  std::string file;
  int line = 0;
  std::string message;  // rendered, with its place
};

// What is known of a rule, for people.
struct RuleWords {
  std::string code;
  Severity severity;
  std::optional<finding::Cause> cause;
  std::string title;           // "a Job becomes an endpoint of a Service"
  std::string happens;         // what goes wrong, and when
  std::string seen;            // how it was seen
  std::string cure;            // in words
  std::string on_demand = {};  // only with this flag ("--latent"), or where the configuration names it
};
[[nodiscard]] std::vector<RuleWords> rules();

// What a namespace of a cluster holds: the manifests are laid over it.
struct Ground {
  std::string ns;
  std::vector<model::Service> services;
  std::vector<model::Workload> workloads;
  std::vector<model::Pod> pods;
  std::vector<model::NetworkPolicy> policies;
  std::vector<model::EndpointSlice> slices;
};
// In the place of a file, for what stands in the cluster alone.
inline constexpr std::string_view in_the_cluster = "<cluster>";

// Who would stand behind a Service once the manifests are applied.
struct Behind {
  struct One {
    model::ObjectRef workload;
    bool in_cluster = false;  // no manifest has it
  };
  model::ObjectRef service;
  std::vector<One> workloads;
};

struct Wishes {
  bool latent = false;                                             // W6, too
  bool notes = false;                                              // N1 and so on, too
  std::map<std::string, std::optional<Severity>> severities = {};  // of rules, by code; none: it is off
  std::optional<Ground> ground = {};                               // objects without a namespace go into its own
  std::vector<std::string> ignored_templates = {};                 // globs: what Helm rendered from these is no finding
  std::set<std::string> baseline = {};                             // keys of flaws that are known and do not count
};

struct Verdict {
  std::vector<Flaw> flaws;           // by file and place
  std::vector<Flaw> known, ignored;  // in the baseline; by an annotation
  std::vector<Unread> unread;
  std::vector<std::string> notes;  // what was held back and why, a sentence each
  std::vector<Behind> behind;      // with a ground: of each Service that the manifests have, or whose pods they have
  std::size_t files = 0, objects = 0;
  [[nodiscard]] std::size_t count(Severity severity) const;
  // 1 an error, else 2 when parts could not be read, else 0.
  [[nodiscard]] int exit_code() const;
};

[[nodiscard]] Verdict lint(const std::vector<Text>& texts, const Wishes& wishes);

}  // namespace straycat::lint
