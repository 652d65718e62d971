// What a verb's file in this room tells (straycat/plan/actions.hpp). Private to `plan`.
#pragma once

#include <string>

#include <straycat/plan/actions.hpp>

namespace straycat::plan {

template <class Action>
struct Telling {
  std::string (*words)(const Action&);         // "pause 3s"
  json (*write)(const Action&, bool for_log);  // what stands under the verb in the plan's JSON form
  Action (*read)(const json&);                 // and back; throws as nlohmann does: caught in from_json()
};

// Parts of JSON forms. `duration` throws std::invalid_argument.
[[nodiscard]] Nanos duration(const json& in, const char* key, Nanos otherwise);
[[nodiscard]] json target_json(const Target& target);
[[nodiscard]] Target target_from(const json& in);

}  // namespace straycat::plan
