// Whom a Service was probably made for, as far as a listing tells: what it holds of every workload that could be meant,
// handed to the one place that decides (finding/intent.hpp).
#include <algorithm>

#include "survey/place.hpp"

namespace straycat::survey {
namespace {

std::vector<const model::Pod*> pods_of(const Place& place, const Standing& standing) {
  std::vector<const model::Pod*> out;
  for (const PodLine& line : standing.pods)
    if (const model::Pod* pod = place.pod_named(line.name)) out.push_back(pod);
  return out;
}

// Workloads at the top that bear the Service's name, whether it selects them or not.
std::vector<model::ObjectRef> namesakes(const Place& place, const model::Service& service) {
  std::vector<model::ObjectRef> out;
  for (const auto& workload : place.workloads())
    if (workload.meta.name == service.meta.name && same(place.owner_of(workload.meta), workload.meta.ref()))
      out.push_back(workload.meta.ref());
  return out;
}

}  // namespace

finding::Intent intent_of(const Survey& survey, const Place& place, const model::Service& service,
                          const std::vector<model::ObjectRef>& meant) {
  finding::Question question{service, meant, "so you said", {}};
  const auto known = [&](const model::ObjectRef& ref) {
    return std::any_of(question.claimants.begin(), question.claimants.end(),
                       [&](const finding::Claimant& one) { return same(one.workload, ref); });
  };
  for (const Standing& one : survey.behind)
    question.claimants.push_back(
        finding::claimant_of(service, one.workload, place.find(one.workload), pods_of(place, one)));
  for (const Prospect& one : survey.prospects)
    question.claimants.push_back(finding::claimant_of(service, one.workload, place.find(one.workload), {}));
  for (const auto& ref : namesakes(place, service))
    if (!known(ref)) question.claimants.push_back(finding::claimant_of(service, ref, place.find(ref), {}));
  return finding::intend(question);
}

}  // namespace straycat::survey
