#include "cli/lint_texts.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <straycat/core/file.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

// A repository of charts holds thousands of files, and a manifest of a release a few megabytes.
constexpr std::size_t most_of_a_manifest = 64u << 20;

bool is_manifest(const fs::path& path) {
  const std::string end = path.extension().string();
  return end == ".yaml" || end == ".yml";
}

// In one order on every machine. What a version control or a package manager keeps for itself is passed over.
Result<std::vector<std::string>> manifests_in(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (at->is_directory(ignored) && name.size() > 1 && name.front() == '.') at.disable_recursion_pending();
    if (at->is_regular_file(ignored) && is_manifest(at->path())) out.push_back(at->path().string());
  }
  if (error) return bad_input(fmt::format("{}: {}", folder.string(), error.message()));
  std::sort(out.begin(), out.end());
  if (out.empty()) return bad_input(fmt::format("{}: no *.yaml or *.yml in it", folder.string()));
  return out;
}

Result<> add_text(const std::string& path, const std::string& name, std::vector<lint::Text>& texts) {
  Result<std::string> text = read_file(path, most_of_a_manifest);
  if (!text) return text.error();
  texts.push_back({name, std::move(*text), 0});
  return {};
}

Result<> add_path(const std::string& path, const LintSources&, std::vector<lint::Text>& texts) {
  if (path == "-") return add_text("/dev/stdin", "<standard input>", texts);
  std::error_code error;
  if (!fs::is_directory(path, error)) return add_text(path, path, texts);
  const auto files = manifests_in(path);
  if (!files) return files.error();
  for (const std::string& file : *files)
    if (const Result<> added = add_text(file, file, texts); !added) return added;
  return {};
}

}  // namespace

Result<std::vector<lint::Text>> lint_texts(const LintSources& sources) {
  std::vector<lint::Text> texts;
  for (const std::string& path : sources.paths)
    if (const Result<> added = add_path(path, sources, texts); !added) return added.error();
  return texts;
}

}  // namespace straycat::cli
