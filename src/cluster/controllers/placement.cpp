#include "cluster/controllers/placement.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "cluster/kinds/labels.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* required = "requiredDuringSchedulingIgnoredDuringExecution";

const json& affinity_of(const json& pod, const char* kind) {
  return object_or_empty(object_or_empty(spec_of(pod), "affinity"), kind);
}

bool compares(const std::string& have, const std::string& op, const json& values) {
  const auto wanted = !values.empty() && values.front().is_string() ? values.front().get<std::string>() : "";
  char* end = nullptr;
  const auto left = std::strtoll(have.c_str(), &end, 10);
  if (have.empty() || *end != '\0') return false;
  const auto right = std::strtoll(wanted.c_str(), &end, 10);
  if (wanted.empty() || *end != '\0') return false;
  return op == "Gt" ? left > right : left < right;
}

// component-helpers scheduling/corev1/nodeaffinity: In, NotIn, Exists, DoesNotExist, Gt, Lt. What is missing is NotIn.
bool fits(const json& expression, const std::optional<std::string>& have) {
  const auto op = string_or(expression, "operator");
  const auto& values = array_or_empty(expression, "values");
  const bool listed = have && std::find(values.begin(), values.end(), json(*have)) != values.end();
  if (op == "In") return listed;
  if (op == "NotIn") return !listed;
  if (op == "Exists") return have.has_value();
  if (op == "DoesNotExist") return !have.has_value();
  return (op == "Gt" || op == "Lt") && have && compares(*have, op, values);
}

// A term that says nothing fits no node.
bool term_fits(const json& term, const json& node) {
  const auto& labels = array_or_empty(term, "matchExpressions");
  const auto& fields = array_or_empty(term, "matchFields");
  if (labels.empty() && fields.empty()) return false;
  const auto have = labels_of(node);
  const bool by_labels = std::all_of(labels.begin(), labels.end(), [&](const json& expression) {
    const auto found = have.find(string_or(expression, "key"));
    return fits(expression, found == have.end() ? std::nullopt : std::optional(found->second));
  });
  return by_labels && std::all_of(fields.begin(), fields.end(), [&](const json& expression) {
           return string_or(expression, "key") == "metadata.name" && fits(expression, name_of(node));
         });
}

std::string domain_of(const json& node, const std::string& key) {
  const auto labels = labels_of(node);
  const auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

// With `keys` only pods whose labels of those names are the owner's own (`alike`), or are not: as the API server adds
// them to the selector (pkg/apis/core/v1 and strategy.go, applyMatchLabelKeysAndMismatchLabelKeys).
bool by_own_labels(const json& keys, const json& owner, const json& pod, bool alike) {
  return std::all_of(keys.begin(), keys.end(), [&](const json& key) {
    const auto name = key.is_string() ? key.get<std::string>() : "";
    const auto own = labels_of(owner), other = labels_of(pod);
    if (!own.contains(name)) return true;
    return (other.contains(name) && other.at(name) == own.at(name)) == alike;
  });
}

// Whom a term of the owner's means: by labels, in the owner's namespace or those that it names.
bool means(const json& term, const json& owner, const json& pod) {
  const auto& selector = object_or_empty(term, "labelSelector");
  if (!term.contains("labelSelector") || !model::matches(label_selector(selector), labels_of(pod))) return false;
  if (!by_own_labels(array_or_empty(term, "matchLabelKeys"), owner, pod, true) ||
      !by_own_labels(array_or_empty(term, "mismatchLabelKeys"), owner, pod, false))
    return false;
  if (term.contains("namespaceSelector")) return true;
  const auto& names = array_or_empty(term, "namespaces");
  if (names.empty()) return namespace_of(pod) == namespace_of(owner);
  return std::find(names.begin(), names.end(), json(namespace_of(pod))) != names.end();
}

}  // namespace

bool node_affinity_fits(const json& pod, const json& node) {
  const auto& demand = object_or_empty(affinity_of(pod, "nodeAffinity"), required);
  if (demand.empty()) return true;
  const auto& terms = array_or_empty(demand, "nodeSelectorTerms");
  return std::any_of(terms.begin(), terms.end(), [&](const json& term) { return term_fits(term, node); });
}

Neighbours::Neighbours(const std::vector<Object>& nodes, const std::vector<Object>& pods) : nodes_(nodes) {
  if (nodes.size() < 2) return;
  std::map<std::string, const json*> by_name;
  for (const auto& node : nodes) by_name[name_of(*node)] = &*node;
  for (const auto& pod : pods) {
    const auto found = by_name.find(text_at(*pod, "/spec/nodeName"));
    if (found != by_name.end() && !pod_terminal(*pod)) placed_.push_back({&*pod, found->second});
  }
}

bool Neighbours::near_one(const json& term, const json& owner, const json& node) const {
  const auto key = string_or(term, "topologyKey");
  const auto here = domain_of(node, key);
  return !here.empty() && std::any_of(placed_.begin(), placed_.end(), [&](const Placed& one) {
    return domain_of(*one.node, key) == here && means(term, owner, *one.pod);
  });
}

bool Neighbours::any(const json& term, const json& owner) const {
  return std::any_of(placed_.begin(), placed_.end(), [&](const Placed& one) { return means(term, owner, *one.pod); });
}

// The first of those that want to stand together finds nobody, and may stand anywhere.
bool Neighbours::attracted(const json& pod, const json& node) const {
  const auto& terms = array_or_empty(affinity_of(pod, "podAffinity"), required);
  return std::all_of(terms.begin(), terms.end(), [&](const json& term) {
    if (domain_of(node, string_or(term, "topologyKey")).empty()) return false;
    return near_one(term, pod, node) || (!any(term, pod) && means(term, pod, pod));
  });
}

bool Neighbours::repelled_by_own(const json& pod, const json& node) const {
  const auto& terms = array_or_empty(affinity_of(pod, "podAntiAffinity"), required);
  return std::any_of(terms.begin(), terms.end(), [&](const json& term) { return near_one(term, pod, node); });
}

bool Neighbours::repelled_by_others(const json& pod, const json& node) const {
  return std::any_of(placed_.begin(), placed_.end(), [&](const Placed& one) {
    const auto& terms = array_or_empty(affinity_of(*one.pod, "podAntiAffinity"), required);
    return std::any_of(terms.begin(), terms.end(), [&](const json& term) {
      const auto key = string_or(term, "topologyKey");
      const auto there = domain_of(*one.node, key);
      return !there.empty() && there == domain_of(node, key) && means(term, *one.pod, pod);
    });
  });
}

// Counted over the domains of the nodes that the pod's own node affinity allows, as nodeAffinityPolicy Honor says.
bool Neighbours::too_many(const json& constraint, const json& pod, const json& node) const {
  const auto key = string_or(constraint, "topologyKey");
  json term = {{"labelSelector", object_or_empty(constraint, "labelSelector")}};
  if (constraint.contains("matchLabelKeys")) term["matchLabelKeys"] = constraint["matchLabelKeys"];
  std::map<std::string, long long> pods;
  for (const auto& one : nodes_)
    if (const auto domain = domain_of(*one, key); !domain.empty() && node_affinity_fits(pod, *one)) pods[domain] = 0;
  for (const Placed& one : placed_)
    if (const auto found = pods.find(domain_of(*one.node, key)); found != pods.end())
      found->second += means(term, pod, *one.pod) ? 1 : 0;
  const auto here = pods.find(domain_of(node, key));
  if (here == pods.end()) return true;
  const auto fewest = std::min_element(pods.begin(), pods.end(),
                                       [](const auto& one, const auto& other) { return one.second < other.second; });
  const bool too_few = static_cast<long long>(pods.size()) < integer_or(constraint, "minDomains", 1);
  const long long own = means(term, pod, pod) ? 1 : 0, least = too_few ? 0 : fewest->second;
  return here->second + own - least > integer_or(constraint, "maxSkew", 1);
}

std::string Neighbours::objection(const json& pod, const json& node) const {
  if (nodes_.size() < 2) return {};
  if (!attracted(pod, node)) return "node(s) didn't match pod affinity rules";
  if (repelled_by_own(pod, node)) return "node(s) didn't match pod anti-affinity rules";
  if (repelled_by_others(pod, node)) return "node(s) didn't satisfy existing pods anti-affinity rules";
  for (const auto& constraint : array_or_empty(spec_of(pod), "topologySpreadConstraints"))
    if (string_or(constraint, "whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule" &&
        too_many(constraint, pod, node))
      return "node(s) didn't match pod topology spread constraints";
  return {};
}

}  // namespace straycat::cluster
