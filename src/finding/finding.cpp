#include <algorithm>

#include <fmt/format.h>

#include <straycat/finding/finding.hpp>
#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/words.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::finding {

std::string_view to_string(Weight weight) {
  switch (weight) {
    case Weight::decides:
      return "decides";
    case Weight::corroborates:
      return "corroborates";
    case Weight::against:
      return "against";
    case Weight::context:
      break;
  }
  return "context";
}

std::string Symptom::words() const { return fmt::format("It showed as {}: {}", row(cause).title, sentence); }

void Finding::showed_as(Cause general, const std::string& words) {
  const bool told = std::any_of(symptoms.begin(), symptoms.end(),
                                [&](const Symptom& one) { return one.cause == general && one.sentence == words; });
  if (!told) symptoms.push_back({general, words});
}

namespace {

bool about_one_thing(const Finding& a, const Finding& b) {
  const auto name = [](const model::ObjectRef& ref) { return std::pair(ref.kind, ref.name); };
  const bool same = a.workload ? b.workload && name(*a.workload) == name(*b.workload) : !b.workload;
  return same && a.ns == b.ns && a.service == b.service;
}

}  // namespace

void tell_owner(const model::Workload& workload, Finding& finding) {
  const auto* owner = workload.meta.controller();
  if (owner == nullptr || model::makes_pods(owner->kind)) return;
  const model::ObjectRef above{owner->kind, workload.meta.ns, owner->name, owner->uid};
  Evidence evidence;
  evidence.id = "owned-by";
  evidence.text = fmt::format("{} belongs to {}, which may undo what is changed in it: change it there",
                              display(workload.meta.ref()), display(above));
  evidence.kubectl = kubectl_object(workload.meta.ns, "get", above.kind, above.name, "-o yaml");
  finding.evidence.push_back(std::move(evidence));
}

void settle(std::vector<Finding>& findings) {
  std::vector<bool> taken(findings.size(), false);
  for (std::size_t general = 0; general < findings.size(); ++general) {
    for (Finding& special : findings) {
      if (!refines(special.cause, findings[general].cause) || !about_one_thing(special, findings[general])) continue;
      special.showed_as(findings[general].cause, findings[general].sentence);
      taken[general] = true;
    }
  }
  std::vector<Finding> left;
  for (std::size_t i = 0; i < findings.size(); ++i)
    if (!taken[i]) left.push_back(std::move(findings[i]));
  findings = std::move(left);
}

}  // namespace straycat::finding
