// How much a document weighs, without writing it down: what a request may make of an object is bounded.
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

// About as many bytes as its JSON has (characters are not escaped). Stops counting beyond `most`, so that it takes no
// longer than a document of that size does.
[[nodiscard]] std::size_t json_bytes(const nlohmann::json& value, std::size_t most);

// How deep a document may nest: whoever goes through it does so on the stack.
inline constexpr int deepest = 100;
// Whether lists and objects nest deeper than `most`.
[[nodiscard]] bool deeper_than(const nlohmann::json& value, int most);

}  // namespace straycat::cluster
