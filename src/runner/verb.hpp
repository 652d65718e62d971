// What a verb's file in this room tells (straycat/plan/actions.hpp). Private to `runner`.
#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "runner/rights_list.hpp"
#include "runner/steps.hpp"
#include <straycat/plan/actions.hpp>

namespace straycat::runner {

template <class Action>
struct Doing {
  boost::asio::awaitable<Result<>> (*run)(const Action&, Steps&);
  void (*rights)(const Action&, Rights&);
  std::vector<plan::Target> (*objects)(const Action&);  // that it makes, changes or waits for
  // Whether it can be done at all: asked before the first step. Null: that shows only then.
  boost::asio::awaitable<Result<>> (*rehearse)(const Action&, Steps&) = nullptr;
};

// For verbs that touch no object.
template <class Action>
void no_rights(const Action&, Rights&) {}
template <class Action>
std::vector<plan::Target> no_objects(const Action&) {
  return {};
}

}  // namespace straycat::runner
