// Failure mode 21: the probing host runs out of ports, descriptors or time. The tool's own fault: it is never claimed
// against the Service, it only speaks against being sure.
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "diagnose/rules.hpp"
#include "diagnose/starving.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {

namespace {

const char* words_for(Limit limit) {
  switch (limit) {
    case Limit::rights:
      return "the API server did not let the prober send (a right is missing, or its token has expired)";
    case Limit::api_server:
      return "the API server did not take the prober's requests";
    case Limit::conntrack:
      return "the kernel's table of connections was full where the prober ran (nf_conntrack_max)";
    case Limit::none:
    case Limit::stopped:
    case Limit::descriptors:
    case Limit::ports:
    case Limit::memory:
    case Limit::cpu:
    case Limit::unknown:
      break;
  }
  return "the prober itself ran out of ports, descriptors or memory";
}

// What the vantage points say they had run into when requests failed by it.
std::string want_of(const history::History& history) {
  std::set<std::string> wants;
  for (const history::Vantage& vantage : history.vantages)
    for (const VantageHealth& health : vantage.health)
      if (starves(health)) wants.insert(words_for(health.limit));
  if (wants.empty()) wants.insert(words_for(Limit::none));
  return fmt::format("{}", fmt::join(wants, "; "));
}

// In whose words the first of them failed.
std::string first_words(const history::History& history, std::size_t traffic) {
  for (const auto& attempt : history.traffic[traffic].failures)
    if (attempt.failure.kind == FailureKind::local_exhaustion && !attempt.failure.message.empty())
      return " (" + safe(attempt.failure.message.substr(0, 200)) + ")";
  return "";
}

Ruling prober_limit_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  std::uint64_t local = 0;
  std::uint64_t stalled = 0;
  std::string said;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (cell.sight == Sight::local && local == 0) said = first_words(the_case.history, cell.traffic);
    if (cell.sight == Sight::local) local += cell.count;
    if (cell.sight == Sight::stalled) stalled += cell.count;
  }
  if (local > 0) {
    ruling.open.push_back(fmt::format("{}: {} of its own{}", want_of(the_case.history), count(local, "failure"), said));
  }
  if (stalled > 0) {
    ruling.open.push_back(fmt::format("the prober stood still around {} (its loop was up to {} late)",
                                      count(stalled, "failure"), in_ms(the_case.worst_loop_lag_ns)));
  }
  ruling.excluded =
      fmt::format("no attempt failed for want of ports or descriptors, and its loop was never later than {}",
                  in_ms(the_case.worst_loop_lag_ns));
  return ruling;
}

}  // namespace

Rule prober_limit_rule() {
  return {.cause = Cause::prober_limit, .explains = any_failure(), .claim = prober_limit_claim, .claims = false};
}

}  // namespace straycat::diagnose
