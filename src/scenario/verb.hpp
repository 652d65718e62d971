// What a verb's file in this room tells (straycat/plan/actions.hpp). Private to `scenario`.
#pragma once

#include <string>
#include <vector>

#include "context.hpp"
#include <straycat/model/kinds.hpp>
#include <straycat/plan/actions.hpp>

namespace straycat::scenario {

// The step that is being read.
struct StepReader {
  Context& context;
  std::size_t index;  // of the step
  std::string_view verb;

  // The target in a scalar, with a problem unless an earlier step applies it.
  plan::Target made(const yaml::Node& node);
  // A problem unless the target is of a kind that `which` holds of.
  void one_of(const plan::Target& target, const yaml::Node& node, bool (*which)(const model::Kind&));
};

template <class Action>
struct Reading {
  const char* shape;  // of what stands under the verb (JSON Schema, as in schema.cpp); nullptr: no scenario may hold it
  Action (*read)(const yaml::Node&, StepReader&);  // the shape is right already
  bool makes = false;                              // objects, that other steps refer to: it is read before them
};

}  // namespace straycat::scenario
