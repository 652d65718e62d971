// When a `wait` is over. Pure functions of the objects as they are now; private to `runner`.
// Sources: kubectl polymorphichelpers/rollout_status.go (RolledOut), kubectl wait (conditions and observedGeneration).
#pragma once

#include <string>

#include "runner/world.hpp"
#include <straycat/plan/plan.hpp>

namespace straycat::runner {

struct Judged {
  bool met = false;
  bool never = false;  // it cannot be met any more (a Job that failed, while Complete is waited for)
  std::string state;   // for people: "1 of 3 updated replicas are available"
};

// `object` is the target as it is now, or null when it does not exist; pods and slices are looked up in the world.
[[nodiscard]] Judged judge(const World& world, const plan::Target& target, const std::string& condition,
                           const json* object);

// What a person should know when a wait has failed: the object's state, its pods that are not ready and why, and the
// last warnings that Kubernetes wrote about them: at most 10 parts, each after "; ", or "".
[[nodiscard]] std::string describe_trouble(const World& world, const plan::Target& target);

}  // namespace straycat::runner
