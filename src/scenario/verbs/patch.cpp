#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

constexpr const char* shape = R"json({
  "type": "object", "additionalProperties": false, "required": ["target", "merge"],
  "properties": {
    "target": {"$ref": "#/$defs/target"},
    "merge": {"type": "object", "minProperties": 1, "description": "A JSON merge patch (RFC 7386): null deletes a key."}
  }
})json";

plan::Patch read(const yaml::Node& node, StepReader& step) {
  return {step.made(*node.find("target")), node.find("merge")->to_json()};
}

}  // namespace

Reading<plan::Patch> patch_verb() { return {shape, read}; }

}  // namespace straycat::scenario
