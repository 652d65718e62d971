#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/resources.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

std::string listed(const Amounts& amounts) {
  std::string out;
  for (const auto& [name, amount] : amounts) out += (out.empty() ? "" : ",") + name + "=" + amount.text();
  return out;
}

Status over_quota(const KindRow& row, const json& object, const std::string& why) {
  const auto name = text_at(object, "/metadata/name");
  Status status{403, "Forbidden", row.qualified() + " " + json(name).dump() + " is forbidden: " + why, nullptr};
  status.details = json::object({{"name", name}, {"kind", row.plural}});
  if (!row.group.empty()) status.details["group"] = row.group;
  return status;
}

// What a quota on CPU or memory counts, each container has to say (pkg/quota/v1/evaluator/core/pods.go Constraints).
std::string unsaid(const json& quota, const json& pod) {
  std::map<std::string, std::set<std::string>> silent;
  for (const auto& [resource, hard] : object_or_empty(object_or_empty(quota, "spec"), "hard").items()) {
    const bool limits = resource.rfind("limits.", 0) == 0;
    const auto name = resource.substr(limits ? 7 : resource.rfind("requests.", 0) == 0 ? 9 : 0);
    if (name != "cpu" && name != "memory") continue;
    for (const char* list : {"containers", "initContainers"})
      for (const auto& container : array_or_empty(object_or_empty(pod, "spec"), list))
        if (!object_or_empty(object_or_empty(container, "resources"), limits ? "limits" : "requests").contains(name))
          silent[resource].insert(string_or(container, "name"));
  }
  std::string out;
  for (const auto& [resource, names] : silent)
    out += fmt::format("{}{} for: {}", out.empty() ? "" : "; ", resource, fmt::join(names, ","));
  return out;
}

StoreResult<void> admit(const Newcomer& newcomer, const json& quota) {
  const auto& object = newcomer.object;
  const auto& row = *built_in_row(object);
  if (!in_scope(quota, object)) return {};
  const auto name = text_at(quota, "/metadata/name");
  const bool pod = row.kind == "Pod";
  if (const auto lacks = pod ? unsaid(quota, object) : ""; !lacks.empty())
    return over_quota(row, object, "failed quota: " + name + ": must specify " + lacks);
  auto asked = quota_amounts(row, object);
  if (newcomer.current)
    for (const auto& [resource, amount] : quota_amounts(row, *newcomer.current)) asked[resource].milli -= amount.milli;
  const auto used = used_of(quota, newcomer.list);
  Amounts over, used_there, hard_there;
  for (const auto& [resource, hard] : object_or_empty(object_or_empty(quota, "spec"), "hard").items()) {
    const auto more = asked.find(resource);
    if (more == asked.end() || more->second.milli <= 0) continue;
    auto then = used.at(resource);
    then += more->second;
    if (then.milli <= quantity_of(hard).milli) continue;
    over[resource] = more->second;
    used_there[resource] = used.at(resource);
    hard_there[resource] = quantity_of(hard);
  }
  if (over.empty()) return {};
  return over_quota(row, object,
                    "exceeded quota: " + name + ", requested: " + listed(over) + ", used: " + listed(used_there) +
                        ", limited: " + listed(hard_there));
}

StoreResult<void> admit_by_all(const Newcomer& newcomer, const std::vector<Object>& quotas) {
  if (built_in_row(newcomer.object) == nullptr) return {};
  if (newcomer.current && string_or(newcomer.object, "kind") != "Service") return {};
  for (const auto& quota : quotas)
    if (auto fine = admit(newcomer, *quota); !fine) return fine;
  return {};
}

json quota_cells(const json& object, std::int64_t now_ns) {
  std::string requests, limits;
  const auto& status = object_or_empty(object, "status");
  for (const auto& [resource, hard] : object_or_empty(status, "hard").items()) {
    auto& out = resource.rfind("limits.", 0) == 0 ? limits : requests;
    const auto used = object_or_empty(status, "used").value(resource, json("0"));
    out += (out.empty() ? "" : ", ") + resource + ": " + quantity_of(used).text() + "/" + quantity_of(hard).text();
  }
  return json::array({cells::name_of(object), requests, limits, cells::age(object, now_ns)});
}

}  // namespace

KindRow resource_quota_row() {
  return {
      .kind = "ResourceQuota",
      .has_status = true,
      .types = {"core.v1.ResourceQuota apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=core.v1.ResourceQuotaSpec status:3=core.v1.ResourceQuotaStatus",
                "core.v1.ResourceQuotaSpec hard:1=map(q) scopeSelector:3=core.v1.ScopeSelector scopes:2=list(s)",
                "core.v1.ResourceQuotaStatus hard:1=map(q) used:2=map(q)",
                "core.v1.ScopeSelector! matchExpressions:1=list(core.v1.ScopedResourceSelectorRequirement)",
                "core.v1.ScopedResourceSelectorRequirement operator:2=s scopeName:1=s values:3=list(s)"},
      .columns = {name_column,
                  {"Request", "string", 0,
                   "Request represents a minimum amount of cpu/memory that a container may consume."},
                  {"Limit", "string", 0,
                   "Limits control the maximum amount of cpu/memory that a container may use independent of contention "
                   "on the node."},
                  age_column},
      .cells = quota_cells,
      .admit = admit_by_all,
  };
}

}  // namespace straycat::cluster
