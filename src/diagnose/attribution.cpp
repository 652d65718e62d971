#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "judgement.hpp"
#include "words.hpp"

namespace straycat::diagnose {
namespace {

const Rule& rule_of(Cause cause) {
  return *std::find_if(rules().begin(), rules().end(), [&](const Rule& one) { return one.cause == cause; });
}

}  // namespace

namespace {

// What the rules say of these cells: those that look at everything, or those that look at what is left.
void ask(Judgement& judgement, const Scope& cells, bool leftovers, std::vector<Claim>& claims) {
  for (const Rule& rule : rules()) {
    if (rule.claim == nullptr || rule.leftovers != leftovers) continue;
    Ruling ruling = rule.claim(judgement.the_case, explainable(judgement.the_case, rule, cells));
    for (Claim& claim : ruling.claims) claims.push_back(std::move(claim));
    for (std::string& open : ruling.open) note(judgement.open, std::move(open));
  }
}

Scope unclaimed(Scope cells, const std::vector<Claim>& claims) {
  std::set<std::size_t> taken;
  for (const Claim& claim : claims) taken.insert(claim.cells.begin(), claim.cells.end());
  std::erase_if(cells, [&](std::size_t cell) { return taken.contains(cell); });
  return cells;
}

}  // namespace

void collect_claims(Judgement& judgement) {
  Scope all(judgement.the_case.cells.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  std::vector<Claim> claims;
  ask(judgement, all, false, claims);
  settle_refined(judgement.the_case, claims);
  ask(judgement, unclaimed(all, claims), true, claims);
  for (Claim& claim : claims)
    judgement.standings.push_back({&rule_of(claim.finding.cause), std::move(claim), {}, {}, false, 0});
}

namespace {

std::vector<std::vector<std::size_t>> claimants(const Judgement& judgement) {
  std::vector<std::vector<std::size_t>> result(judgement.the_case.cells.size());
  for (std::size_t i = 0; i < judgement.standings.size(); ++i) {
    for (const auto cell : judgement.standings[i].claim.cells) result[cell].push_back(i);
  }
  return result;
}

// What a rollout of a careless workload shows of both its ends at once (edges.hpp).
bool of_both_ends(const Judgement& judgement, const std::vector<std::size_t>& claimed_by) {
  return std::all_of(claimed_by.begin(), claimed_by.end(), [&](std::size_t index) {
    const Cause cause = judgement.standings[index].claim.finding.cause;
    return cause == Cause::early_ready || cause == Cause::termination_race;
  });
}

// Failures that can only have landed at strays are the strays' together, whoever of them got each.
bool owned_together(const Judgement& judgement, std::size_t cell, const std::vector<std::size_t>& claimed_by) {
  const bool strays = std::all_of(claimed_by.begin(), claimed_by.end(), [&](std::size_t index) {
    return row(judgement.standings[index].claim.finding.cause).blames_another;
  });
  if (!strays) return of_both_ends(judgement, claimed_by);
  return other_owners(judgement.the_case, judgement.the_case.cells[cell]).size() > 1;
}

}  // namespace

void prove(Judgement& judgement) {
  const auto by_cell = claimants(judgement);
  for (std::size_t cell = 0; cell < by_cell.size(); ++cell) {
    for (const auto index : by_cell[cell]) {
      Standing& standing = judgement.standings[index];
      const bool its = by_cell[cell].size() == 1 || owned_together(judgement, cell, by_cell[cell]);
      (its ? standing.alone : standing.shared).push_back(cell);
    }
  }
  for (Standing& standing : judgement.standings) {
    const auto alone = failures_in(judgement.the_case, standing.alone);
    standing.proven = alone > 0 && alone + failures_in(judgement.the_case, standing.shared) >= fewest_failures;
  }
}

namespace {

void add_cell(const Judgement& judgement, std::size_t cell, Finding& finding, std::uint64_t& counter) {
  const Cell& one = judgement.the_case.cells[cell];
  if (finding.explained + finding.shared == 0) {
    finding.first_ns = one.first_ns;
    finding.last_ns = one.last_ns;
  }
  finding.first_ns = std::min(finding.first_ns, one.first_ns);
  finding.last_ns = std::max(finding.last_ns, one.last_ns);
  counter += one.count;
}

std::string owners_text(const Case& the_case, const Cell& cell) {
  std::vector<std::string> names;
  for (const auto index : cell.candidates) {
    const auto& owner = the_case.endpoint(cell, index).owner;
    const auto name = owner.kind.empty() ? std::string("an endpoint whose pod is not in the log") : display(owner);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " or ") + name;
  return text;
}

void set_aside(Judgement& judgement, std::size_t index, const std::vector<std::size_t>& claimed_by) {
  const Cell& cell = judgement.the_case.cells[index];
  const bool several = !cell.candidates.empty() && !sole_owner(judgement.the_case, cell);
  if (claimed_by.empty() && !several) {
    judgement.unclaimed.push_back(index);
    return;
  }
  judgement.ambiguous.push_back(index);
  std::string why;
  if (several) {
    why = "two candidates: an endpoint of " + owners_text(judgement.the_case, cell) + " can have got them";
  } else if (claimed_by.size() > 1) {
    why = fmt::format("two causes fit alike: {}, or {}", judgement.standings[claimed_by[0]].claim.finding.title(),
                      judgement.standings[claimed_by[1]].claim.finding.title());
  } else {
    why = fmt::format("too few failed requests ({} at least) to prove {}", fewest_failures,
                      judgement.standings[claimed_by[0]].claim.finding.title());
  }
  note(judgement.ambiguous_why, std::move(why));
}

// A gateway's 502, 503 or 504 in the middle of another Service's proven failures is what its own clients see of those.
void attribute_passed_on(Judgement& judgement, Verdict& verdict) {
  constexpr std::int64_t around = 1'500'000'000;
  const Case& the_case = judgement.the_case;
  std::erase_if(judgement.unclaimed, [&](std::size_t index) {
    const Cell& cell = the_case.cells[index];
    if (!cell.by_a_gateway || !the_case.history.traffic[cell.traffic].view) return false;
    Standing* source = nullptr;
    for (Standing& standing : judgement.standings) {
      const Finding& finding = standing.claim.finding;
      if (!standing.proven || finding.explained == 0 || finding.service == the_case.view_of(cell).service) continue;
      const bool then = std::any_of(standing.claim.cells.begin(), standing.claim.cells.end(), [&](std::size_t one) {
        const Cell& its = the_case.cells[one];
        return its.first_ns - around <= cell.first_ns && cell.last_ns <= its.last_ns + around;
      });
      if (then && source != nullptr) return false;  // whose it is cannot be told
      if (then) source = &standing;
    }
    if (source == nullptr) return false;
    source->claim.finding.explained += cell.count;
    source->passed_on += cell.count;
    verdict.explained += cell.count;
    return true;
  });
}

}  // namespace

void attribute(Judgement& judgement, Verdict& verdict) {
  const auto by_cell = claimants(judgement);
  for (std::size_t index = 0; index < by_cell.size(); ++index) {
    const Cell& cell = judgement.the_case.cells[index];
    std::vector<std::size_t> proven;
    for (const auto claimant : by_cell[index]) {
      if (judgement.standings[claimant].proven) proven.push_back(claimant);
    }
    if (cell.sight == Sight::local) {
      verdict.local += cell.count;
    } else if (cell.sight != Sight::seen) {
      verdict.unseen += cell.count;
    } else if (proven.empty()) {
      set_aside(judgement, index, by_cell[index]);
    } else {
      verdict.explained += cell.count;
      const bool together = owned_together(judgement, index, proven);
      for (const auto claimant : proven) {
        Finding& finding = judgement.standings[claimant].claim.finding;
        const bool its = proven.size() == 1 || (together && claimant == proven.front());
        add_cell(judgement, index, finding, its ? finding.explained : finding.shared);
      }
    }
  }
  attribute_passed_on(judgement, verdict);
  verdict.ambiguous = failures_in(judgement.the_case, judgement.ambiguous);
}

}  // namespace straycat::diagnose
