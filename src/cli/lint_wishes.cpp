#include "cli/lint_wishes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/names.hpp"
#include <straycat/core/file.hpp>
#include <straycat/runner/snapshot.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

// "" where there is none.
fs::path config_above(const std::string& path) {
  std::error_code error;
  fs::path folder = fs::absolute(path == "-" ? "." : path, error).lexically_normal();
  if (!fs::is_directory(folder, error)) folder = folder.parent_path();
  for (;; folder = folder.parent_path()) {
    const fs::path file = folder / lint::config_name;
    if (fs::is_regular_file(file, error)) return file;
    if (folder == folder.parent_path()) return {};
  }
}

Result<fs::path> config_of(const std::vector<std::string>& paths) {
  fs::path found;
  for (const std::string& path : paths) {
    const fs::path one = config_above(path);
    if (&path != &paths.front() && one != found)
      return bad_input(fmt::format("{} and {} have not the same {}: say with --config which one counts", paths.front(),
                                   path, lint::config_name));
    found = one;
  }
  return found;
}

}  // namespace

bool LintConfig::ignores(const fs::path& path) const {
  if (config.ignore.empty()) return false;
  std::error_code error;
  const std::string name = fs::absolute(path, error).lexically_normal().lexically_relative(folder).generic_string();
  return !name.starts_with("..") &&
         std::any_of(config.ignore.begin(), config.ignore.end(),
                     [&](const std::string& glob) { return lint::matches_path(glob, name); });
}

Result<LintConfig> lint_config(const std::string& file, const std::vector<std::string>& paths) {
  const Result<fs::path> found = file.empty() ? config_of(paths) : Result<fs::path>(fs::path(file));
  if (!found) return found.error();
  if (found->empty()) return LintConfig{};
  const Result<std::string> text = read_file(found->string());
  if (!text) return text.error();
  std::error_code error;
  const fs::path whole = fs::absolute(*found, error).lexically_normal();
  const std::string near = whole.lexically_proximate(fs::current_path(error)).string();
  const std::string shown = !file.empty() ? file : near.starts_with("..") ? whole.string() : near;
  Result<lint::Config> config = lint::parse_config(*text, shown);
  if (!config) return config.error();
  return LintConfig{std::move(*config), whole.parent_path()};
}

Result<std::set<std::string>> read_baseline(const std::string& file) {
  std::set<std::string> keys;
  if (file.empty()) return keys;
  const Result<std::string> text = read_file(file);
  if (!text) return text.error();
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string line = text->substr(at, end - at);
    if (!line.empty() && line.front() != '#') keys.insert(line);
    at = end + 1;
  }
  return keys;
}

std::string baseline_of(const lint::Verdict& verdict) {
  std::set<std::string> keys;
  for (const auto* list : {&verdict.flaws, &verdict.known})
    for (const lint::Flaw& flaw : *list) keys.insert(flaw.key());
  std::string out = "# What straycat lint found and nobody means to mend now: a finding a line.\n";
  for (const std::string& key : keys) out += key + "\n";
  return out;
}

Result<LintGround> lint_ground(const kube::ConfigRequest& at) {
  const Result<kube::Config> config = kube::load_config(at);
  if (!config) return config.error();
  runner::SnapshotRequest request;
  request.cluster = *config;
  request.ns = config->ns;
  Result<survey::Snapshot> snapshot = runner::take_snapshot(request);
  if (!snapshot) return snapshot.error();
  if (const Result<> there = look_up_namespace(*snapshot, config->ns); !there) return there.error();
  LintGround out;
  out.ground = {config->ns,
                std::move(snapshot->services),
                std::move(snapshot->workloads),
                std::move(snapshot->pods),
                std::move(snapshot->policies),
                std::move(snapshot->slices)};
  for (const std::string& cost : survey::costs(*snapshot))
    out.unread.push_back({std::string(lint::in_the_cluster), 0, cost});
  return out;
}

}  // namespace straycat::cli
