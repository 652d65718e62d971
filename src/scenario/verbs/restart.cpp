#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

constexpr const char* shape = R"json({"$ref": "#/$defs/target", "description": "As kubectl rollout restart."})json";

plan::Restart read(const yaml::Node& node, StepReader& step) {
  plan::Restart result{step.made(node)};
  step.one_of(result.target, node, [](const model::Kind& kind) { return kind.rolls_out; });
  return result;
}

}  // namespace

Reading<plan::Restart> restart_verb() { return {shape, read}; }

}  // namespace straycat::scenario
