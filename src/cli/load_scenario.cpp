#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include <straycat/core/file.hpp>
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {

Result<plan::Plan> load_scenario(const std::string& path, std::vector<std::string>* told, scenario::Ground ground) {
  const std::filesystem::path file = scenario_file(path);
  const Result<std::string> text = read_file(file.string());
  if (!text) return text.error();
  const std::filesystem::path folder = file.parent_path();
  return scenario::parse(
      *text, file.string(), [&](const std::string& name) { return read_file((folder / name).string()); }, told, ground);
}

}  // namespace straycat::cli
