// Which keys Kubernetes objects have, as far as a slip of the finger in them would spoil a run.
#pragma once

#include "problems.hpp"
#include <straycat/yaml/document.hpp>

namespace straycat::scenario {

// Checks one manifest: apiVersion, kind, metadata.name, names, texts in labels and selectors, keys. What this does not
// know is left to the API server, which validates strictly.
void check_manifest(const yaml::Node& object, const Source& source, Problems& problems);

}  // namespace straycat::scenario
