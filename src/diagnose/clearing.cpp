#include "clearing.hpp"

#include <algorithm>
#include <utility>

#include "restarts.hpp"
#include "time.hpp"
#include <straycat/finding/ports.hpp>

namespace straycat::diagnose {

using history::Endpoint;
using history::History;
using history::ServiceView;
using history::Span;

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

namespace {

// Two answers this close clear what lies between them; one answer clears this much after it, as long as nothing
// changed.
constexpr std::int64_t bracket = 5 * second;
constexpr std::int64_t tail = 5 * second / 2;
// A pod that is deleted may have ended this long before the slices say that it leaves: kubelet and the endpoints'
// controller hear of it at once, and the one does not wait for the other (300 ms seen on a busy cluster).
constexpr std::int64_t leaving = second;

enum class Answer { good, alike, otherwise };

struct Asked {
  std::int64_t started = 0, ended = 0;
  Answer answer = Answer::good;
};

std::vector<Asked> asked(const Endpoint& endpoint, const std::string& traffic, Likeness like) {
  std::vector<Asked> result;
  for (const DirectProbe& probe : endpoint.probes) {
    if (probe.traffic != traffic || !probe.uid_kept) continue;
    const auto way = likeness(probe);
    if (!probe.ok && way == Likeness::local) continue;
    // Whoever answers, though not as expected, listens: nobody was refused by it, or kept waiting for its SYN.
    const bool listens = way == Likeness::wrong && (like == Likeness::refused || like == Likeness::no_answer);
    const Answer answer = probe.ok || listens ? Answer::good : kindred(way, like) ? Answer::alike : Answer::otherwise;
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

// Not ready for a while and not about to end, as after a restart: answers before and after say nothing of it.
bool paused_between(const Endpoint& endpoint, const Asked& one, const Asked& next) {
  return std::any_of(endpoint.states.begin(), endpoint.states.end(), [&](const history::EndpointState& state) {
    return !state.ready && !state.terminating && state.at.ns > one.ended && state.at.ns < next.started;
  });
}

// Before its change was seen, a proxy may have known of an endpoint and sent to it; but not before the kubelet's own
// probe of that very port had succeeded. When the first direct probe after that is answered too, it served all along.
std::vector<Span> vouched_for(const History& history, const ServiceView& view, const Endpoint& endpoint,
                              const std::vector<Asked>& probes) {
  const auto* pod = pod_of(history, view, endpoint);
  if (pod == nullptr || !finding::asks_at(pod->spec, endpoint.id.port)) return {};
  std::vector<Span> spans;
  std::int64_t before = history.begin;  // until then it may be sent to for its last stay's sake, not vouched for
  for (const auto& stay : endpoint.memberships) {
    const auto may = may_route(history, view, stay);
    const auto since = std::max(may.from, std::exchange(before, may.to));
    const auto first =
        std::find_if(probes.begin(), probes.end(), [&](const Asked& one) { return one.ended >= stay.from; });
    if (stay.open_start || first == probes.end() || first->answer != Answer::good) continue;
    if (first->started - stay.from <= tail && since < first->started) spans.push_back({since, first->started});
  }
  return spans;
}

}  // namespace

std::vector<Span> cleared(const History& history, const ServiceView& view, const Endpoint& endpoint,
                          const std::string& traffic, Likeness like) {
  const auto probes = asked(endpoint, traffic, like);
  std::vector<Span> spans;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const Asked& probe = probes[i];
    if (probe.answer == Answer::alike) continue;
    const Asked* next = i + 1 < probes.size() ? &probes[i + 1] : nullptr;
    const bool pair = next != nullptr && next->answer == probe.answer && next->started - probe.started <= bracket;
    if (pair && !paused_between(endpoint, probe, *next)) {
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

}  // namespace straycat::diagnose
