// The answers of earlier suites, kept in a folder: a file each, named by when it began.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/report/suite.hpp>
#include <straycat/suite/suite.hpp>

namespace straycat::cli {

// What is kept there, the oldest first. A file that cannot be read is told on standard error and left out. Errors
// (bad_input): the folder is not there.
[[nodiscard]] Result<report::Past> read_history(const std::filesystem::path& folder);
// Made where it is not there. An answer that did not come to its end says nothing of the cases that were not run, and
// is kept all the same: those are not in it.
[[nodiscard]] Result<> keep_answer(const std::filesystem::path& folder, const suite::Answer& answer);
// Removes all but the newest so many; what is not named as ours, or does
// not begin as an answer, is neither counted nor touched. How many went.
[[nodiscard]] Result<std::size_t> prune_history(const std::filesystem::path& folder, std::size_t keep);

}  // namespace straycat::cli
