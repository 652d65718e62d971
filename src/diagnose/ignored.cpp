#include "ignored.hpp"

#include <algorithm>

#include "words.hpp"
#include <straycat/model/law.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {

namespace {

using history::History;

// What our own prober's pod asks for in vain is nothing that anybody wants to know of the scenario.
bool of_a_prober(const History& history, const model::ObjectRef& object) {
  return object.kind == "Pod" && std::any_of(history.vantages.begin(), history.vantages.end(),
                                             [&](const auto& one) { return one.record.pod == object.name; });
}

// Every version of every object, until one of them holds.
template <class T, class F>
bool any_version(const history::Timelines<T>& timelines, F holds) {
  for (const auto& [uid, timeline] : timelines)
    for (const auto& version : timeline.versions)
      if (version.object && holds(*version.object)) return true;
  return false;
}

// Whether a Service that the requests go through ever selected pods with these labels.
bool stands_behind(const History& history, const std::string& ns, const model::Labels& labels) {
  const auto asked = [&](const model::Service& service) {
    return std::any_of(history.views.begin(), history.views.end(), [&](const history::ServiceView& view) {
      return view.ns == service.meta.ns && view.service == service.meta.name;
    });
  };
  return any_version(history.services, [&](const model::Service& service) {
    return service.meta.ns == ns && asked(service) && model::selects(service.selector, labels);
  });
}

// Pods that are asked, or that ask.
bool meets_requests(const History& history, const model::Pod& pod) {
  return of_a_prober(history, pod.meta.ref()) || stands_behind(history, pod.meta.ns, pod.spec.labels);
}

bool same(const model::Meta& meta, const model::ObjectRef& object) {
  if (!meta.uid.empty() && !object.uid.empty()) return meta.uid == object.uid;
  return meta.ns == object.ns && meta.name == object.name;
}

bool is_known(const History& history, const model::ObjectRef& object) {
  return any_version(history.policies, [&](const auto& one) { return same(one.meta, object); }) ||
         any_version(history.workloads, [&](const auto& one) { return same(one.meta, object); });
}

// Whether a policy restricts a pod that is asked or asks, or a workload's pods would be asked.
bool reaches_requests(const History& history, const model::ObjectRef& object) {
  const auto restricts = [&](const model::NetworkPolicy& policy) {
    return same(policy.meta, object) && any_version(history.pods, [&](const model::Pod& pod) {
             return pod.meta.ns == policy.meta.ns && model::matches(policy.pods, pod.spec.labels) &&
                    meets_requests(history, pod);
           });
  };
  return any_version(history.policies, restricts) ||
         any_version(history.workloads, [&](const model::Workload& workload) {
           return same(workload.meta, object) && stands_behind(history, workload.meta.ns, workload.pod.labels);
         });
}

// Only what is ignored as a whole can be out of reach: a field of something that works belongs to what runs.
bool could_matter(const History& history, const model::KubeEvent& event) {
  if (event.type != "Warning") return false;
  const auto& kind = event.regarding.kind;
  const bool whole = event.message.starts_with(kind + " ");
  if (!whole && !model::is_ignored(kind)) return true;
  return !is_known(history, event.regarding) || reaches_requests(history, event.regarding);
}

std::vector<IgnoredField> told(const History& history, bool that_could_matter) {
  std::vector<IgnoredField> out;
  for (const auto& [at, event] : history.kube_events) {
    if (event.reason != model::kNotSupported || event.component != model::kLawTeller) continue;
    if (of_a_prober(history, event.regarding) || could_matter(history, event) != that_could_matter) continue;
    auto sentence = safe(event.regarding.display() + ": " + event.message);
    const auto known =
        std::find_if(out.begin(), out.end(), [&](const IgnoredField& one) { return one.sentence == sentence; });
    if (known == out.end()) out.push_back({at.earliest(), std::move(sentence)});
  }
  return out;
}

}  // namespace

std::vector<IgnoredField> ignored_fields(const History& history) { return told(history, true); }

std::vector<IgnoredField> harmless_fields(const History& history) { return told(history, false); }

std::string ignored_until(const History& history, std::int64_t to_ns) {
  for (const auto& one : ignored_fields(history)) {
    if (one.from_ns <= to_ns) return one.sentence;
  }
  return {};
}

}  // namespace straycat::diagnose
