#include "cluster/kinds/budget.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "cluster/kinds/labels.hpp"

namespace straycat::cluster {
namespace {

using Named = std::function<Object(const json& reference)>;

int amount_of(const json& value, int of) {
  const auto most = value.is_string() ? of : INT32_MAX;
  return static_cast<int>(std::clamp<std::int64_t>(resolve_int_or_percent(value, of, true), 0, most));
}

// How many pods the controllers of these want, each of them once: a Deployment in place of its ReplicaSets
// (getExpectedScale and its finders). A pod that nobody controls is none of them.
class Expectation {
 public:
  explicit Expectation(const Named& named) : named_(named) {}

  void add(const json& pod) {
    const json* reference = controller_of(pod);
    if (reference == nullptr || !failure_.empty()) return;
    Object owner = found(*reference);
    if (!owner) {
      failure_ = "found no controllers for pod " + json(text_at(pod, "/metadata/name")).dump();
      return;
    }
    const json* above = string_or(*owner, "kind") == "ReplicaSet" ? controller_of(*owner) : nullptr;
    if (above != nullptr && string_or(*above, "kind") == "Deployment")
      if (auto deployment = found(*above)) owner = std::move(deployment);
    count(*owner);
  }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] int total() const {
    std::int64_t sum = 0;
    for (const auto& [uid, replicas] : scales_) sum = std::min<std::int64_t>(sum + replicas, INT32_MAX);
    return static_cast<int>(sum);
  }

 private:
  // Another of the same name is not the one.
  [[nodiscard]] Object found(const json& reference) const {
    Object owner = named_(reference);
    return owner && text_at(*owner, "/metadata/uid") == string_or(reference, "uid") ? owner : nullptr;
  }
  void count(const json& owner) {
    const auto* row = built_in_row(owner);
    if (row != nullptr && row->has_scale)
      scales_[text_at(owner, "/metadata/uid")] =
          std::clamp<std::int64_t>(integer_or(object_or_empty(owner, "spec"), "replicas", 1), 0, INT32_MAX);
    else
      failure_ = fmt::format("{}, Resource={} does not implement the scale subresource", string_or(owner, "apiVersion"),
                             row == nullptr ? string_or(owner, "kind") : row->plural);
  }

  const Named& named_;
  std::map<std::string, std::int64_t> scales_;
  std::string failure_;
};

// getExpectedPodCount
void expect(Budget& out, const json& spec, const std::vector<const json*>& pods, const Named& named) {
  const bool least = !spec.contains("maxUnavailable");
  const json amount = spec.value(least ? "minAvailable" : "maxUnavailable", json());
  if (amount.is_null()) return;
  if (least && amount.is_number()) {
    out.expected = static_cast<int>(pods.size());
    out.desired = amount_of(amount, out.expected);
    return;
  }
  Expectation all(named);
  for (const json* pod : pods) all.add(*pod);
  out.failure = all.failure();
  if (!out.failure.empty()) return;
  out.expected = all.total();
  const int reckoned = amount_of(amount, out.expected);
  out.desired = least ? reckoned : std::max(0, out.expected - reckoned);
}

}  // namespace

bool healthy_pod(const json& pod) {
  if (!text_at(pod, "/metadata/deletionTimestamp").empty()) return false;
  for (const json& condition : array_or_empty(object_or_empty(pod, "status"), "conditions"))
    if (string_or(condition, "type") == "Ready") return string_or(condition, "status") == "True";
  return false;
}

// policy/v1: an empty selector selects all, none at all selects nothing.
bool budget_selects(const json& budget, const json& pod) {
  const auto& spec = object_or_empty(budget, "spec");
  return spec.contains("selector") && spec.at("selector").is_object() &&
         model::matches(label_selector(spec.at("selector")), labels_of(pod));
}

Budget count_budget(const json& budget, const std::vector<Object>& pods, const Named& named) {
  const auto& spec = object_or_empty(budget, "spec");
  Budget out;
  out.name = text_at(budget, "/metadata/name");
  out.spares_unready = string_or(spec, "unhealthyPodEvictionPolicy") == "AlwaysAllow";
  std::vector<const json*> selected;
  for (const Object& pod : pods)
    if (budget_selects(budget, *pod)) selected.push_back(pod.get());
  for (const json* pod : selected) out.healthy += healthy_pod(*pod) ? 1 : 0;
  expect(out, spec, selected, named);
  return out;
}

}  // namespace straycat::cluster
