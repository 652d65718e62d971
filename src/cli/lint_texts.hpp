// The texts that `straycat lint` judges: files, folders, standard input, and what helm and kubectl make of charts and
// kustomizations.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/lint/lint.hpp>

namespace straycat::cli {

struct LintSources {
  std::vector<std::string> paths;   // "-" is standard input
  std::vector<std::string> values;  // each a rendering of its own
  std::string release, helm, kubectl;
};

[[nodiscard]] Result<std::vector<lint::Text>> lint_texts(const LintSources& sources);

}  // namespace straycat::cli
