// From the words of `straycat probe` to what they mean.
#pragma once

#include "cli/commands.hpp"
#include <straycat/probe/session.hpp>
#include <straycat/probe/summary_text.hpp>

namespace straycat::cli {

struct ProbePlan {
  probe::SessionOptions session;
  probe::SessionFacts facts;
  Nanos baseline{}, tail{};
};
// Errors (bad_input) name the flag.
[[nodiscard]] Result<ProbePlan> probe_plan(const ProbeArguments& arguments);

}  // namespace straycat::cli
