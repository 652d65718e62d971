#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

using yaml::Node;

constexpr const char* shape = R"json({
  "anyOf": [{"$ref": "#/$defs/target"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/target"}}, {
    "type": "object", "additionalProperties": false, "required": ["targets"],
    "properties": {
      "targets": {"anyOf": [{"$ref": "#/$defs/target"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/target"}}], "x-expected": "an object as Kind/name, or a list of them"},
      "wait": {"type": "boolean", "x-expected": "true or false", "description": "Until they are gone. True by default."}
    }
  }],
  "x-expected": "an object as Kind/name, a list of them, or targets: with wait:"
})json";

plan::Delete read(const Node& node, StepReader& step) {
  plan::Delete result;
  const Node* targets = node.type == Node::Type::mapping ? node.find("targets") : &node;
  for (const Node* target : one_or_many(*targets)) result.targets.push_back(step.made(*target));
  if (const Node* wait = node.find("wait")) result.wait = wait->value.get<bool>();
  return result;
}

}  // namespace

Reading<plan::Delete> remove_verb() { return {shape, read}; }

}  // namespace straycat::scenario
