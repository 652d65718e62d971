#include "starving.hpp"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace straycat::diagnose {

namespace {

const char* want_of(Limit limit) {
  switch (limit) {
    case Limit::ports:
      return "ports";
    case Limit::descriptors:
      return "descriptors";
    case Limit::memory:
      return "memory";
    case Limit::conntrack:
      return "room in the kernel's table of connections";
    case Limit::rights:
      return "rights";
    case Limit::api_server:
      return "an API server that takes them";
    case Limit::unknown:
      return "something that this version has no word for";
    case Limit::none:
    case Limit::stopped:
    case Limit::cpu:
      break;
  }
  return "ports, descriptors or memory";
}

}  // namespace

bool starves(const VantageHealth& health) {
  switch (health.limit) {
    case Limit::ports:
    case Limit::descriptors:
    case Limit::memory:
    case Limit::conntrack:
    case Limit::unknown:  // a later version's: whose fault it is cannot be told
      return true;
    case Limit::none:
    case Limit::stopped:
    case Limit::cpu:
    case Limit::rights:
    case Limit::api_server:
      break;
  }
  return health.local_exhaustion > 0;
}

std::uint64_t starved_in(const Case& the_case, history::Span span, std::optional<std::size_t> traffic) {
  std::uint64_t result = 0;
  for (const Cell& cell : the_case.cells) {
    const bool ours = !traffic || cell.traffic == *traffic;
    if (ours && cell.sight == Sight::local && cell.kind != FailureKind::local_exhaustion &&
        span.overlaps(cell.first_ns, cell.last_ns))
      result += cell.count;
  }
  return result;
}

std::string wants(const history::History& history) {
  std::set<std::string> all;
  for (const history::Vantage& vantage : history.vantages) {
    for (const VantageHealth& health : vantage.health)
      if (starves(health)) all.insert(want_of(health.limit));
  }
  return all.empty() ? "ports or descriptors" : fmt::format("{}", fmt::join(all, " and "));
}

}  // namespace straycat::diagnose
