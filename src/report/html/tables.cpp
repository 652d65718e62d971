#include "report/html/tables.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "report/html/outcomes.hpp"
#include "report/story.hpp"

namespace straycat::report {
namespace {

using diagnose::Verdict;
using history::History;

// A page stays small and quick whatever the run; the JSON report has everything.
constexpr std::size_t most_table_rows = 800;
constexpr std::size_t outcome_rows = 60;

std::string more(std::size_t all) {
  return all <= most_table_rows ? "" : fmt::format("<p>{} more are in the JSON report.</p>\n", all - most_table_rows);
}

std::string folded(const std::string& summary, const std::string& content, bool open = false) {
  return fmt::format("<details{}><summary>{}</summary>{}</details>\n", open ? " open" : "", summary, content);
}

std::string near_or_dash(const history::Traffic& traffic, const History& history,
                         const std::optional<history::Nearest>& nearest) {
  if (!nearest || !traffic.view) return "-";
  return escape(near_words(history.views[*traffic.view], *nearest));
}

std::string endpoints_table(const History& history, const Verdict& verdict, const TimeAxis& axis) {
  Table table{"endpoints", {"Service", "endpoint", "pod", "owner", "routable", "direct probes"}, "", 0};
  std::size_t all = 0;
  for (const bool strays : {true, false}) {
    for (const history::ServiceView& view : history.views) {
      if (view.repeats) continue;
      for (const history::Endpoint& endpoint : view.endpoints) {
        const bool stray = is_stray(view, endpoint, verdict);
        if (stray != strays || ++all > most_table_rows) continue;
        std::string times;
        for (std::size_t i = 0; i < std::min<std::size_t>(endpoint.memberships.size(), 20); ++i)
          times += fmt::format("{}{} to {}", times.empty() ? "" : ", ",
                               short_length(endpoint.memberships[i].from - axis.from),
                               short_length(endpoint.memberships[i].to - axis.from));
        const auto ok = std::count_if(endpoint.probes.begin(), endpoint.probes.end(),
                                      [](const DirectProbe& probe) { return probe.ok; });
        table.row(
            {escape(view.service), escape(endpoint.id.display()), escape(endpoint.id.pod),
             escape(endpoint.owner.kind.empty() ? "unknown" : endpoint.owner.display()) + (stray ? " (stray)" : ""),
             times.empty() ? "never" : times, fmt::format("{} of {} answered", ok, endpoint.probes.size())},
            stray);
      }
    }
  }
  return folded("Endpoints, and when traffic could reach them", table.draw() + more(all));
}

std::string steps_table(const History& history, const TimeAxis& axis) {
  Table table{"steps", {"step", "phase", "what", "#began", "#took", "outcome"}, "", 0};
  for (const history::Step& step : history.steps) {
    if (table.count >= most_table_rows) break;
    table.row({escape(step.record.name), escape(step.record.phase), escape(step.record.detail),
               short_length(step.started.ns - axis.from),
               step.ended ? short_length(step.ended->ns - step.started.ns) : "never ended",
               step.record.ok ? (step.ended ? "done" : "cut off") : "failed: " + escape(step.record.error)},
              !step.record.ok);
  }
  return folded("Steps", table.draw() + more(history.steps.size()));
}

std::string events_table(const History& history, const TimeAxis& axis) {
  Table table{"Kubernetes Events", {"#seen", "type", "about", "reason", "message", "#count"}, "", 0};
  for (const history::KubeEventSeen& seen : history.kube_events) {
    if (table.count >= most_table_rows) break;
    const model::KubeEvent& event = seen.event;
    table.row({short_length(seen.at.ns - axis.from), escape(event.type), escape(event.regarding.display()),
               escape(event.reason), escape(event.message), std::to_string(event.count)},
              event.type == "Warning");
  }
  return folded("Kubernetes Events", table.draw_with_search("event-rows", 3) + more(history.kube_events.size()));
}

std::string watches_table(const History& history) {
  Table table{"watches", {"watch", "by", "state"}, "", 0};
  for (const history::Watch& watch : history.watches) {
    const bool ended = watch.end == WatchEnd::denied || watch.end == WatchEnd::died;
    std::string state = ended ? std::string(to_string(watch.end)) : watch.gaps.empty() ? "without a gap" : "";
    for (std::size_t i = 0; i < std::min<std::size_t>(watch.gaps.size(), 10); ++i)
      state += fmt::format("{}blind for {} ({})", i == 0 ? "" : ", ", short_length(watch.gaps[i].span.length()),
                           escape(watch.gaps[i].reason));
    if (watch.gaps.size() > 10) state += fmt::format(", and {} gaps more", watch.gaps.size() - 10);
    table.row({escape(watch.resource) + " " + escape(watch.selector), escape(watch.clock), state}, ended);
  }
  return table.draw();
}

}  // namespace

std::string phases_section(const Verdict& verdict) {
  if (verdict.phases.empty()) return "";
  Table table{"phases", {"phase", "traffic", "#sent", "#failed", "state", "#longest gap", "refused", "note"}, "", 0};
  for (const diagnose::PhaseReport& phase : verdict.phases) {
    if (table.count >= most_table_rows) break;
    table.row({escape(phase.phase), escape(phase.traffic), std::to_string(phase.attempts), std::to_string(phase.failed),
               escape(phase.state), short_length(phase.largest_gap_ns), phase.share ? share_words(*phase.share) : "",
               escape(phase.note)},
              phase.state == "failing");
  }
  return heading("phases", "Phases") + table.draw() + more(verdict.phases.size());
}

std::string bursts_section(const History& history, const TimeAxis& axis) {
  Table table{"bursts of failures",
              {"traffic", "#first", "#last", "#failed", "how", "first, beside a change", "last, beside a change", ""},
              "",
              0};
  std::size_t all = 0;
  for (const history::Traffic& traffic : history.traffic) {
    for (const history::Burst& burst : traffic.bursts) {
      if (++all > most_table_rows) continue;
      table.row({escape(traffic.name), short_length(burst.first_ns - axis.from),
                 short_length(burst.last_ns - axis.from), fmt::format("{} of {}", burst.failed, burst.attempts),
                 escape(kinds_text(burst.kinds)), near_or_dash(traffic, history, burst.onset),
                 near_or_dash(traffic, history, burst.end),
                 fmt::format("<button data-zoom=\"{}-{}\" hidden>zoom</button>", burst.first_ns - axis.from,
                             burst.last_ns - axis.from)});
    }
  }
  return all == 0 ? "" : heading("bursts", "Bursts of failures") + table.draw() + more(all);
}

std::string list_section(std::string_view id, const char* title, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string out = heading(id, title) + "<ul>";
  for (const std::string& item : items) out += "<li>" + escape(item) + "</li>";
  return out + "</ul>\n";
}

std::string story_section(const History& history, const Verdict& verdict, const TimeAxis& axis) {
  Table table{"what happened", {"UTC", "#after", "", "what"}, "", 0};
  const std::vector<Moment> story = tell(history, verdict);
  for (const Moment& moment : story) {
    if (table.count >= most_table_rows) break;
    std::string details;
    for (const std::string& detail : moment.details) details += "<br><small>" + escape(detail) + "</small>";
    table.row({format_wall(history.wall_ns(moment.at.ns)).substr(11, 12), short_length(moment.at.ns - axis.from),
               std::string(to_string(moment.topic)), escape(moment.text) + details},
              moment.bad);
  }
  return heading("story", "What happened") + folded("Every step, endpoint change, Event and burst, in order",
                                                    table.draw_with_search("story-rows", 2) + more(story.size()), true);
}

std::string picture_tables(const History& history, const Verdict& verdict, const TimeAxis& axis) {
  std::string out = heading("tables", "The lanes as tables") + endpoints_table(history, verdict, axis);
  for (const history::Traffic& traffic : history.traffic)
    out +=
        folded(fmt::format("Requests {} over time", escape(traffic.name)), outcomes_table(traffic, axis, outcome_rows));
  return out + steps_table(history, axis) + events_table(history, axis);
}

std::string plan_section(const History& history) {
  Table table{"the run", {"", ""}, "", 0};
  const Header& header = history.header;
  table.row({"run", escape(header.run)});
  table.row({"scenario", escape(header.scenario)});
  table.row({"straycat", escape(header.version)});
  table.row({"cluster",
             escape(fmt::format("{} {}, Kubernetes {}", header.cluster, header.data_plane, header.cluster_version))});
  table.row({"namespace", escape(header.ns)});
  table.row({"seed", std::to_string(header.seed)});
  table.row({"ended", std::string(end_word(history))});
  if (history.plan) {
    for (const plan::TrafficPlan& traffic : history.plan->traffic) {
      const std::string pace =
          traffic.pace.rate_per_second > 0 ? fmt::format(", {:g} requests a second", traffic.pace.rate_per_second) : "";
      table.row({"traffic", escape(fmt::format("{}: {} {} from the {}{}", traffic.name, traffic.method, traffic.url,
                                               to_string(traffic.from), pace))});
    }
  } else {
    table.row({"plan", "cannot be read: " + escape(history.plan_error)}, true);
  }
  return heading("plan", "The run and its plan") + table.draw();
}

std::string coverage_section(const History& history) {
  Table table{"vantage points", {"vantage point", "where", "address", "#clock error", "its own trouble"}, "", 0};
  for (const history::Vantage& vantage : history.vantages) {
    if (table.count >= most_table_rows) break;
    table.row({escape(vantage.record.id),
               std::string(to_string(vantage.record.where)) + " " + escape(vantage.record.node),
               escape(vantage.record.address),
               vantage.error_ns >= history::unbounded ? "unknown" : short_length(vantage.error_ns),
               fmt::format("{} exhausted, {} skipped, {} records lost {}", vantage.local_exhaustion, vantage.skipped,
                           vantage.records_lost + vantage.records_missing, escape(vantage.lost_reason))});
  }
  return heading("coverage", "What was watched, and from where") + watches_table(history) + table.draw() +
         more(history.vantages.size());
}

}  // namespace straycat::report
