// How much of a kind a run has to watch. Pure; private to `runner`.
#pragma once

#include <string>

#include <straycat/model/kinds.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::runner {

struct Selectors {
  std::string labels, fields;  // "" = all
  bool operator==(const Selectors&) const = default;
};

// In a namespace of the run's own everything is of the run. In somebody else's (`shared` = its name) there may be
// thousands of Services that the run has nothing to do with: only those that its plan names are watched, and their
// slices. All, when the plan names none. Other kinds are watched whole: a stray may be anybody's pod.
[[nodiscard]] Selectors scope_of(const model::Kind& kind, const plan::Plan& plan, const std::string& shared);

}  // namespace straycat::runner
