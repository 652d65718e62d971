// What an installation brings beside the program.
#pragma once

#include <filesystem>

namespace straycat::cli {

// share/straycat of the installation that this program stands in (PREFIX/bin/straycat); "" where there is none.
[[nodiscard]] std::filesystem::path shared_folder();

}  // namespace straycat::cli
