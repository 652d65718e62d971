// Files of the cli: written whole or not at all; a run and a scenario by their folders.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/history/history.hpp>

namespace straycat::cli {

// Through a temporary file beside it, so that a reader sees the old text or the new one. "-" is standard output.
[[nodiscard]] Result<> write_file(const std::filesystem::path& path, std::string_view text);
// The same for several: all are written beside their places first and moved there last, so that a full disk or a
// missing right leaves no half of them. Pipes, devices and standard output are written to directly, before the moving.
struct WholeFile {
  std::filesystem::path path;
  std::string text;
};
[[nodiscard]] Result<> write_files(const std::vector<WholeFile>& files);
// A run's log, by its folder or by its own path (a file, or a pipe), folded.
[[nodiscard]] Result<history::History> read_run(const std::filesystem::path& run);
// The scenario's file: the path itself, or scenario.yaml in the folder that it names.
[[nodiscard]] std::filesystem::path scenario_file(const std::filesystem::path& path);

}  // namespace straycat::cli
