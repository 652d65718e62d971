#include "refine.hpp"

#include <algorithm>
#include <iterator>

namespace straycat::diagnose {
namespace {

Scope sorted(Scope cells) {
  std::sort(cells.begin(), cells.end());
  return cells;
}

Scope common(const Scope& a, const Scope& b) {
  Scope result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

Scope without(const Scope& cells, const Scope& gone) {
  Scope result;
  std::set_difference(cells.begin(), cells.end(), gone.begin(), gone.end(), std::back_inserter(result));
  return result;
}

}  // namespace

void settle_refined(const Case& the_case, std::vector<Claim>& claims) {
  // By what they claimed at first: the order in which rules are asked must not matter.
  std::vector<Scope> claimed;
  for (const Claim& claim : claims) claimed.push_back(sorted(claim.cells));
  for (std::size_t special = 0; special < claims.size(); ++special) {
    if (failures_in(the_case, claimed[special]) < fewest_failures) continue;
    for (std::size_t general = 0; general < claims.size(); ++general) {
      Finding& finding = claims[special].finding;
      const Finding& shown = claims[general].finding;
      if (!finding::refines(finding.cause, shown.cause)) continue;
      const Scope both = common(claimed[special], claimed[general]);
      if (both.empty()) continue;
      finding.showed_as(shown.cause, shown.sentence);
      claims[general].cells = without(sorted(claims[general].cells), both);
    }
  }
  std::erase_if(claims, [](const Claim& claim) { return claim.cells.empty(); });
}

}  // namespace straycat::diagnose
