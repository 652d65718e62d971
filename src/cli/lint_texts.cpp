#include "cli/lint_texts.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/program_output.hpp"
#include <straycat/core/file.hpp>
#include <straycat/lint/config.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

// A repository of charts holds thousands of files, and a manifest of a release a few megabytes.
constexpr std::size_t most_of_a_manifest = 64u << 20;

bool is_manifest(const fs::path& path) {
  const std::string end = path.extension().string();
  return end == ".yaml" || end == ".yml";
}

bool holds(const fs::path& folder, const char* name) {
  std::error_code error;
  return fs::is_regular_file(folder / name, error);
}
bool is_chart(const fs::path& folder) { return holds(folder, "Chart.yaml"); }
bool is_kustomization(const fs::path& folder) {
  return holds(folder, "kustomization.yaml") || holds(folder, "kustomization.yml") || holds(folder, "Kustomization");
}

// What stands in a folder, charts apart. What a version control keeps for itself is passed over.
struct Walked {
  std::vector<std::string> files, charts;
  bool kustomized = false;  // some of the files are changed by a kustomization before they are applied
};
Result<Walked> walk(const fs::path& folder) {
  Walked out;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (at->is_directory(ignored)) {
      const bool chart = is_chart(at->path());
      if (chart) out.charts.push_back(at->path().string());
      if (chart || (name.size() > 1 && name.front() == '.')) at.disable_recursion_pending();
      out.kustomized = out.kustomized || is_kustomization(at->path());
    } else if (at->is_regular_file(ignored) && is_manifest(at->path()) && name != lint::config_name) {
      out.files.push_back(at->path().string());
    }
  }
  if (error) return bad_input(fmt::format("{}: {}", folder.string(), error.message()));
  std::sort(out.files.begin(), out.files.end());  // in one order on every machine
  std::sort(out.charts.begin(), out.charts.end());
  if (out.files.empty() && out.charts.empty())
    return bad_input(fmt::format("{}: no *.yaml or *.yml and no chart in it", folder.string()));
  return out;
}

class Collector {
 public:
  explicit Collector(const LintSources& sources) : sources_(sources) {}

  Result<> take(const std::string& path) {
    if (path == "-") return add_file("/dev/stdin", "<standard input>", false);
    std::error_code error;
    if (ignored(path) && fs::exists(path, error)) return {};
    if (!fs::is_directory(path, error)) return add_file(path, path, false);
    if (is_chart(path)) return add_chart(path);
    if (is_kustomization(path)) return add_kustomization(path);
    return add_folder(path);
  }

  [[nodiscard]] LintTexts all() && { return std::move(out_); }

 private:
  Result<> add_file(const std::string& path, const std::string& name, bool fragment) {
    Result<std::string> text = read_file(path, most_of_a_manifest);
    if (!text) return text.error();
    out_.texts.push_back({name, std::move(*text), 0, fragment});
    return {};
  }

  Result<> add_folder(const std::string& path) {
    const Result<Walked> walked = walk(path);
    if (!walked) return walked.error();
    for (const std::string& file : walked->files)
      if (!ignored(file))
        if (const Result<> added = add_file(file, file, walked->kustomized); !added) return added;
    for (const std::string& chart : walked->charts)
      if (const Result<> added = ignored(chart) ? Result<>{} : add_chart(chart); !added)
        out_.skipped.push_back(
            {chart, 0, fmt::format("{}: this chart was not rendered: {}", chart, added.error().message)});
    return {};
  }

  [[nodiscard]] bool ignored(const std::string& path) const { return sources_.ignores && sources_.ignores(path); }

  // Each release with each set of values is a rendering that stands for itself.
  Result<> add_chart(const std::string& path) {
    const std::vector<std::string> releases =
        sources_.releases.empty() ? std::vector<std::string>{"release-name"} : sources_.releases;
    const std::vector<std::string> sets = sources_.values.empty() ? std::vector<std::string>{""} : sources_.values;
    for (const std::string& release : releases)
      for (const std::string& set : sets)
        if (const Result<> added = add_rendering(path, release, set); !added) return added;
    return {};
  }

  Result<> add_rendering(const std::string& chart, const std::string& release, const std::string& values) {
    std::vector<std::string> words{sources_.helm.empty() ? "helm" : sources_.helm, "template", release, chart};
    for (std::size_t at = 0; at < values.size();) {
      const std::size_t end = std::min(values.find(',', at), values.size());
      words.insert(words.end(), {"--values", values.substr(at, end - at)});
      at = end + 1;
    }
    const std::string name = values.empty() ? chart : fmt::format("{} with {}", chart, values);
    return add_output(words, sources_.releases.size() > 1 ? fmt::format("{} as {}", name, release) : name);
  }

  Result<> add_kustomization(const std::string& path) {
    return add_output({sources_.kubectl.empty() ? "kubectl" : sources_.kubectl, "kustomize", path}, path);
  }

  Result<> add_output(const std::vector<std::string>& words, const std::string& name) {
    Result<std::string> text = output_of(words, most_of_a_manifest);
    if (!text) return text.error();
    out_.texts.push_back({name, std::move(*text), ++group_, false});
    return {};
  }

  const LintSources& sources_;
  LintTexts out_;
  int group_ = 0;  // 0: all that was read as it stands
};

}  // namespace

Result<LintTexts> lint_texts(const LintSources& sources) {
  Collector collector(sources);
  for (const std::string& path : sources.paths)
    if (const Result<> taken = collector.take(path); !taken) return taken.error();
  return std::move(collector).all();
}

}  // namespace straycat::cli
