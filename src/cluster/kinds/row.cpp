#include "cluster/kinds/row.hpp"

#include <algorithm>
#include <tuple>

namespace straycat::cluster {
namespace {

std::vector<KindRow> in_order() {
  auto all = rows();
  std::sort(all.begin(), all.end(), [](const KindRow& a, const KindRow& b) {
    return std::tie(a.group, a.version, a.plural) < std::tie(b.group, b.version, b.plural);
  });
  return all;
}

}  // namespace

const std::vector<KindRow>& served_kinds() {
  static const std::vector<KindRow> all = in_order();
  return all;
}

const KindRow* resource_by_kind(std::string_view kind) {
  const auto& all = served_kinds();
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& info) { return info.kind == kind; });
  return at == all.end() ? nullptr : &*at;
}

const KindRow* resource_by_plural(std::string_view group, std::string_view plural) {
  const auto& all = served_kinds();
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const auto& info) { return info.group == group && info.plural == plural; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace straycat::cluster
