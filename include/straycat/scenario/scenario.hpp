// A scenario file -> a validated Plan, or one clear error that points.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::scenario {

// How the parser reads the files that a scenario names (this room touches no file): path relative to the scenario's folder
// -> text.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

// Parses the scenario `text` (shown as `file` in messages). Errors: bad_input, rendered with file:line:column, line, caret.
[[nodiscard]] Result<plan::Plan> parse(const std::string& text, const std::string& file, const ReadFile& read);

// The JSON Schema (2020-12) of the format, as published in scenarios/scenario.schema.json.
[[nodiscard]] nlohmann::json schema();

}  // namespace straycat::scenario
