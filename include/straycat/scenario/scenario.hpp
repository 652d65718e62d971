// A scenario file -> a validated Plan, or one clear error that points.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::scenario {

// How the parser reads the files that a scenario names (this room touches no file): path relative to the scenario's
// folder
// -> text.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;
// Whether the scenario may use a file that this room does not read, an image's archive (a path as above). Errors:
// bad_input, why not.
using Admit = std::function<Result<>(const std::string& path)>;

// Parses the scenario `text` (shown as `file` in messages; manifests are shown under the same folder). Errors:
// bad_input, up to ten problems, each rendered with file:line:column, line and caret; the first is the one to mend
// first. Problems of shape, of manifests, and of references are told in this order, as each makes the next unreliable.
//
// `told`: where given, it gets what the manifests ask for and the embedded cluster does not do ("FILE:LINE:COLUMN:
// Kind/name: ..."). None of that is an error.
using Told = std::vector<std::string>;
// Where the plan is to run. straycat's own cluster serves the kinds that it knows, and those that a manifest before
// defines: any other is an error. What another cluster serves, nobody but that cluster knows.
enum class Ground { own, elsewhere };
// Of a matrix: a value, as it is written, by name. Names without one get their first.
using Values = std::map<std::string, std::string>;
[[nodiscard]] Result<plan::Plan> parse(const std::string& text, const std::string& file, const ReadFile& read,
                                       Told* told = nullptr, Ground ground = Ground::own, const Values& values = {},
                                       const Admit& admit = {});

// Every combination of spec.matrix, in its order; a single empty one where there is none, or none that is right (then
// `parse` says why). At most 64.
[[nodiscard]] std::vector<Values> combinations(const std::string& text, const std::string& file);

// Only what the JSON Schema says, as an editor would: no file is read, no reference followed.
[[nodiscard]] Result<> check_shape_only(const std::string& text, const std::string& file);

// The JSON Schema (2020-12) of the format, as published in scenarios/scenario.schema.json.
[[nodiscard]] nlohmann::json schema();

}  // namespace straycat::scenario
