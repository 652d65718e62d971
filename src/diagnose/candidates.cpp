// Who may have got each failed attempt. A refusal through a virtual address carries no endpoint's name; what can be
// known is the set of endpoints that were routable then (lag included), less those that direct probes clear.
#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>

#include "case.hpp"
#include "clearing.hpp"
#include "echoes.hpp"
#include "restarts.hpp"
#include "starving.hpp"
#include "time.hpp"

namespace straycat::diagnose {
namespace {

using history::Endpoint;
using history::History;
using history::ServiceView;
using history::Span;
using history::unbounded;

// A loop that is less late than this is no later than any (probe/limits.hpp).
constexpr std::int64_t shortest_stall = 50'000'000;
// Of failures that were not kept one by one: no request of ours waits longer for an answer, mostly.
constexpr std::int64_t longest_wait = 10 * second;

// A request that was under way for so long before it was cut had been taken by somebody who served then.
constexpr std::int64_t long_answer = second / 2;

// --- the sweep
// --------------------------------------------------------------------------------------------------------

// A stretch in which an endpoint may have got a failed attempt.
struct Suspicion {
  Span span;
  std::size_t endpoint = 0;
};

std::vector<Suspicion> suspicions(const History& history, const ServiceView& view, const std::string& traffic,
                                  Likeness like, bool clearing = true) {
  std::vector<Suspicion> result;
  for (std::size_t i = 0; i < view.endpoints.size(); ++i) {
    std::vector<Span> may;
    for (const auto& stay : view.endpoints[i].memberships) may.push_back(may_route(history, view, stay));
    if (may.empty()) continue;
    const auto clear = clearing ? cleared(history, view, view.endpoints[i], traffic, like) : std::vector<Span>{};
    for (const Span& span : without(joined(std::move(may)), clear)) result.push_back({span, i});
  }
  std::sort(result.begin(), result.end(),
            [](const Suspicion& a, const Suspicion& b) { return a.span.from < b.span.from; });
  return result;
}

// Failures that happened at one instant, or (those not kept one by one) somewhere in [from, to].
struct Item {
  std::int64_t from = 0, to = 0;
  std::int64_t known_from = 0, known_to = 0;  // when it was known that they had failed
  FailureKind kind = FailureKind::refused;
  std::uint64_t count = 1;
  std::int64_t waited = 0;  // each of them, at least
  int status = 0;
  // It was being answered for some time before it was cut: what its endpoint answered others meanwhile clears nobody.
  [[nodiscard]] bool cut_late() const { return likeness(kind) == Likeness::cut && known_to - to >= long_answer; }
};

// When the first of the traffic's requests began: no connection of it is older.
std::int64_t first_start(const history::Traffic& traffic) {
  for (const AttemptWindow& window : traffic.windows)
    if (window.first_start_ns != 0) return window.first_start_ns;
  return traffic.failures.empty() ? 0 : traffic.failures.front().started_ns;
}

Item item_of(const history::Traffic& traffic, const AttemptFailed& failed, std::int64_t at) {
  // A used connection was placed when it was made, which may be long ago.
  return {failed.reused ? std::min(at, first_start(traffic)) : at,
          at,
          failed.ended_ns,
          failed.ended_ns,
          failed.failure.kind,
          1,
          failed.ended_ns - failed.started_ns,
          failed.status};
}

using Waits = std::map<FailureKind, std::int64_t>;

// How long those of each kind waited at least that were kept one by one: the others had the same patience.
Waits waits_of(const history::Traffic& traffic) {
  Waits least;
  for (const AttemptFailed& failed : traffic.failures) {
    const auto waited = failed.ended_ns - failed.started_ns;
    auto& known = least.try_emplace(failed.failure.kind, waited).first->second;
    known = std::min(known, waited);
  }
  return least;
}

// What a window counts beyond the failures kept one by one.
void add_uncounted(const history::Traffic& traffic, const AttemptWindow& window, const Waits& waits,
                   std::vector<Item>& items) {
  if (window.failed_not_kept == 0) return;
  auto left = window.failed;
  auto failed = std::lower_bound(traffic.failures.begin(), traffic.failures.end(), window.from_ns,
                                 [](const AttemptFailed& one, std::int64_t ns) { return one.started_ns < ns; });
  for (; failed != traffic.failures.end() && failed->started_ns < window.to_ns; ++failed) {
    auto& rest = left[std::string(to_string(failed->failure.kind))];
    if (rest > 0) --rest;
  }
  for (const auto& [kind, number] : left) {
    const auto known = from_word<FailureKind>(kind);
    if (number > 0 && known)
      items.push_back({window.first_failed_start_ns, window.last_failed_start_ns, window.first_failed_start_ns,
                       window.last_failed_start_ns + longest_wait, *known, number,
                       waits.count(*known) != 0 ? waits.at(*known) : 0, 0});
  }
}

std::map<Likeness, std::vector<Item>> items_of(const history::Traffic& traffic,
                                               const std::vector<std::int64_t>& chosen) {
  std::vector<Item> all;
  for (std::size_t i = 0; i < chosen.size(); ++i) all.push_back(item_of(traffic, traffic.failures[i], chosen[i]));
  const auto waits = waits_of(traffic);
  for (const AttemptWindow& window : traffic.windows) add_uncounted(traffic, window, waits, all);
  std::map<Likeness, std::vector<Item>> result;
  for (const Item& item : all) result[likeness(item.kind)].push_back(item);
  for (auto& [like, items] : result) {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
      return std::tie(a.from, a.to, a.kind) < std::tie(b.from, b.to, b.kind);
    });
  }
  return result;
}

// The suspicions that touch an item, for items in order.
class Sweep {
 public:
  explicit Sweep(std::vector<Suspicion> all) : all_(std::move(all)) {}

  std::vector<std::size_t> at(const Item& item) {
    while (next_ < all_.size() && all_[next_].span.from <= item.to) active_.push_back(all_[next_++]);
    std::erase_if(active_, [&](const Suspicion& one) { return one.span.to <= item.from; });
    std::vector<std::size_t> result;
    for (const Suspicion& one : active_) {
      if (one.span.from <= item.to) result.push_back(one.endpoint);
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

 private:
  std::vector<Suspicion> all_;
  std::vector<Suspicion> active_;
  std::size_t next_ = 0;
};

// Whoever was about to end when the request was cut: its pod was being deleted, or its container had just ended.
bool ends_with(const History& history, const ServiceView& view, const Endpoint& endpoint, const Item& item) {
  constexpr std::int64_t around = 3 * second / 2;
  const auto* pod = history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
  if (pod == nullptr) return false;
  const auto restarts = restart_shadows(history, view, endpoint);
  const bool restarted = std::any_of(restarts.begin(), restarts.end(), [&](const Span& span) {
    return span.overlaps(item.known_from - around, item.known_to + around);
  });
  const bool deleted = std::any_of(pod->versions.begin(), pod->versions.end(), [&](const auto& version) {
    return version.object && version.object->meta.deletion_wall_ns != 0 &&
           version.at.earliest() <= item.known_to + around;
  });
  return restarted || deleted;
}

// Of those that may have been cutting it, those that ended then; all of them when none did.
std::vector<std::size_t> enders(const History& history, const ServiceView& view, std::vector<std::size_t> candidates,
                                const Item& item) {
  std::vector<std::size_t> ending;
  for (const auto index : candidates)
    if (ends_with(history, view, view.endpoints[index], item)) ending.push_back(index);
  return ending.empty() ? candidates : ending;
}

// Who may have got an item, by what direct probes clear or not.
class Sweeps {
 public:
  Sweeps(const History& history, const ServiceView& view, const std::string& traffic, Likeness like)
      : history_(history),
        view_(view),
        cleared_(suspicions(history, view, traffic, like)),
        whole_(like == Likeness::cut ? suspicions(history, view, traffic, like, false) : std::vector<Suspicion>{}) {}

  std::vector<std::size_t> at(const Item& item) {
    return item.cut_late() ? enders(history_, view_, whole_.at(item), item) : cleared_.at(item);
  }

 private:
  const History& history_;
  const ServiceView& view_;
  Sweep cleared_, whole_;
};

bool blind_at(const ServiceView& view, const Item& item) {
  return std::any_of(view.blind.begin(), view.blind.end(),
                     [&](const Span& span) { return span.overlaps(item.from, item.to + 1); });
}

// Its own clock tells the prober that an answer is late. A loop that stood still just then may have had the answer
// before it, if that came meanwhile: a loop that was 162 ms late had looked for an answer for 840 of 1,000 ms. Whatever
// else it saw, it saw, and when it saw it is known to within the stall (loop_lag_near).
bool gave_up_in(const VantageHealth& health, const Item& item) {
  const bool timed = item.kind == FailureKind::connect_timeout || item.kind == FailureKind::response_timeout;
  const bool long_enough = health.loop_lag_ns >= std::max(shortest_stall, item.waited / 2);
  return timed && long_enough && health.from_ns <= item.known_to && item.known_from <= health.to_ns;
}

Sight sight_of(const History& history, const history::Traffic& traffic, const Item& item) {
  if (item.kind == FailureKind::local_exhaustion) return Sight::local;
  if (const auto* vantage = history.vantage(traffic.vantage)) {
    const auto last = std::max(item.to, item.known_to);
    auto health = std::lower_bound(vantage->health.begin(), vantage->health.end(), item.from,
                                   [](const VantageHealth& one, std::int64_t at) { return one.to_ns < at; });
    for (; health != vantage->health.end() && health->from_ns <= last; ++health) {
      const bool then = health->from_ns <= item.to;
      if (then && starves(*health) && likeness(item.kind) == Likeness::no_answer) return Sight::local;
      if ((then && health->loop_lag_ns >= second) || gave_up_in(*health, item)) return Sight::stalled;
    }
  }
  if (!traffic.view || blind_at(history.views[*traffic.view], item)) return Sight::blind;
  return Sight::seen;
}

std::size_t set_size_at(const ServiceView& view, std::int64_t ns) {
  const auto next =
      std::upper_bound(view.phases.begin(), view.phases.end(), ns,
                       [](std::int64_t at, const history::MembershipPhase& phase) { return at < phase.from; });
  return next == view.phases.begin() ? 0 : std::prev(next)->size;
}

std::size_t changes_until(const ServiceView& view, std::int64_t ns) {
  const auto next = std::upper_bound(view.changes.begin(), view.changes.end(), ns,
                                     [](std::int64_t at, const history::Change& change) { return at < change.at.ns; });
  return static_cast<std::size_t>(next - view.changes.begin());
}

std::vector<std::vector<Span>> restarts_of(const History& history, const ServiceView& view) {
  std::vector<std::vector<Span>> result;
  for (const Endpoint& endpoint : view.endpoints) result.push_back(restart_spans(history, view, endpoint));
  return result;
}

bool contains(const std::vector<Span>& spans, std::int64_t ns) {
  return std::any_of(spans.begin(), spans.end(), [&](const Span& span) { return span.contains(ns); });
}

class CellBuilder {
 public:
  CellBuilder(const History& history, std::size_t traffic, Likeness like, std::vector<Cell>& cells)
      : history_(history),
        traffic_(history.traffic[traffic]),
        index_(traffic),
        cells_(cells),
        view_(traffic_.view ? &history.views[*traffic_.view] : nullptr),
        restarts_(view_ != nullptr ? restarts_of(history, *view_) : std::vector<std::vector<Span>>{}),
        sweeps_(view_ != nullptr ? std::optional<Sweeps>(std::in_place, history, *view_, traffic_.name, like)
                                 : std::nullopt) {}

  void add(const Item& item) {
    Cell cell;
    cell.traffic = index_;
    cell.kind = item.kind;
    cell.sight = sight_of(history_, traffic_, item);
    if (view_ != nullptr && item.kind != FailureKind::name_not_found) cell.candidates = sweeps_->at(item);
    if (view_ != nullptr) cell.set_size = set_size_at(*view_, item.to);
    cell.restarting =
        !cell.candidates.empty() && std::all_of(cell.candidates.begin(), cell.candidates.end(),
                                                [&](std::size_t index) { return restarting(index, item); });
    cell.count = item.count;
    cell.first_ns = item.from == history_.begin ? item.to : item.from;
    cell.last_ns = item.to;
    cell.first_end_ns = cell.last_end_ns = std::max(item.known_from, item.to);
    cell.longest_ns = cell.last_end_ns - item.to;
    cell.by_a_gateway = item.status >= 502 && item.status <= 504;
    const auto change = view_ != nullptr ? changes_until(*view_, item.to) : 0;
    if (mine_ && change == change_ && alike(cells_.back(), cell)) {
      cells_.back().count += cell.count;
      join(cells_.back(), cell);
    } else {
      cells_.push_back(std::move(cell));
    }
    mine_ = true;
    change_ = change;
  }

 private:
  static bool alike(const Cell& a, const Cell& b) {
    return a.kind == b.kind && a.sight == b.sight && a.candidates == b.candidates && a.set_size == b.set_size &&
           a.restarting == b.restarting && a.by_a_gateway == b.by_a_gateway;
  }

  static void join(Cell& into, const Cell& more) {
    into.last_ns = std::max(into.last_ns, more.last_ns);
    into.first_end_ns = std::min(into.first_end_ns, more.first_end_ns);
    into.last_end_ns = std::max(into.last_end_ns, more.last_end_ns);
    into.longest_ns = std::max(into.longest_ns, more.longest_ns);
  }

  // What is cut is cut when it ends, not when it was sent.
  [[nodiscard]] bool restarting(std::size_t index, const Item& item) const {
    return contains(restarts_[index], item.to) || (item.cut_late() && contains(restarts_[index], item.known_to));
  }

  const History& history_;
  const history::Traffic& traffic_;
  std::size_t index_;
  std::vector<Cell>& cells_;
  const ServiceView* view_;
  std::vector<std::vector<Span>> restarts_;  // by endpoint
  std::optional<Sweeps> sweeps_;
  bool mine_ = false;  // the last cell is one of this builder
  std::size_t change_ = 0;
};

}  // namespace

void gather_cells(const History& history, std::size_t traffic, const std::vector<std::int64_t>& chosen,
                  std::vector<Cell>& cells) {
  for (const auto& [like, items] : items_of(history.traffic[traffic], chosen)) {
    CellBuilder builder(history, traffic, like, cells);
    for (const Item& item : items) builder.add(item);
  }
}

namespace {

CandidateSet name_candidates(const history::Traffic& traffic, const ServiceView* view, const AttemptFailed& failed,
                             const std::vector<std::size_t>& endpoints, std::int64_t offset_ns) {
  CandidateSet set;
  set.traffic = traffic.name;
  set.vantage = traffic.vantage;
  set.id = failed.id;
  set.connect_ns = (failed.connect_ns != 0 ? failed.connect_ns : failed.started_ns) - offset_ns;
  set.local_address = failed.local_address;
  set.local_port = failed.local_port;
  for (const std::size_t index : endpoints) set.candidates.push_back(view->endpoints[index].id.display());
  return set;
}

}  // namespace

std::vector<CandidateSet> candidate_sets(const History& history) {
  std::vector<CandidateSet> sets;
  const Choices all_chosen = chosen_at(history);
  for (std::size_t number = 0; number < history.traffic.size(); ++number) {
    const history::Traffic& traffic = history.traffic[number];
    const auto& chosen = all_chosen[number];
    const ServiceView* view = traffic.view ? &history.views[*traffic.view] : nullptr;
    const history::Vantage* vantage = history.vantage(traffic.vantage);
    std::map<Likeness, Sweeps> all;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const AttemptFailed& failed = traffic.failures[i];
      const Item item = item_of(traffic, failed, chosen[i]);
      const Likeness like = likeness(item.kind);
      if (view != nullptr) all.try_emplace(like, history, *view, traffic.name, like);
      const auto endpoints = view != nullptr ? Sweeps(all.at(like)).at(item) : std::vector<std::size_t>{};
      sets.push_back(name_candidates(traffic, view, failed, endpoints, vantage != nullptr ? vantage->offset_ns : 0));
      sets.back().seen = sight_of(history, traffic, item) == Sight::seen;
    }
  }
  return sets;
}

json to_json(const CandidateSet& set) {
  return json::object({{"traffic", set.traffic},
                       {"vantage", set.vantage},
                       {"id", set.id},
                       {"connectNs", set.connect_ns},
                       {"localAddress", set.local_address},
                       {"localPort", set.local_port},
                       {"seen", set.seen},
                       {"candidates", set.candidates}});
}

}  // namespace straycat::diagnose
