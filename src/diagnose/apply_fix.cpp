// The plan with the fix in it.
#include "apply_fix.hpp"

#include <straycat/core/json_access.hpp>
#include <straycat/diagnose/verdict.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::diagnose {
namespace {

// By what Kubernetes tells the items of a list apart (patchMergeKey in the API's types), "" where it is taken as a
// whole.
std::string merge_key(const std::string& list, const json& patch) {
  if (list == "containers" || list == "initContainers" || list == "env") return "name";
  const bool ports = list == "ports" && patch.is_array() && !patch.empty() && patch.front().is_object();
  if (!ports) return "";
  return patch.front().contains("containerPort") ? "containerPort" : patch.front().contains("port") ? "port" : "";
}

void merge_list(json& list, const json& patch, const std::string& key) {
  for (const json& item : patch) {
    json* same = nullptr;
    for (json& one : list)
      if (member(one, key.c_str()) == member(item, key.c_str())) same = &one;
    if (same != nullptr) {
      merge_into(*same, item);
    } else {
      list.push_back(item);
    }
  }
}

}  // namespace

void merge_into(json& object, const json& patch) {
  if (!patch.is_object()) {
    object = patch;
    return;
  }
  if (!object.is_object()) object = json::object();
  for (const auto& [key, value] : patch.items()) {
    const std::string by = merge_key(key, value);
    if (value.is_null()) {
      object.erase(key);
    } else if (!by.empty() && object.contains(key) && object[key].is_array()) {
      merge_list(object[key], value, by);
    } else {
      merge_into(object[key], value);
    }
  }
}

namespace {

bool is_target(const json& object, const plan::Target& target) {
  const auto kind = object.is_object() ? object.find("kind") : object.end();
  return kind != object.end() && *kind == target.kind && model::project_pod(object).meta.name == target.name;
}

int patch_manifests(plan::Plan& plan, const Fix& fix) {
  int patched = 0;
  for (auto& step : plan.steps) {
    for (auto& manifest : plan::manifests_of(step.action)) {
      if (!is_target(manifest.object, fix.target)) continue;
      merge_into(manifest.object, fix.merge_patch);
      ++patched;
    }
  }
  return patched;
}

// The stray will never stand behind the Service again. Where the scenario waits for that, its start is the nearest
// thing to wait for, and its end (a Job's completion) the nearest to its leaving; so the run keeps its length.
void mend_waits(plan::Plan& plan, const plan::Target& target) {
  for (auto& step : plan.steps) {
    auto* wait = std::get_if<plan::Wait>(&step.action);
    if (wait == nullptr || wait->target.kind != target.kind || wait->target.name != target.name) continue;
    if (wait->condition == "Routable") wait->condition = "Exists";
    if (wait->condition == "Unroutable" && target.kind == "Job") wait->condition = "Complete";
  }
}

void expect_nothing(plan::Expectations& expect) {
  const plan::Budget none{false, 0};
  expect.finding = plan::Expectations::none;
  expect.workload.reset();
  expect.max_failures = none;
  for (auto& phase : expect.phases) {
    phase.min_failures.reset();
    phase.max_failures = none;
  }
}

}  // namespace

Result<plan::Plan> apply_fix(const plan::Plan& plan, const Fix& fix) {
  plan::Plan result = plan;
  if (patch_manifests(result, fix) == 0) {
    return bad_input("the fix changes " + fix.target.display() + ", and no manifest of the scenario makes it");
  }
  mend_waits(result, fix.leaves);
  expect_nothing(result.expect);
  return result;
}

}  // namespace straycat::diagnose
