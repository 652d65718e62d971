#include <algorithm>

#include "scenario/verbs.hpp"
#include <straycat/core/json_access.hpp>

namespace straycat::scenario {
namespace {

using yaml::Node;

constexpr const char* shape = R"json({
  "anyOf": [{"$ref": "#/$defs/path"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/path"}}, {"$ref": "#/$defs/overlay"}],
  "x-expected": "a file, a list of files, or file: with an overlay",
  "description": "Server-side apply of manifests."
})json";

void note_made(const plan::Manifest& manifest, const Node& where, StepReader& step) {
  Context& context = step.context;
  const plan::Target target{text_at(manifest.object, "/kind"), text_at(manifest.object, "/metadata/name"),
                            text_at(manifest.object, "/metadata/namespace")};
  if (target.kind.empty() || target.name.empty()) {
    if (context.problems.empty()) context.add(where, "the overlay leaves an object without kind or name");
    return;
  }
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
