#include <algorithm>

#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

using json = nlohmann::json;
using yaml::Node;

constexpr const char* shape = R"json({
  "anyOf": [{"$ref": "#/$defs/path"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/path"}}, {"$ref": "#/$defs/overlay"}],
  "x-expected": "a file, a list of files, or file: with an overlay",
  "description": "Server-side apply of manifests."
})json";

void note_made(const plan::Manifest& manifest, const Node& where, StepReader& step) {
  Context& context = step.context;
  const json name = manifest.object.value(json::json_pointer("/metadata/name"), json());
  const json kind = manifest.object.value("kind", json());
  if (!name.is_string() || !kind.is_string()) {
    if (context.problems.empty()) context.add(where, "the overlay leaves an object without kind or name");
    return;
  }
  const json ns = manifest.object.value(json::json_pointer("/metadata/namespace"), json());
  const plan::Target target{kind.get<std::string>(), name.get<std::string>(),
                            ns.is_string() ? ns.get<std::string>() : ""};
  const bool known =
      std::any_of(context.made.begin(), context.made.end(), [&](const Made& made) { return made.target == target; });
  if (!known) context.made.push_back({target, step.index});
}

plan::Apply read(const Node& node, StepReader& step) {
  const bool overlay = node.type == Node::Type::mapping;
  const Node* files = !overlay ? &node : node.find("file") != nullptr ? node.find("file") : node.find("files");
  plan::Apply result{load_manifests(one_or_many(*files), step.context)};
  if (overlay && step.context.problems.empty()) apply_overlay(node, result.manifests, step.context);
  for (const plan::Manifest& manifest : result.manifests) note_made(manifest, *files, step);
  return result;
}

}  // namespace

Reading<plan::Apply> apply_verb() { return {shape, read, true}; }

}  // namespace straycat::scenario
