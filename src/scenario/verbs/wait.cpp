#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

using yaml::Node;

constexpr const char* shape = R"json({
  "type": "object", "additionalProperties": false, "required": ["for", "condition"],
  "properties": {
    "for": {"$ref": "#/$defs/target"},
    "condition": {"type": "string", "pattern": "^[A-Z][A-Za-z]*$", "maxLength": 63, "x-check": "condition", "x-expected": "a condition such as Available or Complete", "description": "A status condition's type, or Exists, Deleted, RolledOut, Routable (one of its pods is ready behind a Service), Unroutable."},
    "timeout": {"$ref": "#/$defs/duration", "description": "60s by default; then the run has failed."}
  }
})json";

constexpr Nanos default_wait = std::chrono::seconds{60};

plan::Wait read(const Node& node, StepReader& step) {
  const Node& condition = *node.find("condition");
  plan::Wait result{step.made(*node.find("for")), condition.scalar, default_wait};
  if (const Node* timeout = node.find("timeout")) result.timeout = read_duration(*timeout, step.context);
  const model::Kind* kind = model::kind_named(result.target.kind);
  if (kind == nullptr || kind->gets(condition.scalar)) return result;
  const std::vector<std::string> known = kind->all_conditions();
  const std::string near = yaml::suggestion(condition.scalar, known);
  step.context.add(condition, fmt::format("a {} never gets \"{}\"{}", result.target.kind, condition.scalar,
                                          near.empty() ? fmt::format(": it has {}", fmt::join(known, ", ")) : near));
  return result;
}

}  // namespace

Reading<plan::Wait> wait_verb() { return {shape, read}; }

}  // namespace straycat::scenario
