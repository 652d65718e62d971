#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

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
  };
}

}  // namespace straycat::cluster
