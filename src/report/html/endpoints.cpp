#include "report/html/endpoints.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "report/story.hpp"

namespace straycat::report {
namespace {

using diagnose::Verdict;
using history::History;

constexpr std::size_t most_focusable = 40;  // more lanes than this are no tab stops: the table has them
constexpr std::size_t most_states = 300;    // an endpoint that flaps more often is drawn without its shortest states

std::string state_class(const history::EndpointState& state) {
  if (state.routable) return "ready";
  if (state.terminating) return state.serving ? "serving" : "terminating";
  return "notready";
}

std::string state_words(const history::EndpointState& state) {
  if (state.routable) return "ready, routable";
  if (state.terminating) return state.serving ? "terminating, still serving" : "terminating, not serving";
  return "listed, not ready";
}

std::string owner_of(const history::Endpoint& endpoint) {
  return endpoint.owner.kind.empty() ? "unknown owner" : endpoint.owner.display();
}

// "its labels app=sayhi match the selector": which of the pod's labels put it behind the Service.
std::string matched_labels(const History& history, const history::ServiceView& view,
                           const history::Endpoint& endpoint) {
  const auto service = history.service(view.ns, view.service);
  const auto* pod = history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
  if (!service || service->selector.empty() || pod == nullptr || !pod->last) return "";
  std::string text;
  for (const auto& [key, value] : service->selector) {
    const auto label = pod->last->meta.labels.find(key);
    if (label != pod->last->meta.labels.end() && label->second == value)
      text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  }
  return text.empty() ? "" : fmt::format("; label {} matches the selector of Service/{}", text, view.service);
}

std::string endpoint_story(const History& history, const history::ServiceView& view,
                           const history::Endpoint& endpoint) {
  std::uint64_t ok = 0;
  const DirectProbe* failed = nullptr;
  for (const DirectProbe& probe : endpoint.probes) {
    ok += probe.ok ? 1 : 0;
    if (!probe.ok && failed == nullptr) failed = &probe;
  }
  std::string text = fmt::format("{} pod {} of {}{}; reached directly it answered {} of {} times",
                                 endpoint.id.display(), endpoint.id.pod, owner_of(endpoint),
                                 matched_labels(history, view, endpoint), ok, endpoint.probes.size());
  if (failed != nullptr && failed->failure) text += ": " + failed->failure->message;
  return text;
}

// resourceVersions of a view's slices by the log's event number.
using Versions = std::map<std::uint64_t, std::string>;
Versions slice_versions(const History& history, const history::ServiceView& view) {
  Versions versions;
  const auto watched = history.slices.find(view.clock);
  if (watched == history.slices.end()) return versions;
  for (const auto& [uid, timeline] : watched->second) {
    for (const auto& version : timeline.versions) {
      if (version.object) versions[version.event] = version.object->meta.resource_version;
    }
  }
  return versions;
}

// What all endpoints of a view are drawn with.
struct Drawing {
  const History& history;
  const history::ServiceView& view;
  const TimeAxis& axis;
  Versions versions;
  bool focusable = false;
};

std::string state_bars(const Drawing& with, const history::Endpoint& endpoint, bool stray, const std::string& whole) {
  std::string bars;
  const std::int64_t shortest = endpoint.states.size() > most_states ? with.axis.length() / 500 : 0;
  for (std::size_t i = 0; i < endpoint.states.size(); ++i) {
    const history::EndpointState& state = endpoint.states[i];
    if (!state.listed) continue;
    const std::int64_t until =
        i + 1 < endpoint.states.size() ? endpoint.states[i + 1].at.ns : std::min(with.axis.to, with.view.seen_until);
    if (until - state.at.ns < shortest) continue;
    const auto version = with.versions.find(state.event);
    const std::string revision = version == with.versions.end() || version->second.empty()
                                     ? ""
                                     : fmt::format(" (slice resourceVersion {})", version->second);
    bars += draw_bar(
        {state.at.ns, until, state_class(state) + (stray ? " stray" : ""),
         fmt::format("{} for {}{}: {}", state_words(state), short_length(until - state.at.ns), revision, whole), 12, 76,
         stray || with.focusable},
        with.axis);
  }
  return bars;
}

std::string probe_marks(const history::Endpoint& endpoint, const TimeAxis& axis) {
  std::string good, bad;
  std::int64_t last_good = -1, last_bad = -1;
  for (const DirectProbe& probe : endpoint.probes) {
    const std::int64_t at = axis.units(probe.started_ns);
    std::int64_t& last = probe.ok ? last_good : last_bad;
    if (last >= 0 && at - last < 700) continue;  // nearer than a pixel
    last = at;
    (probe.ok ? good : bad) += fmt::format("M{},{}V1000", at, probe.ok ? 800 : 600);
  }
  return draw_band(draw_path("probe good", good) + draw_path("probe bad", bad));
}

std::string endpoint_lane(const Drawing& with, const history::Endpoint& endpoint, bool stray) {
  const std::string whole = endpoint_story(with.history, with.view, endpoint);
  std::string track = state_bars(with, endpoint, stray, whole) + probe_marks(endpoint, with.axis);
  if (with.focusable) {
    for (const history::Span& blind : with.view.blind) {
      // Before it began is no gap, nor is after its end, unless it was lost.
      const bool after = blind.to >= with.history.end && with.view.seen_until >= with.history.end;
      if (blind.from <= with.history.begin || after || blind.to <= with.axis.from) continue;
      track +=
          draw_bar({blind.from, blind.to, "blind",
                    fmt::format("the endpoints were not watched for {}", short_length(blind.length())), 0, 100, false},
                   with.axis);
    }
  }
  const std::string address = endpoint.id.display();
  const bool named = !endpoint.id.pod.empty();
  return draw_lane(named ? endpoint.id.pod : address, stray ? "endpoint stray" : "endpoint", whole, track, "",
                   named ? address : "");
}

struct Group {
  std::string owner;
  bool stray = false;
  std::vector<const history::Endpoint*> endpoints;
};

// By owner, in order of appearance; strays after all others.
std::vector<Group> group(const history::ServiceView& view, const Verdict& verdict) {
  std::vector<Group> groups;
  std::map<std::pair<bool, std::string>, std::size_t> places;
  for (const history::Endpoint& endpoint : view.endpoints) {
    const bool stray = is_stray(view, endpoint, verdict);
    const auto [place, fresh] = places.emplace(std::pair{stray, owner_of(endpoint)}, groups.size());
    if (fresh) groups.push_back({owner_of(endpoint), stray, {}});
    groups[place->second].endpoints.push_back(&endpoint);
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.stray < b.stray; });
  return groups;
}

}  // namespace

std::string draw_endpoints(const History& history, const history::ServiceView& view, const Verdict& verdict,
                           const TimeAxis& axis, std::size_t& room) {
  const Drawing with{history, view, axis, slice_versions(history, view), view.endpoints.size() <= most_focusable};
  const std::vector<Group> groups = group(view, verdict);
  std::size_t strays = 0;
  for (const Group& one : groups) strays += one.stray ? one.endpoints.size() : 0;
  std::size_t others = room - std::min(room, strays), left = 0;
  std::string out;
  for (const Group& one : groups) {
    out += fmt::format("<div class=\"owner{}\">{}{} <small>{}</small></div>\n", one.stray ? " stray" : "",
                       escape(one.owner), one.stray ? " <strong class=\"tagged\">STRAY</strong>" : "",
                       one.stray ? fmt::format("not meant to stand behind Service/{}", escape(view.service)) : "");
    for (const history::Endpoint* endpoint : one.endpoints) {
      std::size_t& budget = one.stray ? room : others;
      if (budget == 0) {
        ++left;
        continue;
      }
      --budget;
      out += endpoint_lane(with, *endpoint, one.stray);
    }
  }
  if (left > 0)
    out += fmt::format("<div class=\"owner\">{} more endpoints are not drawn; the JSON report has them</div>\n", left);
  room = std::min(room, others);
  return out;
}

}  // namespace straycat::report
