// The plan with the fix in it.
#include <straycat/diagnose/verdict.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::diagnose {
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
      manifest.object.merge_patch(fix.merge_patch);
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
  mend_waits(result, fix.target);
  expect_nothing(result.expect);
  return result;
}

}  // namespace straycat::diagnose
