// The timeline as one HTML file: the answer on the first screen, everything else below it. Readable without JavaScript;
// fetches nothing (its own Content-Security-Policy forbids it).
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "report/html/assets.hpp"
#include "report/html/lanes.hpp"
#include "report/html/markup.hpp"
#include "report/story.hpp"
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using diagnose::Conclusion;
using diagnose::Finding;
using diagnose::Verdict;
using history::History;

std::string_view word_of(const Verdict& verdict) {
  if (verdict.conclusion == Conclusion::found) return "FOUND";
  return verdict.conclusion == Conclusion::none ? "CLEAN" : "INCONCLUSIVE";
}

std::string head(const History& history) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
      "<title>straycat: {}</title>\n<style>{}</style></head>\n",
      page_script_sha256, escape(history.header.scenario), page_style);
}

// Textures beside colours, so that shapes tell what colours tell.
constexpr const char* patterns = R"svg(<svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs>
<pattern id="p-stray" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--stray)"/><rect width="2" height="6" fill="var(--bg)"/></pattern>
<pattern id="p-fail" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--fail)"/><rect width="5" height="1.2" fill="var(--bg)"/></pattern>
<pattern id="p-unready" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--bg)"/><circle cx="2" cy="2" r="1.2" fill="var(--dim)"/></pattern>
<pattern id="p-leaving" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--bg)"/><rect width="2.4" height="5" fill="var(--leaving)"/></pattern>
<pattern id="p-blind" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="7" height="7" fill="var(--bg)"/><rect width="3" height="7" fill="var(--dim)"/></pattern>
</defs></svg>
)svg";

constexpr const char* legend =
    R"svg(<p class="legend"><span><svg><rect class="ready" width="18" height="11"/></svg>routable</span><span><svg><rect class="ready stray" width="18" height="11"/></svg>routable stray</span><span><svg><rect class="serving" width="18" height="11"/></svg>terminating</span><span><svg><rect class="notready" width="18" height="11"/></svg>not ready</span><span><svg><rect class="ok" width="18" height="11"/></svg>answered</span><span><svg><rect class="fail" width="18" height="11"/></svg>failed</span><span><svg><rect class="blind" width="18" height="11"/></svg>not seen</span></p>
)svg";

std::string answer(const History& history, const Verdict& verdict) {
  const Header& header = history.header;
  std::string out = fmt::format(
      "<header class=\"{}\"><p>straycat {} &middot; {} &middot; {} {} &middot; Kubernetes {} &middot; {}</p>\n",
      to_string(verdict.conclusion), escape(header.version), escape(header.scenario), escape(header.cluster),
      escape(header.data_plane), escape(header.cluster_version), format_wall(header.wall_ns));
  out += fmt::format("<h1><span class=\"word\">{}</span>{}</h1>\n", word_of(verdict), escape(verdict.headline));
  if (!verdict.reasons.empty()) {
    out += "<ul>";
    for (const std::string& reason : verdict.reasons) out += "<li>" + escape(reason) + "</li>";
    out += "</ul>";
  }
  return out + "</header>\n";
}

std::string guides(const History& history, const TimeAxis& axis) {
  std::string out;
  for (const history::Traffic& traffic : history.traffic) {
    for (const history::Burst& burst : traffic.bursts) {
      for (const std::int64_t at : {burst.first_ns, burst.last_ns}) {
        out += fmt::format("<div class=\"guide\" data-at=\"{}\" style=\"display:none\"></div>", at - axis.from);
      }
    }
  }
  return out;
}

std::string picture(const History& history, const Verdict& verdict) {
  std::string lanes = draw_page_lanes(history, verdict);
  const std::string overlay = guides(history, page_axis(history)) + "<div id=\"cursor\"></div></div>\n";
  lanes.replace(lanes.rfind("</div>\n"), 7, overlay);
  return "<div class=\"bar\"><button id=\"whole\" hidden>whole run</button><button id=\"clock\" aria-pressed=\"false\" "
         "hidden>wall time (UTC)</button></div>\n" +
         lanes +
         "<p id=\"detail\" aria-live=\"polite\">Every bar tells its story when pointed at or focused. Wheel or + and - "
         "zoom, drag or the arrow keys pan, 0 shows the whole run.</p>\n" +
         legend;
}

std::string fix_box(const Finding& finding, std::size_t index) {
  if (!finding.fix)
    return finding.no_fix.empty()
               ? ""
               : "<section class=\"fix\"><h2>No fix is proposed</h2><p>" + escape(finding.no_fix) + "</p></section>\n";
  const diagnose::Fix& fix = *finding.fix;
  std::string out = fmt::format(
      "<section class=\"fix\"><h2>The fix: change {}{} <button data-copy=\"fix-{}\" hidden>copy</button></h2><pre "
      "id=\"fix-{}\">{}</pre><ol>",
      escape(fix.target.display()), fix.file.empty() ? "" : fmt::format(" ({}:{})", escape(fix.file), fix.line), index,
      index, "{}");
  std::string yaml;
  std::string_view rest = fix.yaml;
  while (!rest.empty()) {  // line by line: `escape` shows control characters, newlines included
    const std::size_t end = rest.find('\n');
    yaml += escape(rest.substr(0, end)) + "\n";
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  out.replace(out.find("{}"), 2, yaml);
  for (const std::string& step : fix.order) out += "<li>" + escape(step) + "</li>";
  out += "</ol><ul>";
  for (const std::string& checked : fix.checked) out += "<li>checked: " + escape(checked) + "</li>";
  return out + "</ul></section>\n";
}

std::string evidence_section(const Finding& finding, std::size_t index, const TimeAxis& axis) {
  std::string out = fmt::format(
      "<h2>Evidence: {}{} <button data-zoom=\"{}-{}\" hidden>zoom to it</button></h2><p>{}</p><ul class=\"evidence\">",
      escape(finding.title), finding.workload ? ", " + escape(finding.workload->display()) : "",
      finding.first_ns - axis.from, finding.last_ns - axis.from, escape(finding.sentence));
  std::size_t line = 0;
  for (const diagnose::Evidence& evidence : finding.evidence) {
    out += fmt::format("<li><strong>{}</strong>: {}", to_string(evidence.weight), escape(evidence.text));
    if (!evidence.kubectl.empty())
      out += fmt::format("<br><code id=\"k-{}-{}\">{}</code> <button data-copy=\"k-{}-{}\" hidden>copy</button>", index,
                         line, escape(evidence.kubectl), index, line);
    out += "</li>";
    ++line;
  }
  out += "</ul>";
  if (finding.rivals.empty()) return out;
  out += "<h2>Other causes</h2><div class=\"scroll\"><table><tr><th>cause</th><th></th><th>why</th></tr>";
  for (const diagnose::Rival& rival : finding.rivals) {
    out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", escape(rival.title),
                       rival.excluded ? "excluded" : "<span class=\"bad\">possible</span>", escape(rival.reason));
  }
  return out + "</table></div>\n";
}

std::string phases_section(const Verdict& verdict) {
  if (verdict.phases.empty()) return "";
  std::string out =
      "<h2>Phases</h2><div class=\"scroll\"><table><tr><th>phase</th><th>traffic</th><th class=\"num\">sent</th><th "
      "class=\"num\">failed</th><th>state</th><th class=\"num\">longest gap</th><th>predicted / "
      "seen</th><th></th></tr>";
  for (const diagnose::PhaseReport& phase : verdict.phases) {
    std::string share;
    if (phase.share && phase.share->attempts > 0) {
      share =
          fmt::format("{:.1f} % / {:.1f} %", static_cast<double>(phase.share->expected_ppm) / 1e4,
                      100.0 * static_cast<double>(phase.share->failed) / static_cast<double>(phase.share->attempts));
    }
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td><td>{}</td><td "
        "class=\"num\">{}</td><td>{}</td><td>{}</td></tr>",
        escape(phase.phase), escape(phase.traffic), phase.attempts, phase.failed, escape(phase.state),
        short_length(phase.largest_gap_ns), share, escape(phase.note));
  }
  return out + "</table></div>\n";
}

std::string bursts_section(const History& history, const TimeAxis& axis) {
  std::string rows;
  for (const history::Traffic& traffic : history.traffic) {
    for (const history::Burst& burst : traffic.bursts) {
      const auto distance = [](const std::optional<history::Nearest>& nearest) {
        return nearest ? fmt::format("{} {}", short_length(std::abs(nearest->distance_ns)),
                                     nearest->distance_ns >= 0 ? "after" : "before")
                       : std::string("-");
      };
      rows += fmt::format(
          "<tr><td>{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{} of "
          "{}</td><td>{}</td><td>{}</td><td>{}</td><td><button data-zoom=\"{}-{}\" hidden>zoom</button></td></tr>",
          escape(traffic.name), short_length(burst.first_ns - axis.from), short_length(burst.last_ns - axis.from),
          burst.failed, burst.attempts, escape(kinds_text(burst.kinds)), distance(burst.onset), distance(burst.end),
          burst.first_ns - axis.from, burst.last_ns - axis.from);
    }
  }
  if (rows.empty()) return "";
  return "<h2>Bursts of failures</h2><div class=\"scroll\"><table><tr><th>traffic</th><th class=\"num\">first</th><th "
         "class=\"num\">last</th><th class=\"num\">failed</th><th>kinds</th><th>first, from nearest "
         "change</th><th>last, from nearest change</th><th></th></tr>" +
         rows + "</table></div>\n";
}

std::string story_section(const History& history, const Verdict& verdict, const TimeAxis& axis) {
  std::string out =
      "<h2>What happened</h2><details open><summary>Every step, endpoint change, Event and burst, in "
      "order</summary><div class=\"scroll\"><table><tr><th>UTC</th><th "
      "class=\"num\">after</th><th></th><th>what</th></tr>\n";
  for (const Moment& moment : tell(history, verdict)) {
    std::string details;
    for (const std::string& detail : moment.details) details += "<br><small>" + escape(detail) + "</small>";
    out += fmt::format("<tr{}><td>{}</td><td class=\"num\">{}</td><td>{}</td><td>{}{}</td></tr>\n",
                       moment.bad ? " class=\"bad\"" : "", format_wall(history.wall_ns(moment.at.ns)).substr(11, 12),
                       short_length(moment.at.ns - axis.from), to_string(moment.topic), escape(moment.text), details);
  }
  return out + "</table></div></details>\n";
}

std::string endpoints_table(const History& history, const Verdict& verdict, const TimeAxis& axis) {
  std::string out =
      "<h2>Endpoints</h2><details><summary>The lanes as a table</summary><div "
      "class=\"scroll\"><table><tr><th>Service</th><th>endpoint</th><th>pod</th><th>owner</th><th>routable</"
      "th><th>direct probes</th></tr>";
  for (const history::ServiceView& view : history.views) {
    for (const history::Endpoint& endpoint : view.endpoints) {
      std::string times;
      for (const history::Membership& stay : endpoint.memberships)
        times += fmt::format("{}{} to {}", times.empty() ? "" : ", ", short_length(stay.from - axis.from),
                             short_length(stay.to - axis.from));
      std::uint64_t ok = 0;
      for (const DirectProbe& probe : endpoint.probes) ok += probe.ok ? 1 : 0;
      const bool stray = is_stray(view, endpoint, verdict);
      out += fmt::format(
          "<tr{}><td>{}</td><td>{}:{}</td><td>{}</td><td>{}{}</td><td>{}</td><td>{} of {} answered</td></tr>",
          stray ? " class=\"bad\"" : "", escape(view.service), escape(endpoint.address), endpoint.port,
          escape(endpoint.pod), escape(endpoint.owner.kind.empty() ? "unknown" : endpoint.owner.display()),
          stray ? " (stray)" : "", times.empty() ? "never" : times, ok, endpoint.probes.size());
    }
  }
  return out + "</table></div></details>\n";
}

std::string coverage_section(const History& history) {
  std::string out =
      "<h2>What was watched, and from where</h2><div "
      "class=\"scroll\"><table><tr><th>watch</th><th>by</th><th>state</th></tr>";
  for (const history::Watch& watch : history.watches) {
    out += fmt::format("<tr><td>{} {}</td><td>{}</td><td>{}</td></tr>", escape(watch.resource), escape(watch.selector),
                       escape(watch.clock),
                       watch.denied         ? "denied"
                       : watch.gaps.empty() ? "without a gap"
                                            : fmt::format("{} gaps", watch.gaps.size()));
  }
  out +=
      "</table><table><tr><th>vantage point</th><th>where</th><th>address</th><th>clock error</th><th>its own "
      "trouble</th></tr>";
  for (const history::Vantage& vantage : history.vantages) {
    out += fmt::format(
        "<tr><td>{}</td><td>{} {}</td><td>{}</td><td>{}</td><td>{} exhausted, {} skipped, {} records lost{}</td></tr>",
        escape(vantage.record.id), escape(vantage.record.where), escape(vantage.record.node),
        escape(vantage.record.address),
        vantage.error_ns >= history::unbounded ? "unknown" : short_length(vantage.error_ns), vantage.local_exhaustion,
        vantage.skipped, vantage.records_lost + vantage.records_missing, escape(vantage.lost_reason));
  }
  return out + "</table></div>\n";
}

std::string list_section(const char* title, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string out = fmt::format("<h2>{}</h2><ul>", title);
  for (const std::string& item : items) out += "<li>" + escape(item) + "</li>";
  return out + "</ul>\n";
}

std::string expectations_section(const Verdict& verdict) {
  std::vector<std::string> items;
  for (const diagnose::CheckedExpectation& checked : verdict.expectations)
    items.push_back(fmt::format("{}: {} ({})", to_string(checked.met), checked.text, checked.why));
  return list_section("Expected by the scenario", items);
}

std::string notes_section(const History& history, const Verdict& verdict) {
  std::vector<std::string> items;
  for (const diagnose::Intent& intent : verdict.intents)
    items.push_back(fmt::format("Service/{} is meant for {}: {}", intent.service,
                                intent.workload ? intent.workload->display() : "nobody that could be told",
                                intent.basis));
  items.insert(items.end(), verdict.notes.begin(), verdict.notes.end());
  for (const auto& [at, note] : history.notes) items.push_back(note);
  return list_section("Notes", items);
}

std::string reproduce_section(const History& history) {
  const std::string command =
      fmt::format("straycat run {} --seed {}", diagnose::shell_word(history.header.scenario), history.header.seed);
  return fmt::format(
      "<h2>Run it again</h2><p><code id=\"again\">{}</code> <button data-copy=\"again\" hidden>copy</button></p>\n",
      escape(command));
}

}  // namespace

std::string render_html(const History& history, const Verdict& verdict) {
  const TimeAxis axis = page_axis(history);
  std::string out = head(history);
  out += fmt::format("<body data-wall-ms=\"{}\">{}<main>\n", history.wall_ns(axis.from) / 1'000'000, patterns);
  out += answer(history, verdict) + picture(history, verdict);
  for (std::size_t i = 0; i < verdict.findings.size(); ++i) out += fix_box(verdict.findings[i], i);
  for (std::size_t i = 0; i < verdict.findings.size(); ++i) out += evidence_section(verdict.findings[i], i, axis);
  out += phases_section(verdict) + bursts_section(history, axis) + expectations_section(verdict);
  out += story_section(history, verdict, axis) + endpoints_table(history, verdict, axis) + coverage_section(history) +
         notes_section(history, verdict) + reproduce_section(history);
  return out + fmt::format("</main>\n<script>{}</script></body></html>\n", page_script);
}

}  // namespace straycat::report
