// The scenarios of a suite, by their files.
#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "cli/files.hpp"
#include "cli/suite.hpp"
#include <straycat/core/file.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* cluster_label = "straycat.dev/cluster";

bool is_yaml(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

// By its lines and not by its YAML: a scenario that cannot be parsed must not vanish.
bool says_scenario(const std::string& text) {
  for (const std::string_view start : {"apiVersion: straycat/", "kind: Scenario"}) {
    for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1))
      if (at == 0 || text[at - 1] == '\n') return true;
  }
  return false;
}

bool is_scenario(const fs::path& path) {
  if (!is_yaml(path)) return false;
  if (path.stem() == "scenario") return true;
  const Result<std::string> text = read_file(path.string());
  return text && says_scenario(*text);
}

Result<std::vector<fs::path>> below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const bool hidden = at->path().filename().string().starts_with(".");
    if (hidden && at->is_directory()) at.disable_recursion_pending();
    std::error_code none;
    if (!hidden && at->is_regular_file(none) && is_scenario(at->path())) files.push_back(at->path());
  }
  if (error) return bad_input(fmt::format("{}: {}", folder.string(), error.message()));
  if (files.empty()) return bad_input(fmt::format("{}: no scenario stands there or below", folder.string()));
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<fs::path>> files_of(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return below(path);
  if (fs::exists(path, error)) return std::vector<fs::path>{path};
  return bad_input(fmt::format("{}: No such file or directory", path));
}

// Its name, labels and place as far as they can be read, also where the rest is wrong.
void read_leniently(const std::string& text, suite::Case& one) {
  const Result<std::vector<yaml::Node>> documents = yaml::parse(text, one.file);
  if (!documents || documents->empty()) return;
  const yaml::Node& root = documents->front();
  if (const yaml::Node* metadata = root.find("metadata")) {
    if (const yaml::Node* name = metadata->find("name"); name != nullptr && !name->scalar.empty())
      one.name = name->scalar;
    if (const yaml::Node* labels = metadata->find("labels"))
      for (const yaml::Node::Pair& pair : labels->pairs) one.labels[pair.key.scalar] = pair.value.scalar;
  }
  if (const yaml::Node* spec = root.find("spec"))
    if (const yaml::Node::Pair* expect = spec->find_pair("expect")) one.line = expect->key.start.line;
}

// "FILE:7:3: unknown key ..." -> 7.
std::optional<int> line_in(const std::string& message, const std::string& file) {
  if (!message.starts_with(file + ":")) return std::nullopt;
  int line = 0;
  const char* const from = message.data() + file.size() + 1;
  return std::from_chars(from, message.data() + message.size(), line).ec == std::errc{} ? std::optional(line)
                                                                                        : std::nullopt;
}

void read_whole(const plan::Plan& plan, scenario::Ground ground, suite::Case& one) {
  for (const plan::Step& step : plan.steps) {
    if (const auto* pause = std::get_if<plan::Pause>(&step.action)) one.length += pause->length;
    if (const auto* chaos = std::get_if<plan::Chaos>(&step.action); chaos != nullptr && !chaos->background)
      one.length += chaos->fault.lasts;
  }
  const auto needs = plan.labels.find(cluster_label);
  if (ground == scenario::Ground::own && needs != plan.labels.end() && needs->second == "real")
    one.left_out = fmt::format("only a real cluster can show it ({}: real)", cluster_label);
  if (ground == scenario::Ground::elsewhere && needs != plan.labels.end() && needs->second == "embedded")
    one.left_out = fmt::format("only straycat's own cluster can show it ({}: embedded)", cluster_label);
}

// What a case is called whose name nobody can read: its folder's name, or its own.
std::string name_by_place(const fs::path& file) {
  const std::string folder = fs::absolute(file).lexically_normal().parent_path().filename().string();
  return file.stem() == "scenario" && !folder.empty() ? folder : file.stem().string();
}

suite::Case read_case(const fs::path& path, scenario::Ground ground, const scenario::Values& values) {
  suite::Case one;
  one.file = path.lexically_normal().string();
  one.name = name_by_place(path);
  if (const Result<std::string> text = read_file(path.string())) read_leniently(*text, one);
  if (!values.empty()) one.name += fmt::format(" ({})", plan::values_words(values));  // Plan::case_name()
  for (const auto& [name, value] : values) one.words.insert(one.words.end(), {"--value", name + "=" + value});
  const Result<plan::Plan> plan = load_scenario(one.file, nullptr, ground, values);
  if (plan) {
    read_whole(*plan, ground, one);
    return one;
  }
  const std::string& message = plan.error().message;
  one.broken = message.substr(0, message.find('\n'));
  if (const auto line = line_in(message, one.file)) one.line = *line;
  return one;
}

// Which of the wanted values a file's matrix has anything to do with.
class Narrowing {
 public:
  explicit Narrowing(const std::vector<std::string>& wanted) : wanted_(wanted), unused_(wanted.begin(), wanted.end()) {}

  std::vector<std::string> for_file(const fs::path& file) {
    std::vector<std::string> mine;
    if (wanted_.empty()) return mine;
    const scenario::Values names = scenario_values(file.string()).front();
    for (const std::string& word : wanted_)
      if (names.contains(word.substr(0, word.find('=')))) mine.push_back(word);
    for (const std::string& word : mine) unused_.erase(word);
    return mine;
  }
  [[nodiscard]] std::string unused() const { return unused_.empty() ? "" : *unused_.begin(); }

 private:
  const std::vector<std::string>& wanted_;
  std::set<std::string> unused_;
};

}  // namespace

Result<std::vector<suite::Case>> find_cases(const std::vector<std::string>& paths, scenario::Ground ground,
                                            const std::vector<std::string>& wanted) {
  std::vector<suite::Case> cases;
  std::set<fs::path> seen;
  Narrowing narrowing(wanted);
  for (const std::string& path : paths) {
    const Result<std::vector<fs::path>> files = files_of(path);
    if (!files) return files.error();
    for (const fs::path& file : *files) {
      std::error_code error;
      if (!seen.insert(fs::weakly_canonical(file, error)).second) continue;
      for (const scenario::Values& values : scenario_values(file.string(), narrowing.for_file(file)))
        cases.push_back(read_case(file, ground, values));
    }
  }
  if (const std::string word = narrowing.unused(); !word.empty())
    return bad_input(fmt::format("--value {}: no scenario here has a matrix with that name", word));
  return cases;
}

}  // namespace straycat::cli
