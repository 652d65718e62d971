// One label or selector line of one object, changed in the text that holds it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <straycat/finding/finding.hpp>
#include <straycat/lint/lint.hpp>

namespace straycat::lint {

// The text with the changes, where nothing else of any object in it differs then; none where that cannot be had: the
// object stands there twice, a value stands in an alias, or over several lines.
[[nodiscard]] std::optional<std::string> edited(const Text& text, const model::ObjectRef& object,
                                                const std::vector<finding::LabelChange>& changes);

}  // namespace straycat::lint
