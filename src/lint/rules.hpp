// The rules. Each is a file in lint/rules, NAME.cpp with a function `Rule NAME_rule()`, which nothing else names.
#pragma once

#include <vector>

#include "lint/world.hpp"
#include <straycat/finding/intent.hpp>

namespace straycat::lint {

struct Rule {
  RuleWords words;
  std::vector<Flaw> (*look)(const World&) = nullptr;
};
// By code.
[[nodiscard]] std::vector<Rule> written_rules();

// A flaw of `object`, at `path` in it; `other` may be null.
[[nodiscard]] Flaw flaw_at(const World& world, const Thing& object, const Path& path, const Thing* other,
                           const Path& other_path);

// The change that takes a stray's pods out of a Service, evaluated against every selector that was read.
void cure_stray(const World& world, const ServiceFact& service, const Maker& stray,
                const std::vector<const Maker*>& homes, Flaw& flaw);
// For whom the Service is, as far as names, ports and releases tell.
[[nodiscard]] finding::Intent intent_of(const World& world, const ServiceFact& service);
// Whether what is known of names, ports and releases says that the Service is for this one, too.
[[nodiscard]] bool meant_for(const World& world, const ServiceFact& service, const Maker& maker);

}  // namespace straycat::lint
