// Texts -> facts, whatever the texts hold; and the places of what was found.
#pragma once

#include <vector>

#include "lint/facts.hpp"
#include <straycat/lint/lint.hpp>

namespace straycat::lint {

// `index` is the text's among all. What cannot be read is told in `unread`, and what its lines still say of kinds and
// names stands in facts.shadows.
void read_text(const Text& text, std::size_t index, Facts& facts, std::vector<Unread>& unread);

// Where a path of an object stands; the nearest part of it that is there.
[[nodiscard]] Spot locate(const std::vector<Text>& texts, const Origin& origin, const Path& path);

}  // namespace straycat::lint
