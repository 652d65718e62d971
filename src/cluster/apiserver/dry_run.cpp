#include "cluster/apiserver/dry_run.hpp"

#include <algorithm>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

StoreResult<DryRun> dry_run_of(const json& list, const std::string& options) {
  if (list.is_null()) return DryRun::no;
  if (!list.is_array() || !std::all_of(list.begin(), list.end(), [](const json& one) { return one.is_string(); }))
    return bad_request("json: cannot unmarshal into Go struct field " + options + ".dryRun of type []string");
  if (std::all_of(list.begin(), list.end(), [](const json& one) { return one == "All"; }))
    return list.empty() ? DryRun::no : DryRun::all;
  KindRow row;
  row.group = "meta.k8s.io";
  row.kind = options;
  const auto said = list.dump(-1, ' ', false, json::error_handler_t::replace);
  return invalid(row, "",
                 {{"FieldValueNotSupported", "Unsupported value: " + said + R"(: supported values: "All")", "dryRun"}});
}

StoreResult<DryRun> dry_run_of(const Request& request) {
  const auto& method = request.method;
  return dry_run_of(json(request.values("dryRun")), method == "POST"    ? "CreateOptions"
                                                    : method == "PUT"   ? "UpdateOptions"
                                                    : method == "PATCH" ? "PatchOptions"
                                                                        : "DeleteOptions");
}

}  // namespace straycat::cluster
