// Labels, and what selects by them, out of untrusted JSON.
#pragma once

#include "cluster/kinds/json_help.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::cluster {

// Any map of strings; what is no string is left out.
[[nodiscard]] model::Labels labels_from(const json& map);
// metadata.labels.
[[nodiscard]] model::Labels labels_of(const json& object);
// A metav1.LabelSelector.
[[nodiscard]] model::LabelSelector label_selector(const json& selector);

}  // namespace straycat::cluster
