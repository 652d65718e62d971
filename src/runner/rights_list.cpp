#include "runner/rights_list.hpp"

#include <algorithm>

#include <straycat/kube/client.hpp>

namespace straycat::runner {

void Rights::add(std::string_view kind, const std::vector<std::string>& verbs, std::string_view cost,
                 const std::string& subresource) {
  const auto type = kube::resource_for_kind(kind);
  if (!type) return;
  for (const std::string& verb : verbs)
    add_one({type->group, type->plural + subresource, verb, type->namespaced, std::string(cost)});
}

// A right that two parts ask for is needed by the one that cannot do without.
void Rights::add_one(const Right& right) {
  const auto known = std::find_if(all_.begin(), all_.end(), [&](const Right& one) {
    return one.group == right.group && one.resource == right.resource && one.verb == right.verb;
  });
  if (known == all_.end())
    all_.push_back(right);
  else if (right.cost.empty())
    known->cost.clear();
}

}  // namespace straycat::runner
