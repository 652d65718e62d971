#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

constexpr const char* shape =
    R"json({"enum": ["start", "stop"], "description": "Without such a step traffic runs from before the first step to after the last."})json";

plan::Traffic read(const yaml::Node& node, StepReader&) { return {node.scalar == "start"}; }

}  // namespace

Reading<plan::Traffic> traffic_verb() { return {shape, read}; }

}  // namespace straycat::scenario
