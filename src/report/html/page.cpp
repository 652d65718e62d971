// The timeline as one HTML file: the answer on the first screen, everything else below it. Readable without JavaScript;
// fetches nothing (its own Content-Security-Policy forbids it).
#include <fmt/format.h>

#include "report/html/finding.hpp"
#include "report/html/frame.hpp"
#include "report/html/lanes.hpp"
#include "report/html/markup.hpp"
#include "report/html/tables.hpp"
#include "report/outcome.hpp"
#include "report/story.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using diagnose::Verdict;
using finding::Finding;
using history::History;

std::string list_of(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += "<li>" + escape(item) + "</li>";
  return out.empty() ? "" : "<ul>" + out + "</ul>\n";
}

std::string answer(const History& history, const Verdict& verdict) {
  const Header& header = history.header;
  std::string out = fmt::format(
      "<header class=\"{}\"><p>straycat {} &middot; {} &middot; {} {} &middot; Kubernetes {} &middot; {}</p>\n",
      outcome_of(verdict).css, escape(header.version), escape(header.scenario), escape(header.cluster),
      escape(header.data_plane), escape(header.cluster_version), format_wall(header.wall_ns));
  out += fmt::format("<h1>{}{}</h1>\n<p class=\"plain\">{}</p>\n", outcome_boxes(verdict), escape(verdict.headline),
                     outcome_words(verdict));
  out += list_of(unmet_expectations(verdict));
  const std::string plain = verdict.findings.empty() ? "" : in_plain_words(verdict.findings.front(), verdict);
  if (!plain.empty()) out += "<p class=\"plain\">" + escape(plain) + "</p>\n";
  if (verdict.unfinished > 0)
    out +=
        fmt::format("<p>{} requests, {} failed{}</p>\n", verdict.attempts, verdict.failed, unfinished_words(verdict));
  return out + list_of(verdict.reasons) + "</header>\n";
}

std::string evidence_section(const Finding& finding, std::size_t index, const TimeAxis& axis) {
  const std::string button = fmt::format(" <button data-zoom=\"{}-{}\" hidden>zoom to it</button>",
                                         finding.first_ns - axis.from, finding.last_ns - axis.from);
  return evidence_heading(finding, index, button) + sentences(finding) + evidence_list(finding, index) +
         rivals_table(finding);
}

// What explains a part only: it accuses nobody, and its fix is not told.
std::string suspicions_section(const Verdict& verdict) {
  std::string out;
  std::size_t index = 0;
  for (const Finding& suspicion : verdict.suspicions) {
    out += heading(fmt::format("suspected-{}", index),
                   fmt::format("Suspected, not proven: {}{}", escape(suspicion.title()),
                               suspicion.workload ? ", " + escape(suspicion.workload->display()) : "")) +
           fmt::format("<p>If so: {}</p><ul class=\"evidence\">", escape(suspicion.sentence));
    ++index;
    for (const finding::Evidence& evidence : suspicion.evidence)
      out += fmt::format("<li><strong>{}</strong>: {}</li>", to_string(evidence.weight), escape(evidence.text));
    out += "</ul>" + rivals_table(suspicion);
  }
  return out;
}

std::string expectations_section(const Verdict& verdict) {
  std::vector<std::string> items;
  for (const diagnose::CheckedExpectation& checked : verdict.expectations)
    items.push_back(fmt::format("{}: {} ({})", to_string(checked.met), checked.text, checked.why));
  return list_section("expected", "Expected by the scenario", items);
}

std::string notes_section(const Verdict& verdict) {
  std::vector<std::string> items;
  for (const finding::Intent& intent : verdict.intents)
    items.push_back(fmt::format("Service/{} is meant for {}: {}", intent.service,
                                intent.known() ? intent.names() : "nobody that could be told", intent.told()));
  items.insert(items.end(), verdict.notes.begin(), verdict.notes.end());
  return list_section("notes", "Notes", items);
}

std::string reproduce_section(const History& history) {
  const Header& header = history.header;
  const std::string by_name =
      fmt::format("straycat run {} --seed {}", finding::shell_word(header.scenario), header.seed);
  return fmt::format("{}<p><code id=\"again\">{}</code> <button data-copy=\"again\" hidden>copy</button>{}</p>\n",
                     heading("again-section", "Run it again"), escape(header.again.empty() ? by_name : header.again),
                     header.again.empty() ? " (with the scenario's folder in place of its name)" : "");
}

}  // namespace

std::string render_html(const History& history, const Verdict& verdict) {
  const TimeAxis axis = page_axis(history);
  std::string out =
      page_head(fmt::format("{}: {}", outcome_of(verdict).word, history.header.scenario)) + answer(history, verdict);
  out += page_buttons() + draw_page_lanes(history, verdict, axis) + page_legend();
  for (std::size_t i = 0; i < verdict.findings.size(); ++i) out += fix_box(verdict.findings[i], i);
  for (std::size_t i = 0; i < verdict.findings.size(); ++i) out += evidence_section(verdict.findings[i], i, axis);
  out += suspicions_section(verdict);
  out += phases_section(verdict) + bursts_section(history, axis) + expectations_section(verdict);
  out += story_section(history, verdict, axis) + picture_tables(history, verdict, axis) + coverage_section(history) +
         plan_section(history) + notes_section(verdict) + reproduce_section(history);
  return out + lanes_page_end();
}

}  // namespace straycat::report
