// Kinds of other makers: those that a CustomResourceDefinition in the store defines, and those that charts bring
// without one (model/custom_kinds.hpp), whose objects are stored as they come.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

class CustomKinds {
 public:
  CustomKinds();

  // A definition as it is stored; it takes the place of what it, or anybody, had defined under these names.
  void define(const json& definition);
  void forget(const json& definition);

  // By KindRow::key(): the version in which the objects are stored.
  [[nodiscard]] const KindRow* by_key(std::string_view key) const;
  // By apiVersion and kind.
  [[nodiscard]] const KindRow* row_of(const json& named) const;
  // Of every version that is served.
  [[nodiscard]] std::vector<const KindRow*> all() const;

 private:
  std::deque<KindRow> rows_;  // never shrinks: whoever answers a request, or watches, holds on to its row
  // A definition's name ("widgets.example.org") -> a row for each version, the stored one first.
  std::map<std::string, std::vector<const KindRow*>> served_;
};

}  // namespace straycat::cluster
