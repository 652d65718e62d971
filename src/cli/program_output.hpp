// What a program of the person's prints, read to its end.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/result.hpp>

namespace straycat::cli {

// Its standard error goes where ours goes. Errors (bad_input): there is no such program, or it failed; with its exit
// code. Output beyond `most` bytes is an error, too.
[[nodiscard]] Result<std::string> output_of(const std::vector<std::string>& words, std::size_t most);

}  // namespace straycat::cli
