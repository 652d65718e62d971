// Whom each Service is meant for, as far as a run tells: what the log knows of every workload that could be meant,
// handed to the one place that decides (finding/intent.hpp).
#include <algorithm>
#include <map>

#include "case.hpp"
#include "slices.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using finding::Claimant;
using history::Endpoint;
using history::History;
using history::ServiceView;

// One Service of the run; several traffics and vantage points may look at it.
struct AskedService {
  std::string ns, name;
  model::Service service;
  std::vector<const ServiceView*> views;
};

// The workloads that the plan brings, with whether the Service comes in the same step.
struct Brought {
  model::Workload workload;
  bool with_service = false;
};

std::vector<Brought> brought_by(const History& history, const AskedService& asked) {
  std::vector<Brought> result;
  if (!history.plan) return result;
  for (const auto& step : history.plan->steps) {
    const auto* apply = std::get_if<plan::Apply>(&step.action);
    if (apply == nullptr) continue;
    const bool with_service =
        std::any_of(apply->manifests.begin(), apply->manifests.end(), [&](const plan::Manifest& manifest) {
          return text_at(manifest.object, "/kind") == "Service" &&
                 model::project_service(manifest.object).meta.name == asked.name;
        });
    for (const auto& manifest : apply->manifests) {
      if (!model::makes_pods(text_at(manifest.object, "/kind"))) continue;
      result.push_back({model::project_workload(manifest.object), with_service});
      result.back().workload.meta.ns = asked.ns;
    }
  }
  return result;
}

// --- who could be meant

// The workload's own object, as the run last saw it, else as the plan brings it.
const model::Workload* maker_of(const History& history, const std::vector<Brought>& brought,
                                const model::ObjectRef& ref) {
  for (const auto& [key, timeline] : history.workloads) {
    if (timeline.last && same_workload(timeline.last->meta.ref(), ref)) return &*timeline.last;
  }
  for (const Brought& one : brought) {
    if (same_workload(one.workload.meta.ref(), ref)) return &one.workload;
  }
  return nullptr;
}

std::vector<const Endpoint*> endpoints_of(const AskedService& asked, const model::ObjectRef& owner) {
  std::vector<const Endpoint*> result;
  for (const ServiceView* view : asked.views) {
    for (const Endpoint& endpoint : view->endpoints) {
      if (!endpoint.owner.kind.empty() && same_workload(endpoint.owner, owner)) result.push_back(&endpoint);
    }
  }
  return result;
}

std::vector<const model::Pod*> pods_of(const History& history, const AskedService& asked,
                                       const std::vector<const Endpoint*>& endpoints) {
  std::vector<const model::Pod*> result;
  for (const Endpoint* endpoint : endpoints) {
    const auto* timeline = history.pod(asked.ns, endpoint->id.pod, endpoint->id.uid);
    if (timeline == nullptr || !timeline->last) continue;
    if (std::find(result.begin(), result.end(), &*timeline->last) == result.end()) result.push_back(&*timeline->last);
  }
  return result;
}

void add_answers(const std::vector<const Endpoint*>& endpoints, Claimant& one) {
  for (const Endpoint* endpoint : endpoints) {
    for (const DirectProbe& probe : endpoint->probes) {
      if (!probe.uid_kept) continue;
      const bool own_fault = !probe.ok && probe.failure && likeness(probe.failure->kind) == Likeness::local;
      if (!own_fault) ++(probe.ok ? one.answered : one.unanswered);
    }
  }
}

// Those that stood behind it, in order of appearance; then those that it would select, or that bear its name.
std::vector<model::ObjectRef> who_could_be(const History& history, const AskedService& asked,
                                           const std::vector<Brought>& brought) {
  std::vector<model::ObjectRef> result;
  const auto add = [&](const model::ObjectRef& ref) {
    const bool known =
        std::any_of(result.begin(), result.end(), [&](const model::ObjectRef& one) { return same_workload(one, ref); });
    if (!known) result.push_back(ref);
  };
  for (const ServiceView* view : asked.views) {
    for (const Endpoint& endpoint : view->endpoints) {
      if (!endpoint.owner.kind.empty()) add(endpoint.owner);
    }
  }
  std::vector<model::Workload> workloads;
  for (const auto& [key, timeline] : history.workloads) {
    if (timeline.last) workloads.push_back(*timeline.last);
  }
  const auto could = [&](const model::Workload& workload) {
    return workload.meta.ns == asked.ns && model::root_owner(workload.meta, workloads) == workload.meta.ref() &&
           (model::selects(asked.service.selector, workload.pod.labels) || workload.meta.name == asked.name);
  };
  for (const model::Workload& one : workloads) {
    if (could(one)) add(one.meta.ref());
  }
  for (const Brought& one : brought) {
    if (could(one.workload)) add(one.workload.meta.ref());
  }
  return result;
}

std::vector<Claimant> claimants_of(const History& history, const AskedService& asked) {
  const auto brought = brought_by(history, asked);
  std::vector<Claimant> result;
  for (const auto& ref : who_could_be(history, asked, brought)) {
    const auto endpoints = endpoints_of(asked, ref);
    Claimant one =
        finding::claimant_of(asked.service, ref, maker_of(history, brought, ref), pods_of(history, asked, endpoints));
    one.stands = !endpoints.empty();
    one.applied_together = std::any_of(brought.begin(), brought.end(), [&](const Brought& each) {
      return each.with_service && same_workload(each.workload.meta.ref(), ref);
    });
    add_answers(endpoints, one);
    result.push_back(std::move(one));
  }
  return result;
}

// --- whom a person names

bool has(const std::vector<Claimant>& claimants, const model::ObjectRef& ref) {
  return std::any_of(claimants.begin(), claimants.end(), [&](const Claimant& one) {
    return (one.selected || one.stands) && same_workload(one.workload, ref);
  });
}

// Those of the plan's `for:` that are said of this Service: whom it selects; where none of the run's Services selects
// one, it is said of all.
std::vector<model::ObjectRef> given_for(const History& history, const std::vector<finding::Question>& questions,
                                        const finding::Question& mine) {
  std::vector<model::ObjectRef> result;
  if (!history.plan) return result;
  for (const plan::Target& target : history.plan->meant_for) {
    const std::string& ns = mine.service.meta.ns;
    const model::ObjectRef named{target.kind, target.ns.empty() ? ns : target.ns, target.name, ""};
    if (named.ns != ns) continue;
    const bool anybodys = std::any_of(questions.begin(), questions.end(), [&](const finding::Question& one) {
      return one.service.meta.ns == ns && has(one.claimants, named);
    });
    if (!anybodys || has(mine.claimants, named)) result.push_back(named);
  }
  return result;
}

std::vector<AskedService> services_of(const History& history) {
  std::vector<AskedService> result;
  for (const ServiceView& view : history.views) {
    auto found = std::find_if(result.begin(), result.end(),
                              [&](const AskedService& one) { return one.ns == view.ns && one.name == view.service; });
    if (found == result.end()) {
      model::Service service = history.service(view.ns, view.service).value_or(model::Service{});
      service.meta.ns = view.ns;
      service.meta.name = view.service;
      found = result.insert(result.end(), {view.ns, view.service, std::move(service), {}});
    }
    found->views.push_back(&view);
  }
  return result;
}

}  // namespace

std::vector<Intent> infer_intents(const History& history) {
  const auto services = services_of(history);
  std::vector<finding::Question> questions;
  for (const AskedService& asked : services)
    questions.push_back({asked.service, {}, "the scenario names it", claimants_of(history, asked)});
  std::vector<Intent> result(history.views.size());
  for (std::size_t i = 0; i < services.size(); ++i) {
    finding::Question question = questions[i];
    question.given = given_for(history, questions, questions[i]);
    // Who is listed by hand is meant, and whether those that a selector adds are is the question.
    const bool by_hand = !services[i].service.selector.empty() && question.given.empty() &&
                         std::any_of(services[i].views.begin(), services[i].views.end(),
                                     [&](const ServiceView* view) { return !foreign_slices(history, *view).empty(); });
    Intent intent = by_hand ? Intent{} : finding::intend(question);
    if (by_hand) {
      intent.ns = services[i].ns;
      intent.service = services[i].name;
      intent.basis = "it has endpoints that somebody writes by hand, and a selector beside them";
    }
    for (const ServiceView* view : services[i].views)
      result[static_cast<std::size_t>(view - history.views.data())] = intent;
  }
  return result;
}

}  // namespace straycat::diagnose
