// Files of the cli: reading whole, writing whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <straycat/core/event.hpp>
#include <straycat/core/result.hpp>

namespace straycat::cli {

[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);
// Through a temporary file beside it, so that a reader sees the old text or the new one. "-" is standard output.
[[nodiscard]] Result<> write_file(const std::filesystem::path& path, std::string_view text);
// A run's log, by its folder or by its own path.
[[nodiscard]] Result<EventLog> read_run(const std::filesystem::path& run);
// The scenario's file: the path itself, or scenario.yaml in the folder that it names.
[[nodiscard]] std::filesystem::path scenario_file(const std::filesystem::path& path);

}  // namespace straycat::cli
