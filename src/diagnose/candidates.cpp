// Who may have got each failed attempt. A refusal through a virtual address carries no endpoint's name; what can be
// known is the set of endpoints that were routable then (lag included), less those that direct probes clear.
#include <algorithm>
#include <iterator>
#include <tuple>

#include "case.hpp"
#include "echoes.hpp"
#include "restarts.hpp"
#include "starving.hpp"
#include <straycat/finding/ports.hpp>

namespace straycat::diagnose {
namespace {

using history::Endpoint;
using history::History;
using history::ServiceView;
using history::Span;
using history::unbounded;

constexpr std::int64_t second = 1'000'000'000;
// Two answers this close clear what lies between them; one answer clears this much after it, as long as nothing
// changed.
constexpr std::int64_t bracket = 5 * second;
constexpr std::int64_t tail = 5 * second / 2;
// A pod that is deleted may have ended this long before the slices say that it leaves: kubelet and the endpoints'
// controller hear of it at once, and the one does not wait for the other (300 ms seen on a busy cluster).
constexpr std::int64_t leaving = second;
// A loop that is less late than this is no later than any (probe/limits.hpp).
constexpr std::int64_t shortest_stall = 50'000'000;
// Of failures that were not kept one by one: no request of ours waits longer for an answer, mostly.
constexpr std::int64_t longest_wait = 10 * second;

// --- spans
// ------------------------------------------------------------------------------------------------------------

// Both sorted and free of overlaps.
std::vector<Span> without(const std::vector<Span>& spans, const std::vector<Span>& holes) {
  std::vector<Span> result;
  for (Span rest : spans) {
    for (const Span& hole : holes) {
      if (hole.to <= rest.from) continue;
      if (hole.from >= rest.to) break;
      if (hole.from > rest.from) result.push_back({rest.from, hole.from});
      rest.from = std::max(rest.from, hole.to);
    }
    if (rest.to > rest.from) result.push_back(rest);
  }
  return result;
}

// --- what direct probes clear
// -----------------------------------------------------------------------------------------

enum class Answer { good, alike, otherwise };

struct Asked {
  std::int64_t started = 0, ended = 0;
  Answer answer = Answer::good;
};

std::vector<Asked> asked(const Endpoint& endpoint, const std::string& traffic, Likeness like) {
  std::vector<Asked> result;
  for (const DirectProbe& probe : endpoint.probes) {
    if (probe.traffic != traffic || !probe.uid_kept) continue;
    const auto way = probe.failure ? likeness(probe.failure->kind) : Likeness::wrong;
    if (!probe.ok && way == Likeness::local) continue;
    const Answer answer = probe.ok ? Answer::good : kindred(way, like) ? Answer::alike : Answer::otherwise;
    result.push_back({probe.started_ns, std::max(probe.ended_ns, probe.started_ns), answer});
  }
  return result;
}

// The end of what one answer clears after itself: the endpoint must be ready then, and must not have moved since. One
// that is leaving may stop at any moment.
std::int64_t tail_end(const History& history, const Endpoint& endpoint, std::int64_t answered) {
  bool ready = false;
  for (const auto& state : endpoint.states) {
    const bool stays = state.ready && !state.terminating;
    const std::int64_t unsure = stays ? history.lag.early_ns : leaving;
    if (state.at.ns > answered) return ready ? std::min(answered + tail, state.at.ns - unsure) : answered;
    ready = stays;
  }
  return ready ? answered + tail : answered;
}

// Before its change was seen, a proxy may have known of an endpoint and sent to it; but not before the kubelet's own
// probe of that very port had succeeded. When the first direct probe after that is answered too, it served all along.
std::vector<Span> vouched_for(const History& history, const ServiceView& view, const Endpoint& endpoint,
                              const std::vector<Asked>& probes) {
  const auto* pod = pod_of(history, view, endpoint);
  if (pod == nullptr || !finding::asks_at(pod->spec, endpoint.id.port)) return {};
  std::vector<Span> spans;
  for (const auto& stay : endpoint.memberships) {
    const auto first =
        std::find_if(probes.begin(), probes.end(), [&](const Asked& one) { return one.ended >= stay.from; });
    if (stay.open_start || first == probes.end() || first->answer != Answer::good) continue;
    if (first->started - stay.from <= tail) spans.push_back({may_route(history, view, stay).from, first->started});
  }
  return spans;
}

std::vector<Span> cleared(const History& history, const ServiceView& view, const Endpoint& endpoint,
                          const std::string& traffic, Likeness like) {
  const auto probes = asked(endpoint, traffic, like);
  std::vector<Span> spans;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const Asked& probe = probes[i];
    if (probe.answer == Answer::alike) continue;
    const Asked* next = i + 1 < probes.size() ? &probes[i + 1] : nullptr;
    if (next != nullptr && next->answer == probe.answer && next->started - probe.started <= bracket) {
      spans.push_back({probe.started, next->ended});
    } else if (probe.answer == Answer::good) {
      // A failure that follows withdraws what the answer would have cleared beyond itself.
      const bool stands = next == nullptr || next->answer == Answer::good;
      spans.push_back(
          {probe.started, std::max(probe.ended + 1, stands ? tail_end(history, endpoint, probe.started) : 0)});
    }
  }
  for (const Span& span : vouched_for(history, view, endpoint, probes)) spans.push_back(span);
  return without(joined(std::move(spans)), restart_shadows(history, view, endpoint));
}

// --- the sweep
// --------------------------------------------------------------------------------------------------------

// A stretch in which an endpoint may have got a failed attempt.
struct Suspicion {
  Span span;
  std::size_t endpoint = 0;
};

std::vector<Suspicion> suspicions(const History& history, const ServiceView& view, const std::string& traffic,
                                  Likeness like) {
  std::vector<Suspicion> result;
  for (std::size_t i = 0; i < view.endpoints.size(); ++i) {
    std::vector<Span> may;
    for (const auto& stay : view.endpoints[i].memberships) may.push_back(may_route(history, view, stay));
    if (may.empty()) continue;
    for (const Span& span : without(joined(std::move(may)), cleared(history, view, view.endpoints[i], traffic, like))) {
      result.push_back({span, i});
    }
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
};

Item item_of(const History& history, const AttemptFailed& failed, std::int64_t at) {
  // A used connection was placed when it was made, which may be long ago.
  return {failed.reused ? history.begin : at, at, failed.ended_ns, failed.ended_ns, failed.failure.kind, 1,
          failed.ended_ns - failed.started_ns};
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
                       waits.count(*known) != 0 ? waits.at(*known) : 0});
  }
}

std::map<Likeness, std::vector<Item>> items_of(const History& history, const history::Traffic& traffic) {
  std::vector<Item> all;
  const auto chosen = chosen_at(traffic);
  for (std::size_t i = 0; i < chosen.size(); ++i) all.push_back(item_of(history, traffic.failures[i], chosen[i]));
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
        sweep_(view_ != nullptr ? suspicions(history, *view_, traffic_.name, like) : std::vector<Suspicion>{}) {}

  void add(const Item& item) {
    Cell cell;
    cell.traffic = index_;
    cell.kind = item.kind;
    cell.sight = sight_of(history_, traffic_, item);
    if (view_ != nullptr && item.kind != FailureKind::name_not_found) cell.candidates = sweep_.at(item);
    if (view_ != nullptr) cell.set_size = set_size_at(*view_, item.to);
    cell.restarting =
        !cell.candidates.empty() && std::all_of(cell.candidates.begin(), cell.candidates.end(),
                                                [&](std::size_t index) { return contains(restarts_[index], item.to); });
    cell.count = item.count;
    cell.first_ns = item.from == history_.begin ? item.to : item.from;
    cell.last_ns = item.to;
    const auto change = view_ != nullptr ? changes_until(*view_, item.to) : 0;
    if (mine_ && change == change_ && alike(cells_.back(), cell)) {
      cells_.back().count += cell.count;
      cells_.back().last_ns = std::max(cells_.back().last_ns, cell.last_ns);
    } else {
      cells_.push_back(std::move(cell));
    }
    mine_ = true;
    change_ = change;
  }

 private:
  static bool alike(const Cell& a, const Cell& b) {
    return a.kind == b.kind && a.sight == b.sight && a.candidates == b.candidates && a.set_size == b.set_size &&
           a.restarting == b.restarting;
  }

  const History& history_;
  const history::Traffic& traffic_;
  std::size_t index_;
  std::vector<Cell>& cells_;
  const ServiceView* view_;
  std::vector<std::vector<Span>> restarts_;  // by endpoint
  Sweep sweep_;
  bool mine_ = false;  // the last cell is one of this builder
  std::size_t change_ = 0;
};

}  // namespace

void gather_cells(const History& history, std::size_t traffic, std::vector<Cell>& cells) {
  for (const auto& [like, items] : items_of(history, history.traffic[traffic])) {
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
  for (const history::Traffic& traffic : history.traffic) {
    const ServiceView* view = traffic.view ? &history.views[*traffic.view] : nullptr;
    const history::Vantage* vantage = history.vantage(traffic.vantage);
    const auto chosen = chosen_at(traffic);
    std::map<Likeness, std::vector<Suspicion>> all;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const AttemptFailed& failed = traffic.failures[i];
      const Item item = item_of(history, failed, chosen[i]);
      const Likeness like = likeness(item.kind);
      if (view != nullptr && all.count(like) == 0) all[like] = suspicions(history, *view, traffic.name, like);
      sets.push_back(name_candidates(traffic, view, failed, Sweep(all[like]).at(item),
                                     vantage != nullptr ? vantage->offset_ns : 0));
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
