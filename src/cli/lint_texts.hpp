// The texts that `straycat lint` judges: files, folders, standard input, and what helm and kubectl make of charts and
// kustomizations.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/lint/lint.hpp>

namespace straycat::cli {

struct LintSources {
  std::vector<std::string> paths;     // "-" is standard input
  std::vector<std::string> values;    // each a rendering of its own; "a.yaml,b.yaml" are two files of one
  std::vector<std::string> releases;  // none: "release-name"
  std::string helm, kubectl;          // "": as the PATH has them
  std::function<bool(const std::filesystem::path&)> ignores = nullptr;  // files and charts that are left out
};

struct LintTexts {
  std::vector<lint::Text> texts;
  std::vector<lint::Unread> skipped;  // charts inside a folder that could not be rendered
};
[[nodiscard]] Result<LintTexts> lint_texts(const LintSources& sources);

}  // namespace straycat::cli
