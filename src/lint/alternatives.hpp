// What stands together, and what are alternatives: a folder with the same object twice (one for each environment, one
// for each way of rendering) is no release.
#pragma once

#include <functional>
#include <vector>

#include "lint/facts.hpp"
#include <straycat/lint/lint.hpp>

namespace straycat::lint {

struct Part {
  Facts facts;
  bool whole = true;  // nothing else is said to belong to it
};

// Reads all texts: each group as one part where no object is defined twice in different files of it. Else those files
// (or, where they stand in different folders, the folders) are alternatives, and a part is as many files as can stand
// together, with all that are no alternative. At most 16 parts; where there would be more, folder by folder, and in one
// folder some in which each file stands once at least, or each file by itself (`verdict.notes` says so).
[[nodiscard]] std::vector<Part> parts_of(const std::vector<Text>& texts, Verdict& verdict);

void for_each_thing(const Facts& facts, const std::function<void(const Thing&)>& call);
void for_each_thing(Facts& facts, const std::function<void(Thing&)>& call);

}  // namespace straycat::lint
