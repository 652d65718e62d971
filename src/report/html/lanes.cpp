#include "report/html/lanes.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "report/html/endpoints.hpp"
#include "report/html/outcomes.hpp"
#include "report/story.hpp"

namespace straycat::report {
namespace {

using diagnose::Verdict;
using history::History;

constexpr std::size_t most_endpoints = 500;
constexpr std::size_t most_events = 400;
constexpr std::size_t most_lane_columns = 900;
constexpr std::size_t most_guides = 12;

// In a picture of its own, which ends where the phase ends: on a narrow screen a name must not run into the next one.
std::string name_within(std::int64_t from, std::int64_t to, std::string_view name, const TimeAxis& axis,
                        std::string_view height) {
  const double x = axis.percent(from);
  return fmt::format(
      "<svg x=\"{:.3f}%\" width=\"{:.3f}%\" height=\"{}\" overflow=\"hidden\" data-a=\"{}\" data-b=\"{}\"><text "
      "class=\"tag\" "
      "x=\"3\" y=\"84%\">{}</text></svg>",
      x, std::max(axis.percent(to) - x, 0.0), height, from - axis.from, to - axis.from, escape(name));
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
    bars += name_within(phase.from.ns, phase.to.ns, phase.name, axis, "45%");
  }
  for (const history::Step& step : history.steps) {
    const std::int64_t end = step.ended ? step.ended->ns : axis.to;
    const std::string story =
        fmt::format("step {}: {} ({}){}", step.record.name, step.record.detail, short_length(end - step.started.ns),
                    step.record.ok ? "" : " FAILED: " + step.record.error);
    bars += draw_bar(
        {step.started.ns, end, step.record.ok ? "step" : "step failed", story, 52, 44, history.steps.size() <= 40},
        axis);
  }
  return draw_lane("steps", "steps", "the scenario's phases and steps", bars);
}

// What the scenario broke on purpose, when it really began and ended.
std::string fault_lane(const History& history, const TimeAxis& axis) {
  std::string bars;
  for (const history::Fault& fault : history.faults) {
    const std::int64_t end = fault.ended ? fault.ended->ns : axis.to;
    bars += draw_bar({fault.started.ns, end, "fault",
                      fmt::format("fault {} of step {} ({}) {}", fault.record.fault, fault.record.step,
                                  short_length(end - fault.started.ns), fault.record.detail),
                      0, 100, history.faults.size() <= 40},
                     axis);
    bars += name_within(fault.started.ns, end, fault.record.fault, axis, "100%");
  }
  return bars.empty() ? "" : draw_lane("faults on order", "faults", "what the scenario broke on purpose", bars);
}

std::string event_lane(const History& history, const TimeAxis& axis) {
  if (history.kube_events.empty()) return "";
  std::string bars;
  std::size_t drawn = 0;
  for (const bool warnings : {true, false}) {
    for (const history::KubeEventSeen& seen : history.kube_events) {
      const model::KubeEvent& event = seen.event;
      if ((event.type == "Warning") != warnings || drawn++ >= most_events) continue;
      bars += draw_bar({seen.at.ns, seen.at.ns, warnings ? "kevent warning" : "kevent",
                        fmt::format("{} {}: {}", event.regarding.display(), event.reason, event.message),
                        warnings ? 0.0 : 30.0, warnings ? 100.0 : 50.0, warnings && drawn <= 20},
                       axis);
    }
  }
  return draw_lane("Kubernetes Events", "events", "Kubernetes Events; warnings are taller", bars);
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
      if (health.limit == Limit::none && health.records_lost == 0) continue;
      bars += draw_bar({health.from_ns, health.to_ns, "blind",
                        fmt::format("the prober {} was at its own limit ({})", vantage.record.id, limit_word(health)),
                        0, 100, false},
                       axis);
    }
  }
  return bars.empty() ? "" : draw_lane("not seen", "unseen", "stretches in which something was not watched", bars);
}

struct Guide {
  std::int64_t change = 0, failure = 0;
  bool onset = false;
  std::string words;
};

std::vector<Guide> guides_of(const History& history) {
  std::vector<Guide> guides;
  for (const history::Traffic& traffic : history.traffic) {
    if (!traffic.view) continue;
    const history::ServiceView& view = history.views[*traffic.view];
    for (const history::Burst& burst : traffic.bursts) {
      if (guides.size() + 2 > most_guides) return guides;
      if (burst.onset)
        guides.push_back({view.changes[burst.onset->change].at.ns, burst.first_ns, true,
                          "first failure " + near_words(view, *burst.onset)});
      if (burst.end)
        guides.push_back({view.changes[burst.end->change].at.ns, burst.last_ns, false,
                          "last failure " + near_words(view, *burst.end)});
    }
  }
  return guides;
}

// From a slice change to the failure that it explains, across all lanes, with the distance.
std::string draw_guides(const History& history, const TimeAxis& axis) {
  std::string lines;
  for (const Guide& guide : guides_of(history)) {
    const std::int64_t from = std::min(guide.change, guide.failure), to = std::max(guide.change, guide.failure);
    // Words that would leave the picture stand on the other side; the script, which can measure them, does better.
    const bool flip = guide.onset ? axis.percent(from) < 45 : axis.percent(to) > 55;
    lines += fmt::format(
        "<div class=\"guide {}{}\" data-a=\"{}\" data-b=\"{}\" style=\"left:{:.3f}%;width:{:.3f}%\"><b>{}</b></div>",
        guide.onset ? "onset" : "end", flip ? " flip" : "", from - axis.from, to - axis.from, axis.percent(from),
        axis.percent(to) - axis.percent(from), escape(guide.words));
  }
  return "<div class=\"over\" aria-hidden=\"true\">" + lines +
         "<div class=\"brush\"></div><div class=\"cursor\"></div></div>";
}

}  // namespace

std::string draw_page_lanes(const History& history, const Verdict& verdict, const TimeAxis& axis, double detail) {
  std::string out = fmt::format(
      "<div class=\"lanes\" data-length=\"{}\" data-wall-ms=\"{}\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"timeline; "
      "plus and minus zoom, left and right pan, 0 shows the whole run, full stop and comma go from moment to moment; "
      "the "
      "tables below tell the same\">\n",
      axis.length(), history.wall_ns(axis.from) / 1'000'000);
  out += "<div class=\"lane axis\"><div class=\"name\"></div><svg class=\"track\" aria-hidden=\"true\">" +
         draw_axis(axis) + "</svg></div>\n";
  const bool guided = !guides_of(history).empty();
  if (guided) out += "<div class=\"lane room\"><div class=\"name\"></div><div class=\"track\"></div></div>\n";
  out += step_lane(history, axis) + fault_lane(history, axis);
  auto room = static_cast<std::size_t>(static_cast<double>(most_endpoints) * detail);
  for (const history::ServiceView& view : history.views)
    if (!view.repeats) out += draw_endpoints(history, view, verdict, axis, room);
  const auto columns = std::max<std::size_t>(static_cast<std::size_t>(static_cast<double>(most_lane_columns) * detail) /
                                                 std::max<std::size_t>(history.traffic.size(), 1),
                                             60);
  for (const history::Traffic& traffic : history.traffic) out += draw_outcomes(history, traffic, axis, columns);
  return out + event_lane(history, axis) + blind_lane(history, axis) + draw_guides(history, axis) + "</div>\n";
}

}  // namespace straycat::report
