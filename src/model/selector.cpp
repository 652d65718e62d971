#include <algorithm>

#include <fmt/format.h>

#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::model {
namespace {

bool satisfies(const Requirement& requirement, const Labels& labels) {
  const auto found = labels.find(requirement.key);
  const bool present = found != labels.end();
  const bool listed = present && std::find(requirement.values.begin(), requirement.values.end(), found->second) !=
                                     requirement.values.end();
  if (requirement.op == "In") return listed;
  if (requirement.op == "NotIn") return !listed;
  if (requirement.op == "Exists") return present;
  if (requirement.op == "DoesNotExist") return !present;
  return false;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Splits at commas outside parentheses.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      terms.push_back(trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return terms;
}

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i != text.size() && text[i] != ',') continue;
    values.emplace_back(trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  return values;
}

bool is_key(std::string_view key) {
  if (key.empty()) return false;
  return std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
  });
}

// "key in (a, b)" and "key notin (a, b)"; empty when the term has no such form.
std::optional<Requirement> set_term(std::string_view term) {
  const auto open = term.find('(');
  if (open == std::string_view::npos || term.back() != ')') return std::nullopt;
  const std::string_view head = trim(term.substr(0, open));
  const auto space = head.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view word = trim(head.substr(space));
  if (word != "in" && word != "notin") return std::nullopt;
  return Requirement{std::string(head.substr(0, space)), word == "in" ? "In" : "NotIn",
                     split_values(term.substr(open + 1, term.size() - open - 2))};
}

std::optional<Requirement> plain_term(std::string_view term) {
  if (const auto at = term.find("!="); at != std::string_view::npos) {
    return Requirement{std::string(trim(term.substr(0, at))), "NotIn", {std::string(trim(term.substr(at + 2)))}};
  }
  if (const auto at = term.find('='); at != std::string_view::npos) {
    const std::size_t skip = term.substr(at).starts_with("==") ? 2 : 1;
    return Requirement{std::string(trim(term.substr(0, at))), "In", {std::string(trim(term.substr(at + skip)))}};
  }
  if (term.starts_with('!')) return Requirement{std::string(trim(term.substr(1))), "DoesNotExist", {}};
  return Requirement{std::string(term), "Exists", {}};
}

}  // namespace

bool selects(const Labels& selector, const Labels& labels) {
  if (selector.empty()) return false;
  return std::all_of(selector.begin(), selector.end(), [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

bool matches(const LabelSelector& selector, const Labels& labels) {
  const bool plain = selector.match_labels.empty() || selects(selector.match_labels, labels);
  return plain && std::all_of(selector.match_expressions.begin(), selector.match_expressions.end(),
                              [&](const Requirement& requirement) { return satisfies(requirement, labels); });
}

Result<LabelSelector> parse_selector(std::string_view text) {
  LabelSelector selector;
  if (trim(text).empty()) return selector;
  for (const std::string_view term : split_terms(text)) {
    std::optional<Requirement> requirement = set_term(term);
    if (!requirement) requirement = plain_term(term);
    if (!is_key(requirement->key))
      return bad_input(fmt::format("\"{}\" is not a label selector: bad key in \"{}\"", text, term));
    selector.match_expressions.push_back(std::move(*requirement));
  }
  return selector;
}

std::string to_string(const Labels& labels) {
  std::string joined;
  for (const auto& [key, value] : labels) joined += (joined.empty() ? "" : ",") + key + "=" + value;
  return joined;
}

std::optional<int> resolve_port(const PortName& target, const PodShape& pod, const std::string& protocol) {
  if (const int* number = std::get_if<int>(&target)) return *number;
  const std::string& name = std::get<std::string>(target);
  for (const Container& container : pod.containers) {
    for (const ContainerPort& port : container.ports) {
      if (port.name == name && port.protocol == protocol) return port.port;
    }
  }
  return std::nullopt;
}

LabelSelector own_selector(const Workload& workload) {
  const Kind* kind = kind_named(workload.meta.kind);
  return kind != nullptr && kind->own_selector.empty() ? LabelSelector{} : workload.selector;
}

std::optional<ObjectRef> deployment_of(const ObjectRef& replica_set, const Labels& pod) {
  const auto hash = pod.find("pod-template-hash");
  if (replica_set.kind != "ReplicaSet" || hash == pod.end() || hash->second.empty()) return std::nullopt;
  const std::string tail = "-" + hash->second;
  const std::string& name = replica_set.name;
  if (name.size() <= tail.size() || !name.ends_with(tail)) return std::nullopt;
  return ObjectRef{"Deployment", replica_set.ns, name.substr(0, name.size() - tail.size()), ""};
}

namespace {

// Of a ReplicaSet that may not be seen.
const Workload* named_after(const ObjectRef& replica_set, const Labels& pod, const std::vector<Workload>& workloads) {
  const auto named = deployment_of(replica_set, pod);
  if (!named) return nullptr;
  const auto found = std::find_if(workloads.begin(), workloads.end(), [&](const Workload& one) {
    return one.meta.kind == named->kind && one.meta.ns == named->ns && one.meta.name == named->name;
  });
  return found == workloads.end() ? nullptr : &*found;
}

}  // namespace

ObjectRef root_owner(const Meta& object, const std::vector<Workload>& workloads) {
  const Meta* at = &object;
  // An owner chain is short; the bound only keeps a hostile cycle from running for ever.
  for (int hops = 0; hops < 16; ++hops) {
    const OwnerReference* owner = at->controller();
    if (owner == nullptr) return at->ref();
    const auto found = std::find_if(workloads.begin(), workloads.end(),
                                    [&](const Workload& workload) { return workload.meta.uid == owner->uid; });
    if (found == workloads.end()) {
      // Above a workload that makes its pods itself: an operator's custom resource, which may own the good one and the
      // stray alike. A ReplicaSet is but one revision of whoever owns it.
      if (makes_pods(at->kind) && at->kind != "ReplicaSet" && !makes_pods(owner->kind)) return at->ref();
      const ObjectRef unseen{owner->kind, at->ns, owner->name, owner->uid};
      const Workload* deployment = named_after(unseen, at->labels, workloads);
      return deployment != nullptr ? deployment->meta.ref() : unseen;
    }
    at = &found->meta;
  }
  return at->ref();
}

}  // namespace straycat::model
