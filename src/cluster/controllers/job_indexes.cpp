#include "cluster/controllers/job_indexes.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace straycat::cluster {
namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

constexpr std::int64_t most_indexes =
    100'000;  // as Kubernetes: a range that a person mistyped must not fill the memory

struct ContainerEnd {
  std::string name;
  std::int64_t code = 0;
};

std::optional<ContainerEnd> matching_end(const json& requirement, const json& pod) {
  const auto only = string_or(requirement, "containerName");
  const auto& values = array_or_empty(requirement, "values");
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    for (const auto& status : array_or_empty(status_of(pod), list)) {
      const auto& ended = object_or_empty(object_or_empty(status, "state"), "terminated");
      const auto code = integer_or(ended, "exitCode");
      if (code == 0 || (!only.empty() && string_or(status, "name") != only)) continue;
      const bool among = std::find(values.begin(), values.end(), json(code)) != values.end();
      if (among == (string_or(requirement, "operator") == "In")) return ContainerEnd{string_or(status, "name"), code};
    }
  return std::nullopt;
}

std::string matching_condition(const json& patterns, const json& pod) {
  for (const auto& pattern : patterns) {
    const auto* condition = condition_of(status_of(pod), string_or(pattern, "type"));
    if (condition != nullptr && string_or(*condition, "status") == string_or(pattern, "status", "True"))
      return string_or(pattern, "type");
  }
  return {};
}

// How a rule fits a failed pod; "" = it does not.
std::string fit(const json& rule, const json& pod) {
  const auto who = fmt::format("pod {}/{}", namespace_of(pod), name_of(pod));
  if (rule.contains("onExitCodes")) {
    const auto end = matching_end(object_or_empty(rule, "onExitCodes"), pod);
    return end ? fmt::format("Container {} for {} failed with exit code {}", end->name, who, end->code) : "";
  }
  const auto type = matching_condition(array_or_empty(rule, "onPodConditions"), pod);
  return type.empty() ? "" : fmt::format("Pod {}/{} has condition {}", namespace_of(pod), name_of(pod), type);
}

}  // namespace

Indexes parse_indexes(const std::string& text) {
  Indexes out;
  for (std::size_t from = 0; from < text.size();) {
    const auto to = std::min(text.find(',', from), text.size());
    const auto part = std::string_view(text).substr(from, to - from);
    from = to + 1;
    const auto dash = part.find('-');
    const auto first = number_in(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_in(part.substr(dash + 1));
    if (!first || !last) continue;
    for (auto index = *first; index <= std::min(*last, most_indexes); ++index) out.insert(index);
  }
  return out;
}

std::string to_text(const Indexes& indexes) {
  std::string out;
  for (auto at = indexes.begin(); at != indexes.end();) {
    const auto first = *at;
    auto last = first;
    while (++at != indexes.end() && *at == last + 1) last = *at;
    if (!out.empty()) out += ",";
    out += std::to_string(first);
    if (last > first) out += (last == first + 1 ? "," : "-") + std::to_string(last);
  }
  return out;
}

std::optional<std::int64_t> index_of(const json& pod, std::int64_t completions) {
  const auto index = number_in(annotation_of(pod, index_key));
  return index && *index >= 0 && *index < completions ? index : std::nullopt;
}

std::int64_t failures_before(const json& pod) { return number_in(annotation_of(pod, index_failures_key)).value_or(0); }

FailureVerdict judge_failure(const json& job, const json& pod) {
  using Action = FailureVerdict::Action;
  const auto& rules = array_or_empty(object_or_empty(spec_of(job), "podFailurePolicy"), "rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto how = fit(rules[i], pod);
    if (how.empty()) continue;
    const auto action = string_or(rules[i], "action");
    if (action == "Ignore") return {Action::ignore};
    if (action == "FailIndex") return {Action::fail_index};
    if (action == "FailJob") return {Action::fail_job, how + " matching FailJob rule at index " + std::to_string(i)};
    return {};
  }
  return {};
}

std::optional<std::size_t> met_success_rule(const json& job, const Indexes& succeeded) {
  const auto& rules = array_or_empty(object_or_empty(spec_of(job), "successPolicy"), "rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto wanted = string_or(rules[i], "succeededIndexes");
    const auto& own = wanted.empty() ? succeeded : parse_indexes(wanted);
    const auto met = std::count_if(own.begin(), own.end(), [&](auto index) { return succeeded.contains(index); });
    const auto enough = integer_or(rules[i], "succeededCount", static_cast<std::int64_t>(own.size()));
    if (met >= enough && (!wanted.empty() || rules[i].contains("succeededCount"))) return i;
  }
  return std::nullopt;
}

json indexed_pod(const json& job, const IndexedPod& which) {
  auto pod = pod_from_template(job);
  const auto index = std::to_string(which.index);
  pod["metadata"]["generateName"] = name_of(job) + "-" + index + "-";
  pod["metadata"]["annotations"][index_key] = index;
  pod["metadata"]["labels"][index_key] = index;
  if (spec_of(job).contains("backoffLimitPerIndex"))
    pod["metadata"]["annotations"][index_failures_key] = std::to_string(which.failures);
  pod["spec"]["hostname"] = name_of(job) + "-" + index;
  const json variable = {
      {"name", "JOB_COMPLETION_INDEX"},
      {"valueFrom", {{"fieldRef", {{"fieldPath", fmt::format("metadata.labels['{}']", index_key)}}}}}};
  for (const char* list : {"initContainers", "containers"})
    each_object(pod["spec"], list, [&](json& container) {
      const auto& known = array_or_empty(container, "env");
      if (std::none_of(known.begin(), known.end(),
                       [](const json& one) { return string_or(one, "name") == "JOB_COMPLETION_INDEX"; }))
        container["env"].push_back(variable);
    });
  return pod;
}

}  // namespace straycat::cluster
