#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow limit_range_row() {
  return {
      .kind = "LimitRange",
      .types = {"core.v1.LimitRange apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=core.v1.LimitRangeSpec",
                "core.v1.LimitRangeItem default:4=map(q) defaultRequest:5=map(q) max:2=map(q) "
                "maxLimitRequestRatio:6=map(q) min:3=map(q) type:1=s",
                "core.v1.LimitRangeSpec limits:1=list(core.v1.LimitRangeItem)"},
  };
}

}  // namespace straycat::cluster
