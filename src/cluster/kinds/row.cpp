#include "cluster/kinds/row.hpp"

#include <algorithm>
#include <tuple>

#include "cluster/kinds/json_help.hpp"
#include <straycat/model/kinds.hpp>

namespace straycat::cluster {
namespace {

KindRow named(KindRow row) {
  const auto* known = model::kind_named(row.kind);
  if (known == nullptr) return row;  // one that the judge has nothing to do with: its row has its names
  const auto& kind = *known;
  row.group = kind.group();
  row.version = model::version_of(kind.api_version);
  row.plural = kind.plural;
  row.singular = kind.singular();
  if (!kind.short_name.empty()) row.short_names = {std::string(kind.short_name)};
  row.namespaced = kind.namespaced;
  row.has_scale = kind.scales;
  if (kind.named_as_label) row.naming = Naming::label;
  return row;
}

std::vector<KindRow> in_order() {
  std::vector<KindRow> all;
  for (auto& row : rows()) all.push_back(named(std::move(row)));
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

const KindRow* built_in_row(const json& named) {
  const auto* row = resource_by_kind(string_or(named, "kind"));
  const auto version = string_or(named, "apiVersion");
  return row == nullptr || version.empty() || model::group_of(version) == row->group ? row : nullptr;
}

}  // namespace straycat::cluster
