#include "scenario/verbs.hpp"

namespace straycat::scenario {

// A scenario of somebody else's must not run programs on the machine where straycat runs: only a command line can.
Reading<plan::Command> command_verb() { return {nullptr, nullptr}; }

}  // namespace straycat::scenario
