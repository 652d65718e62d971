#include <fmt/format.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string words(const Patch& patch) { return fmt::format("{} {}", to_string(Patch::verb), patch.target.display()); }

json write(const Patch& patch, bool for_log) {
  return {{"target", target_json(patch.target)}, {"merge", for_log ? public_part(patch.patch) : patch.patch}};
}

Patch read(const json& in) { return {target_from(in.at("target")), in.at("merge")}; }

}  // namespace

Telling<Patch> patch_verb() { return {words, write, read}; }

}  // namespace straycat::plan
