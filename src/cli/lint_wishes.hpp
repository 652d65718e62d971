// What a person wants of `straycat lint` beside the texts: the configuration, the baseline, the cluster below.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/lint/config.hpp>
#include <straycat/lint/lint.hpp>

namespace straycat::cli {

struct LintConfig {
  lint::Config config;
  std::filesystem::path folder;  // that the paths in it begin at

  [[nodiscard]] bool ignores(const std::filesystem::path& path) const;
};
// The file that --config names, else the nearest .straycat-lint.yaml in the folders of `paths` and above; none there:
// an empty one. Errors (bad_input): what is wrong in it, or the paths have different ones.
[[nodiscard]] Result<LintConfig> lint_config(const std::string& file, const std::vector<std::string>& paths);

// A key a line; "#" begins a comment. Without a file: none.
[[nodiscard]] Result<std::set<std::string>> read_baseline(const std::string& file);
[[nodiscard]] std::string baseline_of(const lint::Verdict& verdict);

struct LintGround {
  lint::Ground ground;
  std::vector<lint::Unread> unread;  // what could not be listed
};
[[nodiscard]] Result<LintGround> lint_ground(const kube::ConfigRequest& at);

}  // namespace straycat::cli
