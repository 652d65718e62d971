// Changes that cure a finding, beside those of selectors and labels (fix.hpp): of a workload's pod template, and of one
// other object. What an operator or a controller made is not changed here, but its source is named.
#pragma once

#include <string>
#include <vector>

#include "rules.hpp"

namespace straycat::diagnose {

// The containers of the finding's workload as its pods behind the finding's Service have them; empty when unknown.
[[nodiscard]] std::vector<model::Container> containers_of(const Case& the_case, const Finding& finding);
[[nodiscard]] std::int64_t grace_of(const Case& the_case, const Finding& finding);  // seconds

// The container that is asked on this port: the one that declares it, else the only one; null when it cannot be told.
[[nodiscard]] const model::Container* container_at(const std::vector<model::Container>& containers, int port);

// Sets finding.fix, or finding.no_fix where the object is made by another. `checked`: what was evaluated.
void change_pods(const Case& the_case, nlohmann::json pod_spec, std::vector<std::string> checked, Finding& finding);
void change_workload(const Case& the_case, nlohmann::json spec, std::vector<std::string> checked, Finding& finding);
// `patch` is of the whole object; `order`: what a person does with it.
void change_object(const Case& the_case, const plan::Target& target, nlohmann::json patch,
                   std::vector<std::string> order, std::vector<std::string> checked, Finding& finding);
void change_service(const Case& the_case, nlohmann::json spec, std::vector<std::string> checked, Finding& finding);

// The longest answer that was seen of the finding's Service, in whole seconds, rounded up.
[[nodiscard]] std::int64_t longest_answer_s(const Case& the_case, const Finding& finding);

// Fixes of one object become one, in the first finding that has it.
void join_fixes(std::vector<Finding>& findings);

}  // namespace straycat::diagnose
