// `dryRun`, in a query or in a body's options.
#pragma once

#include "cluster/apiserver/request.hpp"

namespace straycat::cluster {

// (A result of bool would take one for the other.)
enum class DryRun { no, all };

// Whether a request is to change nothing, by the list of its `dryRun` (null: none). Errors: 422 where the list holds
// anything but "All", as nobody may take it for carried out or not (apimachinery pkg/apis/meta/v1/validation
// ValidateDryRun); 400 where it is no list of texts. `options`: the kind that it stands in, "DeleteOptions".
[[nodiscard]] StoreResult<DryRun> dry_run_of(const json& list, const std::string& options);

// The same of a query, whose options' kind its method says.
[[nodiscard]] StoreResult<DryRun> dry_run_of(const Request& request);

}  // namespace straycat::cluster
