#include <fmt/format.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string words(const Scale& scale) {
  return fmt::format("{} {} to {}", to_string(Scale::verb), scale.target.display(), scale.replicas);
}

json write(const Scale& scale, bool) { return {{"target", target_json(scale.target)}, {"replicas", scale.replicas}}; }

Scale read(const json& in) { return {target_from(in.at("target")), in.at("replicas").get<int>()}; }

}  // namespace

Telling<Scale> scale_verb() { return {words, write, read}; }

}  // namespace straycat::plan
