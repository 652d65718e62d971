// A Service that selects nobody, while one pod template carries all labels of its selector but one.
#include <algorithm>

#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/model/controller_labels.hpp>

namespace straycat::lint {
namespace {

// The one key of the selector that the labels lack, where all others are as they should be.
std::string missing_key(const model::Labels& selector, const model::Labels& labels) {
  std::string missing;
  for (const auto& [key, value] : selector) {
    const auto found = labels.find(key);
    if (found != labels.end() && found->second == value) continue;
    if (found != labels.end() || !missing.empty() || model::is_controller_label(key)) return "";
    missing = key;
  }
  return selector.size() > 1 ? missing : "";
}

std::vector<const Maker*> near_templates(const World& world, const ServiceFact& service) {
  std::vector<const Maker*> out;
  for (const Maker& one : world.facts().makers)
    if (!one.comes_and_goes() && same_namespace(one, service) &&
        !missing_key(service.service.selector, one.pod_labels()).empty())
      out.push_back(&one);
  return out;
}

std::vector<Flaw> w1_flaws(const World& world) {
  std::vector<Flaw> out;
  if (!world.knows_all_makers()) return out;
  for (const ServiceFact& service : world.facts().services) {
    if (service.doubtful || service.external || service.service.selector.empty()) continue;
    const auto near = near_templates(world, service);
    if (near.empty() || !world.behind(service, Match::maybe).empty()) continue;
    const std::string key = missing_key(service.service.selector, near.front()->pod_labels());
    // Several (the shards of one program) are near as one where they lack the same label.
    if (!std::all_of(near.begin(), near.end(), [&](const Maker* one) {
          return !one->doubtful && missing_key(service.service.selector, one->pod_labels()) == key;
        }))
      continue;
    Flaw flaw = flaw_at(world, service, {"spec", "selector", key}, near.front(), labels_path(*near.front()));
    flaw.sentence = fmt::format("{} selects nobody: the pods of {} carry all labels of its selector but {}.",
                                name_of(service), names_of(near), finding::safe(key));
    out.push_back(std::move(flaw));
  }
  return out;
}

}  // namespace

Rule w1_rule() {
  return {{"W1", Severity::warning, finding::Cause::no_endpoints, "a Service selects nobody, by one label",
           "The Service has no endpoints, and every connection to it is refused.",
           "No pod template carries all labels of the selector, and one carries all but one of them.",
           "Take the label out of the selector, or put it on the pod template."},
          w1_flaws};
}

}  // namespace straycat::lint
