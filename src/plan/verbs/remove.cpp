#include <fmt/format.h>
#include <fmt/ranges.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string words(const Delete& action) {
  std::vector<std::string> objects;
  for (const Target& target : action.targets) objects.push_back(target.display());
  return fmt::format("{} {}", to_string(Delete::verb), fmt::join(objects, ", "));
}

json write(const Delete& action, bool) {
  json targets = json::array();
  for (const Target& target : action.targets) targets.push_back(target_json(target));
  return {{"targets", targets}, {"wait", action.wait}};
}

Delete read(const json& in) {
  Delete action;
  for (const json& target : in.at("targets")) action.targets.push_back(target_from(target));
  action.wait = in.value("wait", true);
  return action;
}

}  // namespace

Telling<Delete> remove_verb() { return {words, write, read}; }

}  // namespace straycat::plan
