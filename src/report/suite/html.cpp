// One index over the runs of a suite.
#include <fmt/format.h>

#include "report/html/frame.hpp"
#include "report/html/markup.hpp"
#include "report/suite/words.hpp"
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

// In a URL every character that could mean something there is written as its number.
std::string as_url(std::string_view path) {
  std::string out;
  for (const char letter : path) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') ||
                       std::string_view("-_./~").find(letter) != std::string_view::npos;
    out += plain ? std::string(1, letter) : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  }
  return out;
}

std::string run_links(const suite::CaseResult& result, const std::string& folder) {
  std::string out;
  for (std::size_t i = 0; i < result.runs.size(); ++i) {
    const suite::Run& run = result.runs[i];
    if (run.conclusion.empty()) continue;
    const std::string page = (folder.empty() ? "" : folder + "/") + run.folder + "/report.html";
    out += fmt::format("<a href=\"{}\">{}</a> ", as_url(page), i == 0 ? "page" : fmt::format("run {}", i + 1));
  }
  return out.empty() ? "-" : out;
}

std::string why_cell(const suite::CaseResult& result) {
  std::string out = escape(result.why);
  if (is_green(result.outcome)) return out;
  out += "<br><code>" + escape(place_of(result.of)) + "</code>";
  for (const std::string& line : unmet_words(result)) out += "<br>" + escape(line);
  if (const std::string fix = fix_words(result); !fix.empty()) out += "<br><b>fix:</b> " + escape(fix);
  return out;
}

std::string css_of(const suite::Answer& answer) {
  const int code = exit_code(answer);
  return code == 0 ? "none" : code == 2 ? "inconclusive" : "found";
}

}  // namespace

std::string render_suite_html(const suite::Answer& answer, const std::string& folder) {
  Table table{"the scenarios", {"outcome", "scenario", "run", "#time", "#requests", "#failed", "why"}, "", 0};
  for (const suite::CaseResult& one : answer.cases) {
    const suite::Run* run = one.telling();
    table.row({"<b>" + suite_word(one.outcome) + "</b>", escape(one.of.name), run_links(one, folder),
               suite_seconds(one.took()), std::to_string(run ? run->requests : 0),
               std::to_string(run ? run->failures : 0), why_cell(one)},
              !is_green(one.outcome));
  }
  const std::string said = sentence(answer);
  const std::size_t colon = said.find(':');
  return page_head("suite") +
         fmt::format("<header class=\"{}\"><h1><span class=\"word\">{}</span>{}</h1><p>{}, {}</p></header>\n",
                     css_of(answer), escape(said.substr(0, colon)), escape(said.substr(colon + 2)),
                     format_wall(answer.wall_ns), suite_seconds(answer.took)) +
         table.draw() + page_end();
}

}  // namespace straycat::report
