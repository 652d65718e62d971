// Options that take one of a few words.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace straycat::cli {

// Refuses any other word, and says which was meant.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);

}  // namespace straycat::cli
