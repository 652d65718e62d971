// A COMMAND of the person's (after --) and straycat's own verdict share one exit code.
#pragma once

#include <optional>
#include <string_view>

namespace straycat::cli {

// A command that failed keeps its exit code, whatever was found; its success leaves the verdict's. `status`: what the
// command ended with, or 128 + the signal that killed it; none: it was not run to its end, and then nobody may take the
// verdict's 0 for its. A line on standard error tells whose the code is. `conclusion`: the verdict in a word.
[[nodiscard]] int around_command(std::optional<int> status, int verdict, std::string_view conclusion);

}  // namespace straycat::cli
