// Which rights a run or a survey needs, as data: `straycat rbac` prints them, the preflight asks for them.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::runner {

struct Right {
  std::string group, resource, verb;  // "apps", "deployments", "create"; a subresource is "pods/log"
  bool namespaced = true;
  std::string cost;  // what is lost without it; "" = nothing can go on without it
  auto operator<=>(const Right&) const = default;
};

// For `diagnose`: list what it reads.
[[nodiscard]] std::vector<Right> survey_rights();
// For a run of the plan. `own_namespace`: it makes one and deletes it.
[[nodiscard]] std::vector<Right> run_rights(const plan::Plan& plan, bool own_namespace);

// The objects that grant them to `subject` ({"kind": "User", "name": "jane"}, or null: only the roles): a Role in `ns`
// for what is namespaced, a ClusterRole for the rest. With ns "" all of it is a ClusterRole.
[[nodiscard]] std::vector<nlohmann::json> roles_for(const std::vector<Right>& rights, const std::string& name,
                                                    const std::string& ns, const nlohmann::json& subject);

// Those of the rights that the API server says this user lacks in `ns` (SelfSubjectAccessReview, a call each). A server
// that does not review access lacks none. Errors: it cannot be reached.
[[nodiscard]] Result<std::vector<Right>> missing_rights(const kube::Config& cluster, const std::string& ns,
                                                        const std::vector<Right>& rights);

// "create deployments.apps in NS": for people.
[[nodiscard]] std::string describe(const Right& right);

}  // namespace straycat::runner
