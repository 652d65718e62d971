#include "report/html/lanes.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "report/html/markup.hpp"
#include "report/html/outcomes.hpp"
#include "report/story.hpp"

namespace straycat::report {
namespace {

using diagnose::Verdict;
using history::History;

constexpr std::size_t most_endpoints = 2000;

std::string lane(const std::string& name, const std::string& css, const std::string& label, const std::string& bars) {
  return fmt::format(
      "<div class=\"lane {}\"><div class=\"name\" title=\"{}\">{}</div><svg class=\"track\" role=\"group\" "
      "aria-label=\"{}\">{}</svg></div>\n",
      css, escape(name), escape(name), escape(label), bars);
}

std::string step_lane(const History& history, const TimeAxis& axis) {
  std::string bars;
  for (std::size_t i = 0; i < history.phases.size(); ++i) {
    const history::ScenarioPhase& phase = history.phases[i];
    bars += draw_bar({phase.from.ns, phase.to.ns, i % 2 == 0 ? "phase even" : "phase odd",
                      fmt::format("phase {}: {} to {}", phase.name, short_length(phase.from.ns - axis.from),
                                  short_length(phase.to.ns - axis.from)),
                      0, 45, false},
                     axis);
    bars += fmt::format("<text class=\"tag\" x=\"{:.3f}%\" y=\"38%\" data-a=\"{}\" dx=\"3\">{}</text>",
                        axis.percent(phase.from.ns), phase.from.ns - axis.from, escape(phase.name));
  }
  for (const history::Step& step : history.steps) {
    const std::int64_t end = step.ended ? step.ended->ns : axis.to;
    const std::string story =
        fmt::format("step {}: {} ({}){}", step.record.name, step.record.detail, short_length(end - step.started.ns),
                    step.record.ok ? "" : " FAILED: " + step.record.error);
    bars += draw_bar({step.started.ns, end, step.record.ok ? "step" : "step failed", story, 55, 40, true}, axis);
  }
  return lane("steps", "steps", "the scenario's phases and steps", bars);
}

std::string state_class(const history::EndpointState& state) {
  if (state.routable) return "ready";
  if (state.terminating) return state.serving ? "serving" : "terminating";
  return "notready";
}

std::string state_words(const history::EndpointState& state) {
  if (state.routable) return "ready, routable";
  if (state.terminating) return state.serving ? "terminating, still serving" : "terminating";
  return "listed, not ready";
}

std::string endpoint_story(const history::Endpoint& endpoint) {
  std::uint64_t ok = 0;
  for (const DirectProbe& probe : endpoint.probes) ok += probe.ok ? 1 : 0;
  return fmt::format("{}:{} pod {} of {}; direct probes: {} of {} answered", endpoint.address, endpoint.port,
                     endpoint.pod, endpoint.owner.kind.empty() ? "an unknown owner" : endpoint.owner.display(), ok,
                     endpoint.probes.size());
}

std::string endpoint_lane(const history::Endpoint& endpoint, bool stray, const TimeAxis& axis) {
  std::string bars;
  const std::string whole = endpoint_story(endpoint);
  for (std::size_t i = 0; i < endpoint.states.size(); ++i) {
    const history::EndpointState& state = endpoint.states[i];
    if (!state.listed) continue;
    const std::int64_t until = i + 1 < endpoint.states.size() ? endpoint.states[i + 1].at.ns : axis.to;
    bars += draw_bar(
        {state.at.ns, until, state_class(state) + (stray ? " stray" : ""),
         fmt::format("{}: {} for {}", whole, state_words(state), short_length(until - state.at.ns)), 12, 76, true},
        axis);
  }
  for (const DirectProbe& probe : endpoint.probes) {
    bars += draw_bar({probe.started_ns, probe.started_ns, probe.ok ? "probe good" : "probe bad",
                      fmt::format("direct probe {}", probe.ok        ? "answered"
                                                     : probe.failure ? probe.failure->message
                                                                     : "failed"),
                      78, 22, false},
                     axis);
  }
  const std::string name = fmt::format("{}:{}", endpoint.address, endpoint.port);
  return lane(name, stray ? "endpoint stray" : "endpoint", whole, bars);
}

std::string owner_title(const std::string& owner, bool stray) {
  return fmt::format("<div class=\"owner{}\">{}{}</div>\n", stray ? " stray" : "", escape(owner),
                     stray ? " <strong>stray</strong>" : "");
}

std::string view_lanes(const history::ServiceView& view, const Verdict& verdict, const TimeAxis& axis, bool strays) {
  std::vector<std::pair<std::string, std::vector<const history::Endpoint*>>> groups;
  for (const history::Endpoint& endpoint : view.endpoints) {
    if (is_stray(view, endpoint, verdict) != strays) continue;
    const std::string owner = endpoint.owner.kind.empty() ? "unknown owner" : endpoint.owner.display();
    auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == owner; });
    if (found == groups.end()) found = groups.insert(groups.end(), {owner, {}});
    found->second.push_back(&endpoint);
  }
  std::string out;
  std::size_t drawn = 0, left = 0;
  for (const auto& [owner, endpoints] : groups) {
    out += owner_title(owner, strays);
    for (const history::Endpoint* endpoint : endpoints) {
      if (drawn++ < most_endpoints) {
        out += endpoint_lane(*endpoint, strays, axis);
      } else {
        ++left;
      }
    }
  }
  if (left > 0) out += fmt::format("<div class=\"owner\">{} more endpoints are not drawn</div>\n", left);
  return out;
}

std::string event_lane(const History& history, const TimeAxis& axis) {
  std::string bars;
  for (const history::KubeEventSeen& seen : history.kube_events) {
    const model::KubeEvent& event = seen.event;
    const bool warning = event.type == "Warning";
    bars += draw_bar({seen.at.ns, seen.at.ns, warning ? "kevent warning" : "kevent",
                      fmt::format("{} {}: {}", event.regarding.display(), event.reason, event.message),
                      warning ? 0.0 : 30.0, warning ? 100.0 : 50.0, warning},
                     axis);
  }
  return lane("Kubernetes Events", "events", "Kubernetes Events; warnings are taller", bars);
}

std::string blind_lane(const History& history, const TimeAxis& axis) {
  std::string bars;
  for (const history::Watch& watch : history.watches) {
    for (const history::Gap& gap : watch.gaps) {
      if (hides_nothing(history, gap)) continue;
      bars += draw_bar(
          {gap.span.from, gap.span.to, "blind",
           fmt::format("watch of {} blind for {}: {}", watch.resource, short_length(gap.span.length()), gap.reason), 0,
           100, true},
          axis);
    }
  }
  for (const history::Vantage& vantage : history.vantages) {
    for (const VantageHealth& health : vantage.health) {
      if (health.limit.empty() && health.records_lost == 0) continue;
      bars += draw_bar({health.from_ns, health.to_ns, "blind",
                        fmt::format("the prober {} was at its own limit ({})", vantage.record.id,
                                    health.limit.empty() ? "output" : health.limit),
                        0, 100, true},
                       axis);
    }
  }
  return bars.empty() ? "" : lane("not seen", "unseen", "stretches in which something was not watched", bars);
}

}  // namespace

std::string draw_page_lanes(const History& history, const Verdict& verdict) {
  const TimeAxis axis = page_axis(history);
  std::string out = fmt::format("<div id=\"lanes\" data-length=\"{}\">\n", axis.to - axis.from);
  out += "<div class=\"lane axis\"><div class=\"name\"></div><svg class=\"track\" id=\"axis\" aria-hidden=\"true\">" +
         draw_axis(axis) + "</svg></div>\n";
  out += step_lane(history, axis);
  for (const history::ServiceView& view : history.views) {
    out += view_lanes(view, verdict, axis, false);
    out += view_lanes(view, verdict, axis, true);
  }
  for (const history::Traffic& traffic : history.traffic) out += draw_outcomes(history, traffic, axis);
  out += event_lane(history, axis);
  out += blind_lane(history, axis);
  return out + "</div>\n";
}

}  // namespace straycat::report
