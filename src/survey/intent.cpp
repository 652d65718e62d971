// Whom a Service was probably made for. Said with what it rests on, and not at all when two stand there alike.
#include <algorithm>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::survey {
namespace {

// Somebody who could be meant: stands there now, or would (a Deployment at 0 replicas still owns its Service).
struct Claimant {
  model::ObjectRef workload;
  bool stands = false, fits = false, comes_and_goes = false;
};

std::vector<Claimant> claimants(const Survey& survey, const Place& place, const model::Service& service) {
  std::vector<Claimant> out;
  for (const Standing& one : survey.behind)
    out.push_back({one.workload, true, one.fits(), transient(one.workload, one.helm_hook)});
  for (const Prospect& one : survey.prospects) {
    const model::Workload* workload = place.find(one.workload);
    const bool fits = workload != nullptr && any_fits(fits_of(service, workload->pod));
    out.push_back({one.workload, false, fits,
                   transient(one.workload, workload != nullptr ? workload->meta.helm_hook : std::string())});
  }
  return out;
}

template <class Test>
std::vector<Claimant> only(const std::vector<Claimant>& all, Test test) {
  std::vector<Claimant> out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out), test);
  return out;
}

struct Step {
  const char* basis;
  bool (*test)(const Claimant&, const model::Service&);
};

// The first test that leaves exactly one decides.
constexpr Step steps[] = {
    {"the only workload behind it that stands for good",
     [](const Claimant& one, const model::Service&) { return !one.comes_and_goes; }},
    {"the only one with pods behind it now that stands for good",
     [](const Claimant& one, const model::Service&) { return !one.comes_and_goes && one.stands; }},
    {"the only one that stands for good and has the port that the Service sends to",
     [](const Claimant& one, const model::Service&) { return !one.comes_and_goes && one.fits; }},
    {"it has the Service's name, and its pods have the port that the Service sends to",
     [](const Claimant& one, const model::Service& service) {
       return !one.comes_and_goes && one.fits && one.workload.name == service.meta.name;
     }},
    {"the only one whose pods have the port that the Service sends to",
     [](const Claimant& one, const model::Service&) { return one.fits; }},
};

}  // namespace

finding::Intent intent_of(const Survey& survey, const Place& place, const model::Service& service,
                          const std::vector<model::ObjectRef>& meant) {
  finding::Intent intent{survey.ns, survey.service, std::nullopt, false, ""};
  if (!meant.empty()) {
    intent.workload = meant.front();
    intent.given = true;
    intent.basis = "so you said";
    return intent;
  }
  const auto all = claimants(survey, place, service);
  if (all.empty()) {
    intent.basis = "nothing that could be meant was seen";
    return intent;
  }
  if (all.size() == 1) {
    intent.workload = all.front().workload;
    intent.basis = all.front().stands ? "nothing else stands behind it" : "nothing else could stand behind it";
    return intent;
  }
  for (const Step& step : steps) {
    const auto left = only(all, [&](const Claimant& one) { return step.test(one, service); });
    if (left.size() != 1) continue;
    intent.workload = left.front().workload;
    intent.basis = step.basis;
    return intent;
  }
  intent.basis = "several could be meant alike";
  return intent;
}

}  // namespace straycat::survey
