// Parts of a verdict as JSON, for whoever writes documents of its own with them.
#pragma once

#include <straycat/diagnose/verdict.hpp>

namespace straycat::diagnose {

[[nodiscard]] json to_json(const Finding& finding);
[[nodiscard]] json to_json(const Intent& intent);

}  // namespace straycat::diagnose
