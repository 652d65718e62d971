#include <fmt/format.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string words(const Wait& wait) {
  return fmt::format("{} for {}: {} (at most {})", to_string(Wait::verb), wait.target.display(), wait.condition,
                     format_duration(wait.timeout));
}

json write(const Wait& wait, bool) {
  return {
      {"target", target_json(wait.target)}, {"condition", wait.condition}, {"timeout", format_duration(wait.timeout)}};
}

Wait read(const json& in) {
  return {target_from(in.at("target")), in.at("condition").get<std::string>(), duration(in, "timeout", Nanos{})};
}

}  // namespace

Telling<Wait> wait_verb() { return {words, write, read}; }

}  // namespace straycat::plan
