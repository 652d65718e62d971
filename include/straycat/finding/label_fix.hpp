// A change to a stray's labels that takes its pods out of every Service, evaluated before it is proposed.
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
  std::vector<Meant> meant;  // the workloads that the Service is for, as far as they are known
};

// A Fix of which is known: no Service of the list selects the stray's pods any more, the stray's own selector still
// does, and the Service selects the meant workloads as before. Errors say in one sentence why there is none.
[[nodiscard]] Result<Fix> label_fix(const LabelFixRequest& request);

}  // namespace straycat::finding
