#include <fmt/format.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string whom(const Chaos& action) {
  if (action.target.kind.empty()) return "";
  if (!model::row_of(action.fault.word).takes("pods")) return action.target.display();
  if (action.pods == 0) return "all pods of " + action.target.display();
  return fmt::format("{} pod{} of {}", action.pods, action.pods == 1 ? "" : "s", action.target.display());
}

std::string words(const Chaos& action) {
  std::string text = "chaos: " + model::describe(action.fault);
  if (action.fault.word != FaultWord::unknown) text += whom(action);
  if (action.fault.lasts > Nanos{}) text += " for " + format_duration(action.fault.lasts);
  return text;
}

json write(const Chaos& action, bool for_log) {
  json out = model::to_json(action.fault);
  if (!action.target.kind.empty()) out["target"] = target_json(action.target);
  out["count"] = action.pods;
  if (action.grace) out["gracePeriodSeconds"] = *action.grace;
  if (action.background) out["background"] = true;
  if (!for_log && !action.place.empty()) out["place"] = action.place;
  return out;
}

Chaos read(const json& in) {
  Chaos action;
  const auto fault = model::fault_from(in);
  if (!fault && in.value("fault", "unknown") != "unknown") throw std::invalid_argument(fault.error().message);
  if (fault) action.fault = *fault;
  if (in.contains("target")) action.target = target_from(in.at("target"));
  action.pods = in.value("count", 1);
  if (in.contains("gracePeriodSeconds")) action.grace = in.at("gracePeriodSeconds").get<int>();
  action.background = in.value("background", false);
  action.place = in.value("place", "");
  return action;
}

}  // namespace

Telling<Chaos> chaos_verb() { return {words, write, read}; }

}  // namespace straycat::plan
