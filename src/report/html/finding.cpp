#include "report/html/finding.hpp"

#include <fmt/format.h>

#include "report/html/markup.hpp"

namespace straycat::report {

using finding::Finding;

std::string evidence_heading(const Finding& finding, std::size_t index, const std::string& rest) {
  return heading(fmt::format("evidence-{}", index),
                 fmt::format("Evidence: {}{}", escape(finding.title()),
                             finding.workload ? ", " + escape(finding.workload->display()) : ""),
                 rest);
}

std::string fix_box(const Finding& finding, std::size_t index) {
  if (!finding.fix)
    return finding.no_fix.empty()
               ? ""
               : "<section class=\"fix\"><h2>No fix is proposed</h2><p>" + escape(finding.no_fix) + "</p></section>\n";
  const finding::Fix& fix = *finding.fix;
  std::string out = fmt::format(
      "<section class=\"fix\" id=\"change-{}\"><h2>The fix: change {}{} <button data-copy=\"fix-{}\" "
      "hidden>copy</button></h2><pre "
      "id=\"fix-{}\" tabindex=\"0\">",
      index, escape(fix.target.display()), fix.file.empty() ? "" : fmt::format(" ({}:{})", escape(fix.file), fix.line),
      index, index);
  out += escape_lines(fix.yaml) + "</pre><ol>";
  for (const std::string& step : fix.order) out += "<li>" + escape(step) + "</li>";
  out += "</ol><ul>";
  for (const std::string& checked : fix.checked) out += "<li>checked: " + escape(checked) + "</li>";
  return out + "</ul></section>\n";
}

std::string sentences(const Finding& finding) {
  std::string out = "<p>" + escape(finding.sentence) + "</p>";
  for (const finding::Symptom& symptom : finding.symptoms) out += "<p>" + escape(symptom.words()) + "</p>";
  return out;
}

std::string evidence_list(const Finding& finding, std::size_t index) {
  std::string out = "<ul class=\"evidence\">";
  std::size_t line = 0;
  for (const finding::Evidence& evidence : finding.evidence) {
    out += fmt::format("<li><strong>{}</strong>: {}", to_string(evidence.weight), escape(evidence.text));
    if (!evidence.kubectl.empty())
      out += fmt::format("<br><code id=\"k-{}-{}\">{}</code> <button data-copy=\"k-{}-{}\" hidden>copy</button>", index,
                         line, escape(evidence.kubectl), index, line);
    out += "</li>\n";
    ++line;
  }
  return out + "</ul>\n";
}

std::string rivals_table(const Finding& finding) {
  if (finding.rivals.empty()) return "";
  Table table{"other causes", {"cause", "", "why"}, "", 0};
  for (const finding::Rival& rival : finding.rivals) {
    table.row({escape(row(rival.cause).title), rival.excluded ? "excluded" : "<span class=\"bad\">possible</span>",
               escape(rival.reason)});
  }
  return "<h2>Other causes</h2>" + table.draw();
}

}  // namespace straycat::report
