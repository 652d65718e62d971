// The proof of a cure: the same scenario without and with all the changes that a verdict prints, and every Service
// asked for which the changes may matter.
#pragma once

#include <string>
#include <vector>

#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::diagnose {

// The changes that the report prints, in its order: one for each object.
[[nodiscard]] std::vector<Fix> printed_fixes(const Verdict& verdict);

// The plan with all of them in it; see apply_fix.
[[nodiscard]] Result<plan::Plan> apply_fixes(const plan::Plan& plan, const std::vector<Fix>& fixes);

// Services among the manifests of both plans that may serve otherwise with the change, and that no traffic asks: their
// own manifest differs, or those that they select do, in number or in their manifests. Only what can be asked over HTTP
// without knowing more: with a selector, a TCP port, and no ExternalName.
struct Unasked {
  std::string service;
  int port = 0;
  bool operator==(const Unasked&) const = default;
};
[[nodiscard]] std::vector<Unasked> unasked(const plan::Plan& before, const plan::Plan& after);

// The plan with traffic of ours for them, 20 requests a second each; any status is an answer.
[[nodiscard]] plan::Plan asking(const plan::Plan& plan, const std::vector<Unasked>& services);

// Whether a run with traffic of ours for this Service got an answer from it.
[[nodiscard]] bool answered(const history::History& history, const Unasked& service);

enum class Proven { cured, not_cured, harms, cannot_tell };
[[nodiscard]] std::string_view to_string(Proven proven);  // "cured", "not cured", "harms", "cannot tell"

// One traffic of the plan, or of ours.
struct Asked {
  std::string traffic, service;
  std::uint64_t attempts_before = 0, failed_before = 0, attempts_after = 0, failed_after = 0;
  Proven proven = Proven::cannot_tell;
};

struct Proof {
  Proven proven = Proven::cannot_tell;
  std::vector<Asked> asked;
  std::string sentence;  // "cured: nothing failed with the change (514 of 2,182 requests before)."
};

// What the runs show. `others`: the run without the change in which ours was asked, too; none where nobody was unasked.
// A Service that answered everything before and fails with the change is harmed, as is one that fails by nine in ten
// where it failed less before.
[[nodiscard]] Proof prove(const history::History& before, const history::History* others, const history::History& after,
                          const Verdict& verdict_after);

// 0 cured, 1 not cured or harm, 2 cannot tell.
[[nodiscard]] int exit_code_of(Proven proven);

}  // namespace straycat::diagnose
