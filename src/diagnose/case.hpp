// The case: what all rules ask of a history, worked out once. Failures are gathered into cells: stretches of one
// traffic's failures of one kind that share their candidate set, so that rules cost by cells and not by failures.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <straycat/core/outcome.hpp>
#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

namespace straycat::diagnose {

using finding::AccusedEndpoint;
using finding::Cause;
using finding::Evidence;
using finding::Rival;
using finding::same_workload;
using finding::Weight;

// Ways of failing that an endpoint shows alike through the Service and directly. A server that dies shows `cut` or
// `refused` by chance of the moment, but each is compared with its like.
enum class Likeness { refused, no_answer, cut, late, wrong, tls, name, local };
[[nodiscard]] Likeness likeness(FailureKind kind);

// How a direct request failed: an answer that was not as expected is a wrong one. For one that did fail.
[[nodiscard]] Likeness likeness(const DirectProbe& probe);

// Ways in which one fault may show by turns: what is refused now is lost the next time, a server that is busy answers
// late or never, and one that dies cuts what it would have answered late. A direct failure of such a kind clears
// nobody.
[[nodiscard]] bool kindred(Likeness a, Likeness b);

// How well the moment of a failure was seen.
enum class Sight {
  seen,
  blind,    // its Service's slices were not watched then, or nobody knows its Service
  stalled,  // the prober's loop stood still: for a second or more, or just when it gave an answer up as late
  local,    // the prober had run out of something
};

struct Cell {
  std::size_t traffic = 0;  // index in History::traffic
  FailureKind kind = FailureKind::refused;
  Sight sight = Sight::seen;
  std::vector<std::size_t> candidates;  // endpoints (of the traffic's view) that may have got these attempts
  std::size_t set_size = 0;             // of the routable set by the slices, at its first failure
  bool restarting = false;              // containers of all its candidates had just ended, or did not run
  bool served_elsewhere = false;        // its candidates refuse this place only (elsewhere.hpp): they are not at fault
  bool by_a_gateway = false;            // answered 502, 503 or 504: by one who had asked somebody else in vain
  std::uint64_t count = 0;
  std::int64_t first_ns = 0, last_ns = 0;          // instants of its first and last failure
  std::int64_t first_end_ns = 0, last_end_ns = 0;  // when it was known that they had failed
  std::int64_t longest_ns = 0;                     // the longest that one of them was under way
};

struct Case {
  const history::History& history;
  std::vector<Intent> intents;  // by view
  std::vector<Cell> cells;      // by traffic, then time
  std::uint64_t records_lost = 0;
  std::int64_t worst_loop_lag_ns = 0;

  // Of traffic that goes to no Service that is known (a damaged log, a plain URL): a view without anybody, and an
  // intent that names nobody. A rule that asks for them finds nothing to claim.
  [[nodiscard]] const history::ServiceView& view_of(const Cell& cell) const;
  [[nodiscard]] const Intent& intent_of(const Cell& cell) const;
  [[nodiscard]] const history::Endpoint& endpoint(const Cell& cell, std::size_t index) const {
    return view_of(cell).endpoints[index];
  }
};

[[nodiscard]] Case open_case(const history::History& history);

// --- what its parts and the rules share
// -------------------------------------------------------------------------------

// Whom each view's Service is meant for.
[[nodiscard]] std::vector<Intent> infer_intents(const history::History& history);
// Cells of one traffic, appended. `chosen`: when the endpoint of each of its failures was chosen (echoes.hpp).
void gather_cells(const history::History& history, std::size_t traffic, const std::vector<std::int64_t>& chosen,
                  std::vector<Cell>& cells);

// A stretch in which a proxy may have sent to an endpoint: its membership, widened by the lag on both sides.
[[nodiscard]] history::Span may_route(const history::History& history, const history::ServiceView& view,
                                      const history::Membership& stay);
// A stretch in which every proxy sent to it: the membership, narrowed by the lag. Empty when it was too short.
[[nodiscard]] history::Span must_route(const history::History& history, const history::ServiceView& view,
                                       const history::Membership& stay);
[[nodiscard]] bool may_be_routable(const history::History& history, const history::ServiceView& view,
                                   const history::Endpoint& endpoint, std::int64_t ns);

// The one owner of all candidates; none when there are no candidates, several owners, or an unknown one.
[[nodiscard]] std::optional<model::ObjectRef> sole_owner(const Case& the_case, const Cell& cell);

// Direct probes of an endpoint by the cell's traffic, while it was (or may have been) routable.
struct Reached {
  std::uint64_t ok = 0, failed_alike = 0;
  std::uint64_t failed_kindred = 0;  // in another way of the same family
  std::uint64_t failed_otherwise = 0;
  [[nodiscard]] std::uint64_t failed() const { return failed_alike + failed_kindred + failed_otherwise; }
  Reached& operator+=(const Reached& more);
};
[[nodiscard]] Reached reached(const Case& the_case, const history::ServiceView& view, const history::Endpoint& endpoint,
                              const std::string& traffic, Likeness like);

[[nodiscard]] const model::Pod* pod_of(const history::History& history, const history::ServiceView& view,
                                       const history::Endpoint& endpoint);
// Container restarts seen in the run: the last restart count less the first one seen.
[[nodiscard]] int restarts(const history::History& history, const history::ServiceView& view,
                           const history::Endpoint& endpoint);

}  // namespace straycat::diagnose
