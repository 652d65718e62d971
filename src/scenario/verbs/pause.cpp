#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

constexpr const char* shape = R"json({"$ref": "#/$defs/duration"})json";

plan::Pause read(const yaml::Node& node, StepReader& step) { return {read_duration(node, step.context)}; }

}  // namespace

Reading<plan::Pause> pause_verb() { return {shape, read}; }

}  // namespace straycat::scenario
