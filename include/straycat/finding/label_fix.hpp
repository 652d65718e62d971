// The cure of a Service that also selects a stray's pods: another label in its selector, or another value of a label on
// the stray. Each candidate is evaluated against every selector that is known before it is proposed; the one that
// changes the least is taken. A change that takes a pod out of a Service for which it is, or may be, made is no cure.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/finding/finding.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::finding {

struct Meant {
  model::ObjectRef workload;
  model::Labels labels;  // of its pods
};

// A selector of another kind that matches pods by their labels, and what it does with them.
struct Bound {
  std::string who;  // "NetworkPolicy/db", "PodDisruptionBudget/web"
  model::LabelSelector selector;
};

// What made an object, where a change of the object itself would be undone or made by nobody: in the order of how much
// it binds.
enum class Source {
  manifest,    // a person's own
  helm,        // a Helm release: the chart's templates or values
  helm_hook,   // ... and made anew at each upgrade
  controller,  // an operator's custom resource, which writes it: nothing can be changed in the object
};

[[nodiscard]] Source source_of(const model::Meta& object);

// What is known of a stray and of those around it.
struct LabelFixRequest {
  std::string ns, service;               // the Service that it strays into
  model::Labels service_selector;        // of that Service, for the commands that check the outcome
  std::vector<model::Service> services;  // every Service of the namespace, in every version that matters
  std::string known_as = "of the run";   // what `services` are, for the sentence that says what was checked
  model::ObjectRef stray;                // kind and name of the workload (a Pod that nobody owns: itself)
  model::Labels stray_labels;            // of its pods
  model::LabelSelector stray_selector;   // its own, empty when a controller makes it (Job) or there is none (Pod)
  std::string file;                      // its manifest, "" when that is not known
  int line = 0;
  std::vector<Meant> meant;   // the workloads that the Service is for, as far as they are known
  std::vector<Meant> beside;  // others that stand behind it and serve: nobody may take them out
  std::vector<Bound> bounds;  // selectors of other kinds
  model::PodShape stray_shape;
  Source stray_source = Source::manifest, service_source = Source::manifest;
  std::string owner;          // who writes the stray, where that is a controller: "Database/main"
  bool may_be_meant = false;  // nobody says whom the Service is for, and the stray bears signs of being meant, too
  std::string service_file;   // the Service's manifest, "" when that is not known
  int service_line = 0;
};

// Labels that say which release an object belongs to: whoever changes one takes it from its owner's hands.
[[nodiscard]] bool is_release_identity(const std::string& key);

// A Fix of which is known: the Service that the stray strays into selects its pods no more, every Service that may be
// made for it and every other selector still does, its own, too, and the Service selects the meant workloads as before.
// Errors say in one sentence why there is none.
[[nodiscard]] Result<Fix> label_fix(const LabelFixRequest& request);
// The same by a label that the meant pods carry and the stray's do not, added to the Service's selector.
[[nodiscard]] Result<Fix> narrow_fix(const LabelFixRequest& request);
// The one of both that changes less: the selector's, where it has one.
[[nodiscard]] Result<Fix> stray_fix(const LabelFixRequest& request);

}  // namespace straycat::finding
