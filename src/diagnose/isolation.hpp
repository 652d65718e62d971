// Failures that got no answer, and what the NetworkPolicies of then say of this client and these endpoints (by
// model/policy.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules.hpp"
#include <straycat/model/policy.hpp>

namespace straycat::diagnose {

// The pod that sends this cell's requests; none where they come from no pod, or the log does not know it.
[[nodiscard]] std::optional<model::NetworkEnd> client_at(const Case& the_case, std::string_view vantage);
[[nodiscard]] std::optional<model::NetworkEnd> client_of(const Case& the_case, const Cell& cell);
[[nodiscard]] std::vector<const model::NetworkPolicy*> policies_at(const Case& the_case, std::int64_t ns);
// An endpoint's pod; none when the log does not know it, or it is of its node's network, where no policy reaches.
[[nodiscard]] std::optional<model::NetworkEnd> server_of(const Case& the_case, const Cell& cell, std::size_t endpoint);

// What forbids a cell's connections: each of its candidates, one way or both.
struct Isolation {
  model::Admission admission = model::Admission::yes;  // no: to all of them
  // With `no`: the policies that isolate all of them so, by name; empty where that way lets some through.
  std::vector<const model::NetworkPolicy*> ingress, egress;
  bool any = false;  // some policy isolates one of them, or the client
};
[[nodiscard]] Isolation isolation_of(const Case& the_case, const Cell& cell);

// Somebody with the same labels in the same namespace was answered by one of the candidates while these failed: then
// nobody enforces what the policies say.
[[nodiscard]] bool let_through(const Case& the_case, const Cell& cell);

// Whether the policies were watched while the cell failed: another one may have let its requests through.
[[nodiscard]] bool policies_seen(const Case& the_case, const Cell& cell);
// Of several policies any may get a rule more: the one that selects the fewest pods, of those that the log ever saw,
// opens the least. Null: there is none.
[[nodiscard]] const model::NetworkPolicy* narrowest(const Case& the_case,
                                                    const std::vector<const model::NetworkPolicy*>& policies);
// A rule that opens a policy of `policy_ns` to the pods of this end, by labels that last (not those that controllers
// add, nor a run's name), on these TCP ports.
[[nodiscard]] model::PolicyRule rule_for(const model::NetworkEnd& other, const std::string& policy_ns,
                                         const std::vector<int>& ports);
// Without the labels that controllers add.
[[nodiscard]] model::Labels labels_of_its_own(model::Labels labels);

}  // namespace straycat::diagnose
