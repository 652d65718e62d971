// The manifests of the run's plan: what a change is made in, and which selectors they hold.
#pragma once

#include <string>
#include <vector>

#include <straycat/finding/label_fix.hpp>
#include <straycat/history/history.hpp>

namespace straycat::diagnose {

// The last manifest of an object that the plan applies; null when it brings none.
[[nodiscard]] const plan::Manifest* manifest_of(const history::History& history, const std::string& kind,
                                                const std::string& name);
// The selectors of all kinds but Services and those that make pods: whom a policy holds and lets in, what a budget
// counts. As the plan and the log have them.
[[nodiscard]] std::vector<finding::Bound> bounds_of(const history::History& history, const std::string& ns);

}  // namespace straycat::diagnose
