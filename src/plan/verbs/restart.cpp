#include <fmt/format.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string words(const Restart& restart) {
  return fmt::format("{} {}", to_string(Restart::verb), restart.target.display());
}

json write(const Restart& restart, bool) { return {{"target", target_json(restart.target)}}; }

Restart read(const json& in) { return {target_from(in.at("target"))}; }

}  // namespace

Telling<Restart> restart_verb() { return {words, write, read}; }

}  // namespace straycat::plan
