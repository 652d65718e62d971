#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/scenario_folder.hpp"
#include <straycat/core/file.hpp>
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {

Result<plan::Plan> load_scenario(const std::string& path, std::vector<std::string>* told, scenario::Ground ground,
                                 const scenario::Values& values) {
  const std::filesystem::path file = scenario_file(path);
  const Result<std::string> text = read_file(file.string());
  if (!text) return text.error();
  const ScenarioFolder folder(file.parent_path());
  return scenario::parse(
      *text, file.string(), [&](const std::string& name) { return folder.manifest(name); }, told, ground, values,
      [&](const std::string& name) { return folder.admit(name); });
}

std::vector<scenario::Values> scenario_values(const std::string& path, const std::vector<std::string>& wanted) {
  const std::string file = scenario_file(path).string();
  const Result<std::string> text = read_file(file);
  std::vector<scenario::Values> all = text ? scenario::combinations(*text, file) : std::vector<scenario::Values>{{}};
  for (const std::string& one : wanted) {
    const std::size_t equals = std::min(one.find('='), one.size());
    const std::string name = one.substr(0, equals), value = one.substr(std::min(equals + 1, one.size()));
    std::erase_if(all, [&](const scenario::Values& values) {
      const auto found = values.find(name);
      return found != values.end() && found->second != value;
    });
    if (all.empty() || !all.front().contains(name)) return {{{name, value}}};  // it has no such name, or no such value
  }
  return all;
}

}  // namespace straycat::cli
