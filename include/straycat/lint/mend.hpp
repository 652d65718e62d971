// `--fix`: cures that were evaluated, written into the manifests where they are a label or a line of a selector.
#pragma once

#include <string>
#include <vector>

#include <straycat/lint/lint.hpp>

namespace straycat::lint {

struct MendedFile {
  std::string file, before, after;
};
struct Mending {
  std::vector<MendedFile> files;
  std::vector<std::string> left;  // errors that were not mended and why, a sentence each
};

// Of files as they stand alone: not of what Helm or kustomize made, whose source is another. A change is taken only
// when the text, read again, differs by nothing but its lines, its error is gone and no other finding came.
[[nodiscard]] Mending mend(const std::vector<Text>& texts, const Verdict& verdict, const Wishes& wishes);

// "--- a/FILE\n+++ b/FILE\n@@ ...", as `patch -p1` and `git apply` take it.
[[nodiscard]] std::string unified_diff(const MendedFile& file);

}  // namespace straycat::lint
