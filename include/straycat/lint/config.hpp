// `.straycat-lint.yaml`: what a person wants of the rules, and which files are none of theirs.
//
//   rules:
//     W3: off            # error, warning, note, off; by code, or by the cause's name
//     rollout-gap: warning
//   ignore:              # paths, from the folder of this file; what Helm rendered: also its template's path
//   - vendor/
//   - "**/tests/*.yaml"
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/lint/lint.hpp>

namespace straycat::lint {

inline constexpr std::string_view config_name = ".straycat-lint.yaml";

struct Config {
  std::map<std::string, std::optional<Severity>> severities;  // by code; none: off
  std::vector<std::string> ignore;
};

// Errors (bad_input): the first thing that is wrong, with its place, what was expected and what may have been meant.
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::string& file);

// "*" and "?" stay within a folder, "**" goes through folders. A glob without a slash speaks of names at any depth, and
// one that matches a folder of all that is in it. `path` has slashes, and none at its beginning.
[[nodiscard]] bool matches_path(std::string_view glob, std::string_view path);

}  // namespace straycat::lint
