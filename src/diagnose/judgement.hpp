// A judgement under way: what the files of the judge share.
#pragma once

#include "refine.hpp"

namespace straycat::diagnose {

// One claim on its way to a finding.
struct Standing {
  const Rule* rule = nullptr;
  Claim claim;
  Scope alone;  // cells that no other rule claims
  Scope shared;
  bool proven = false;
  std::uint64_t passed_on = 0;  // failures of another Service's clients, whose server asks this one
};

struct Judgement {
  const Case& the_case;
  std::vector<Standing> standings;
  std::vector<std::string> open;  // what speaks for a cause that is not proven
  Scope ambiguous, unclaimed;     // seen, but of no proven cause
  std::vector<std::string> ambiguous_why;
};

// --- attribution.cpp: which failures are whose

void collect_claims(Judgement& judgement);
// A claim is proven when some failures are its alone and it has enough of them in all.
void prove(Judgement& judgement);
// Gives each failure to the one proven cause that claims it, to all of them as shared, or to nobody.
void attribute(Judgement& judgement, Verdict& verdict);

// --- conclusion.cpp: what that comes to, and why it is not sure

inline constexpr const char* did_not_finish = "the run did not finish: ";
[[nodiscard]] std::string without_outcome(const Verdict& verdict);
// Nothing failed: was enough seen to say so?
void conclude_quiet(const Case& the_case, Verdict& verdict);
void conclude_failing(const Judgement& judgement, Verdict& verdict);
// Adds a text that is not there yet.
void note(std::vector<std::string>& list, std::string text);

}  // namespace straycat::diagnose
