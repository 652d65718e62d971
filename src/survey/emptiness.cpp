// A Service without endpoints: why, and what was perhaps meant.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/kubectl.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::survey {
namespace {

using finding::Cause;
using finding::Finding;
using finding::Weight;

// Levenshtein's distance of two label values (at most 63 characters each).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t before = row[0]++;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t change = before + (a[i] == b[k] ? 0 : 1);
      before = row[k + 1];
      row[k + 1] = std::min({change, row[k + 1] + 1, row[k] + 1});
    }
  }
  return row.back();
}

// As if one had been mistyped for the other.
bool alike(const std::string& a, const std::string& b) {
  return distance(a, b) <= (std::min(a.size(), b.size()) + 2) / 4;
}

// Labels that differ from the selector in one value only, which looks mistyped or is one of several.
struct NearMiss {
  model::ObjectRef who;
  model::Labels labels;
  std::string key, value;  // what the selector would have to say
};

std::optional<std::pair<std::string, std::string>> only_difference(const model::Labels& selector,
                                                                   const model::Labels& labels) {
  std::optional<std::pair<std::string, std::string>> out;
  for (const auto& [key, value] : selector) {
    const auto found = labels.find(key);
    if (found != labels.end() && found->second == value) continue;
    if (out || found == labels.end()) return std::nullopt;
    out = *found;
  }
  if (out && selector.size() == 1 && !alike(out->second, selector.begin()->second)) return std::nullopt;
  return out;
}

// Each workload at the top, and each pod that nobody owns.
std::vector<NearMiss> near_misses(const Place& place, const model::Labels& selector) {
  std::vector<NearMiss> out;
  const auto look_at = [&](const model::Meta& meta, const model::Labels& labels) {
    if (!same(place.owner_of(meta), meta.ref())) return;
    if (const auto off = only_difference(selector, labels))
      out.push_back({meta.ref(), own_labels(labels), off->first, off->second});
  };
  for (const auto& workload : place.workloads()) look_at(workload.meta, workload.pod.labels);
  for (const model::Pod* pod : place.pods()) look_at(pod->meta, pod->meta.labels);
  return out;
}

std::string why_not_ready(const Survey& survey) {
  for (const Standing& one : survey.behind)
    for (const PodLine& pod : one.pods)
      if (!pod.trouble.empty()) return fmt::format("; pod {}: {}", pod.name, pod.trouble);
  return "";
}

std::string why_empty(const Place& place, const Survey& survey, const std::vector<NearMiss>& near) {
  std::size_t pods = 0;
  for (const Standing& one : survey.behind) pods += one.pods.size();
  if (pods > 0) return fmt::format("none of its {} is ready{}", count_of(pods, "pod"), why_not_ready(survey));
  for (const Prospect& one : survey.prospects)
    if (one.state == "scaled to 0") return fmt::format("{} is scaled to 0", one.workload.display());
  if (!place.snapshot().knows("pods")) return "why cannot be told, as its pods could not be read";
  if (!survey.prospects.empty())
    return fmt::format("{} has no pod ({})", survey.prospects.front().workload.display(),
                       survey.prospects.front().state);
  if (survey.selector.empty()) return "it has no selector, and nobody wrote endpoints for it";
  std::string out = fmt::format("its selector {} matches no pod", model::to_string(survey.selector));
  if (!near.empty())
    out += fmt::format("; {} has {} on its pods", near.front().who.display(), model::to_string(near.front().labels));
  return out;
}

// Whom else a selector would match than this workload; "" when nobody.
std::string anybody_else(const Place& place, const model::Labels& selector, const model::ObjectRef& who) {
  const auto other = [&](const model::Meta& meta, const model::Labels& labels) {
    return model::selects(selector, labels) && !same(place.owner_of(meta), who);
  };
  for (const auto& workload : place.workloads())
    if (other(workload.meta, workload.pod.labels)) return workload.meta.ref().display();
  for (const model::Pod* pod : place.pods())
    if (other(pod->meta, pod->meta.labels)) return "Pod/" + pod->meta.name;
  return "";
}

// Nobody is cut off by it: there is no endpoint to lose.
finding::Fix selector_fix(const Place& place, const Survey& survey, const NearMiss& near) {
  finding::Fix fix;
  fix.target.kind = "Service";
  fix.target.name = survey.service;
  fix.merge_patch["spec"]["selector"][near.key] = near.value;
  const std::string& was = survey.selector.at(near.key);
  const auto quoted = [](const std::string& text) {
    return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
  };
  fix.yaml = fmt::format("spec:\n  selector:\n    {}: {}  # was: {}\n", near.key, quoted(near.value), quoted(was));
  fix.changes.push_back({"spec.selector", near.key, was, near.value});
  fix.order = {"Change the selector in the Service's manifest as above.",
               "Apply it; there is no endpoint now that could be cut off."};
  fix.checked = {fmt::format("with {}={} the Service selects the pods of {}, and nobody else's ({} and {} looked at)",
                             near.key, near.value, near.who.display(), count_of(place.workloads().size(), "workload"),
                             count_of(place.pods().size(), "pod"))};
  fix.kubectl = {finding::kubectl_slices(survey.ns, survey.service)};
  return fix;
}

// A fix only where one workload was clearly meant, and all that could be matched was seen.
void propose(const Place& place, const Survey& survey, const std::vector<NearMiss>& near, Finding& finding) {
  const bool mistyped = near.size() == 1 && alike(near.front().value, survey.selector.at(near.front().key)) &&
                        !transient(near.front().who, "");
  const bool empty = survey.behind.empty() && survey.prospects.empty() && place.snapshot().knows("pods");
  if (!mistyped || !empty || !costs(place.snapshot()).empty()) return;
  model::Labels selector = survey.selector;
  selector[near.front().key] = near.front().value;
  const std::string other = anybody_else(place, selector, near.front().who);
  if (other.empty())
    finding.fix = selector_fix(place, survey, near.front());
  else
    finding.no_fix =
        fmt::format("with {}={} the selector would match {} as well", near.front().key, near.front().value, other);
}

}  // namespace

namespace {

// The first workload that is meant and that its selector matches: one that it does not match is not at fault.
std::optional<model::ObjectRef> one_selected(const Survey& survey) {
  for (const auto& meant : survey.intent.workloads) {
    const auto is_meant = [&](const auto& one) { return same(one.workload, meant); };
    if (std::any_of(survey.behind.begin(), survey.behind.end(), is_meant) ||
        std::any_of(survey.prospects.begin(), survey.prospects.end(), is_meant))
      return meant;
  }
  return std::nullopt;
}

}  // namespace

void find_emptiness(const Place& place, const model::Service& service, Survey& survey) {
  const bool known = place.snapshot().knows("endpointslices") || place.snapshot().knows("pods");
  if (!known || !routable_of(place, service).empty()) return;
  const auto near = service.selector.empty() ? std::vector<NearMiss>{} : near_misses(place, service.selector);
  Finding finding = finding_for(survey, Cause::no_endpoints);
  finding.sentence =
      fmt::format("Service/{} has no endpoint to send to: {}.", survey.service, why_empty(place, survey, near));
  finding.evidence.push_back(fact(
      "no-endpoint", Weight::decides,
      service.cluster_ip == "None"
          ? "no endpoint in its slices is ready, so its name has no address (it is headless)"
          : "no endpoint in its slices is ready, so every connection is refused (from a pod: many time out, as the "
            "kernel limits its refusals)",
      finding::kubectl_slices(survey.ns, survey.service)));
  finding.workload = one_selected(survey);
  propose(place, survey, near, finding);
  survey.findings.push_back(std::move(finding));
}

}  // namespace straycat::survey
