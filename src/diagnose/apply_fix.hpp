// How a fix's patch is merged into a manifest, or into another patch of the same object.
#pragma once

#include <nlohmann/json.hpp>

namespace straycat::diagnose {

void merge_into(nlohmann::json& object, const nlohmann::json& patch);

}  // namespace straycat::diagnose
