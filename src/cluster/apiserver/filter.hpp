// Which objects of a list or watch a request asks for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cluster/kinds/row.hpp"
#include "cluster/store/store.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::cluster {

struct FieldTerm {
  std::string field, value;  // "status.phase", "Running"
  bool equals = true;        // = and ==, or !=
};

struct Filter {
  std::string ns, name;  // "" = all
  model::LabelSelector labels;
  std::vector<FieldTerm> fields;
  [[nodiscard]] bool matches(const json& object) const;
};

// labelSelector and fieldSelector of a query; a field that the kind cannot be selected by is a 400.
[[nodiscard]] StoreResult<Filter> parse_filter(const KindRow& resource, const std::string& ns, const std::string& name,
                                               const std::map<std::string, std::string>& query);

}  // namespace straycat::cluster
