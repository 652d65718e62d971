// spec.matrix: one scenario for each combination of its values.
#pragma once

#include "problems.hpp"
#include <straycat/scenario/scenario.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::scenario {

// Puts the values in the place of ${name} everywhere in the spec. Of what `wanted` does not name the first value is
// taken. Returns those that were taken; problems: names that nothing uses, placeholders without a name, too many
// combinations. A matrix of another shape is left alone: whoever checks shapes says so.
Values fill_matrix(yaml::Node& root, const Values& wanted, const Source& source, Problems& problems);

}  // namespace straycat::scenario
