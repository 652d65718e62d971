// A survey as one HTML file: the answer first, then who stands behind each Service, and what proves it. Fetches
// nothing.
#include <algorithm>

#include <fmt/format.h>

#include "report/html/finding.hpp"
#include "report/html/frame.hpp"
#include "report/html/markup.hpp"
#include "report/html/tables.hpp"
#include "report/survey_words.hpp"
#include <straycat/model/selector.hpp>
#include <straycat/report/survey.hpp>

namespace straycat::report {
namespace {

using survey::Survey;

constexpr std::size_t most_pods = 200;  // the JSON has them all

// As a run's page colours its word.
const char* css_of(int exit_code) { return exit_code == 1 ? "found" : exit_code == 2 ? "inconclusive" : "none"; }

std::string answer(const survey::Snapshot& snapshot, const std::vector<Survey>& surveys, bool all) {
  const int code = survey::exit_code(snapshot, surveys);
  const bool single = !all && surveys.size() == 1;
  return fmt::format(
      "<header class=\"{}\"><p>straycat {} &middot; {} &middot; {} &middot; Kubernetes {} &middot; {}</p>\n"
      "<h1><span class=\"word\">{}</span>{}</h1>\n<p>No request was sent; what is said here is read off the "
      "objects.</p></header>\n",
      css_of(code), STRAYCAT_VERSION, escape(survey_title(surveys, all)), escape(snapshot.where),
      escape(snapshot.version.empty() ? "?" : snapshot.version), format_wall(snapshot.wall_ns), survey_word(code),
      escape(single ? surveys.front().headline : surveys_sum(surveys)));
}

std::string overview(const std::vector<Survey>& surveys) {
  Table table{"Services", {"", "namespace", "Service", "what is said of it"}, "", 0};
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    const Survey& one = surveys[i];
    const bool whole = one.exit_code() != 0;
    const std::string name = escape(one.service);
    table.row({std::string(survey_word(one.exit_code())), escape(one.ns),
               whole ? fmt::format("<a href=\"#s-{}\">{}</a>", i, name) : name, escape(one.headline)},
              one.exit_code() == 1);
  }
  return table.draw();
}

std::string ports_cell(const survey::Standing& standing) {
  std::string out;
  for (const finding::PortFit& fit : standing.ports) out += (out.empty() ? "" : "<br>") + escape(fit_words(fit));
  return out;
}

std::string behind_section(const Survey& one, std::int64_t now, std::size_t index) {
  const std::string selector = one.selector.empty() ? "no selector" : "selector " + model::to_string(one.selector);
  std::string out = heading(fmt::format("behind-{}", index),
                            fmt::format("Behind it now ({}; port {})", escape(selector), escape(one.ports)));
  Table table{"workloads behind it",
              {"workload", "#pods", "#ready", "#since", "readiness probe", "the Service's ports on its pods"},
              "",
              0};
  Table pods{"pods behind it", {"workload", "pod"}, "", 0};
  for (const survey::Standing& standing : one.behind) {
    const std::string who = escape(standing.workload.display()) + (standing.stray ? " (stray)" : "");
    table.row({who, std::to_string(standing.pods.size()), std::to_string(standing.ready),
               age_words(now, standing.since_wall_ns), escape(probe_words(standing)), ports_cell(standing)},
              standing.stray);
    for (const survey::PodLine& pod : standing.pods)
      if (pods.count < most_pods) pods.row({who, escape(pod_words(pod))}, standing.stray);
  }
  out += one.behind.empty() ? "<p>no pod</p>\n" : table.draw();
  if (pods.count > 0) out += "<details><summary>Its pods, one by one</summary>" + pods.draw() + "</details>\n";
  return out + "<p>" + escape(intent_words(one)) + "</p>\n";
}

std::string others_section(const Survey& one, std::int64_t now, std::size_t index) {
  std::vector<std::string> could;
  for (const survey::Prospect& prospect : one.prospects)
    could.push_back(
        fmt::format("{}{}: {}", prospect.stray ? "(stray) " : "", prospect.workload.display(), prospect.state));
  std::vector<std::string> did;
  for (const survey::Past& past : one.past) did.push_back((past.stray ? "(stray) " : "") + past_words(past, now));
  return list_section(fmt::format("could-{}", index), "Could come to stand there", could) +
         list_section(fmt::format("did-{}", index), "Stood there", did);
}

std::string finding_section(const finding::Finding& finding, std::size_t index) {
  return fix_box(finding, index) + evidence_heading(finding, index) + sentences(finding) +
         evidence_list(finding, index) + rivals_table(finding);
}

// `service` numbers the Services, `index` the page's findings, across its Services. What is wrong comes first, then
// what cannot be told, then what stands there.
std::string whole(const Survey& one, std::int64_t now, std::size_t service, std::size_t& index) {
  std::string out;
  for (const finding::Finding& finding : one.findings) out += finding_section(finding, index++);
  out += list_section(fmt::format("open-{}", service), "Cannot be told", one.open);
  if (one.seen) out += behind_section(one, now, service) + others_section(one, now, service);
  return out + list_section(fmt::format("notes-{}", service), "Notes", one.notes);
}

}  // namespace

std::string render_survey_html(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys, bool all) {
  std::string out = page_head(survey_title(surveys, all)) + answer(snapshot, surveys, all);
  const bool single = !all && surveys.size() == 1;
  if (!single) out += overview(surveys);
  std::size_t index = 0;
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    if (!single && surveys[i].exit_code() == 0) continue;
    if (!single)
      out += fmt::format("<h2 id=\"s-{}\">Service/{} in {}</h2><p>{}</p>\n", i, escape(surveys[i].service),
                         escape(surveys[i].ns), escape(surveys[i].headline));
    out += whole(surveys[i], snapshot.wall_ns, i, index);
  }
  return out + list_section("not-seen", "Not seen", survey::costs(snapshot)) + page_end();
}

}  // namespace straycat::report
