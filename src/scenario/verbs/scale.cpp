#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

constexpr const char* shape = R"json({
  "type": "object", "additionalProperties": false, "required": ["target", "replicas"],
  "properties": {"target": {"$ref": "#/$defs/target"}, "replicas": {"$ref": "#/$defs/replicas"}}
})json";

plan::Scale read(const yaml::Node& node, StepReader& step) {
  const yaml::Node& target = *node.find("target");
  plan::Scale result{step.made(target), node.find("replicas")->value.get<int>()};
  step.one_of(result.target, target, [](const model::Kind& kind) { return kind.scales; });
  return result;
}

}  // namespace

Reading<plan::Scale> scale_verb() { return {shape, read}; }

}  // namespace straycat::scenario
