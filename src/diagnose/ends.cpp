#include "ends.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "emptiness.hpp"
#include "words.hpp"

namespace straycat::diagnose {
namespace {

// It was not ready any more since its containers ended.
bool down_since(const Case& the_case, const history::ServiceView& view, const history::Endpoint& endpoint,
                std::int64_t ns) {
  const auto last = last_ready_before(endpoint, ns);
  const auto spans = restart_spans(the_case.history, view, endpoint);
  return std::any_of(spans.begin(), spans.end(),
                     [&](const history::Span& span) { return span.from <= ns && (!last || *last <= span.to); });
}

// The workload whose pods' ends emptied the Service.
std::optional<model::ObjectRef> emptied_by(const Case& the_case, const Cell& cell) {
  if (!nobody_there(the_case, cell)) return std::nullopt;
  const auto& view = the_case.view_of(cell);
  const auto waiting = waiting_at(the_case, cell);
  const bool all = std::all_of(waiting.begin(), waiting.end(), [&](std::size_t index) {
    return down_since(the_case, view, view.endpoints[index], known_then(the_case, cell));
  });
  return all ? owner_of(the_case, cell, waiting) : std::nullopt;
}

bool ended_so(const Case& the_case, const Cell& cell, const model::ObjectRef& owner, EndedBy by) {
  const auto& view = the_case.view_of(cell);
  std::size_t ended = 0, so = 0;
  for (const auto& endpoint : view.endpoints) {
    if (!same_workload(endpoint.owner, owner)) continue;
    const auto its = ended_by(the_case.history, view, endpoint);
    if (its == EndedBy::nothing) continue;
    ++ended;
    if (by == EndedBy::nothing ? its != EndedBy::startup_probe : its == by) ++so;
  }
  return ended > 0 && (by == EndedBy::nothing ? so > 0 : so == ended);
}

}  // namespace

bool late_anyway(const Case& the_case, const Cell& cell, const model::ObjectRef& owner) {
  if (likeness(cell.kind) != Likeness::late) return false;
  const auto& view = the_case.view_of(cell);
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  std::uint64_t late = 0;
  for (const auto& endpoint : view.endpoints) {
    if (!same_workload(endpoint.owner, owner)) continue;
    const auto down = restart_spans(the_case.history, view, endpoint);
    for (const DirectProbe& probe : endpoint.probes) {
      const bool counts =
          probe.traffic == traffic && std::none_of(down.begin(), down.end(), [&](const history::Span& span) {
            return span.overlaps(probe.started_ns, probe.ended_ns);
          });
      if (counts && probe.ok) return false;
      if (counts && probe.failure && likeness(probe.failure->kind) == Likeness::late) ++late;
    }
  }
  return late > 0;
}

Book ended_in(const Case& the_case, const Scope& scope, EndedBy by) {
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    auto owner = cell.restarting ? intended_owner(the_case, cell) : std::nullopt;
    if (!owner) owner = emptied_by(the_case, cell);
    if (owner && ended_so(the_case, cell, *owner, by) && !late_anyway(the_case, cell, *owner))
      book.add(the_case, index, *owner);
  }
  return book;
}

std::string last_end(const Case& the_case, const Book::Page& page) {
  for (const auto& endpoint : the_case.history.views[page.view].endpoints) {
    if (!same_workload(endpoint.owner, page.owner)) continue;
    const auto* pod = pod_of(the_case.history, the_case.history.views[page.view], endpoint);
    if (pod == nullptr) continue;
    for (const auto& status : pod->statuses) {
      if (!status.last_reason.empty())
        return fmt::format(" (last end: {}, exit code {})", safe(status.last_reason), status.last_exit_code);
    }
  }
  return {};
}

}  // namespace straycat::diagnose
