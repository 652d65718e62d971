// The files of `straycat demo`, within the program: it runs where nothing else is installed.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace straycat::cli {

// By their names: scenario.yaml, and the manifests that it applies. Made by the build.
[[nodiscard]] const std::map<std::string, std::string_view, std::less<>>& demo_files();

}  // namespace straycat::cli
