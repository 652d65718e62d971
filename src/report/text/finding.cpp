#include <fmt/format.h>

#include "report/text/page.hpp"

namespace straycat::report {
namespace {

std::string_view mark(finding::Weight weight) {
  switch (weight) {
    case finding::Weight::decides:
      return "  * ";
    case finding::Weight::corroborates:
      return "  + ";
    case finding::Weight::against:
      return "  ! ";
    case finding::Weight::context:
      return "  - ";
  }
  return "  - ";
}

// What could not be excluded with its reason; the rest, dozens, by name. Their reasons are on the page and in the JSON.
void write_rivals(Page& page, const std::vector<finding::Rival>& rivals) {
  std::string excluded;
  std::size_t count = 0;
  for (const finding::Rival& rival : rivals) {
    if (!rival.excluded) {
      page.say("  possible  ", fmt::format("{}: {}", row(rival.cause).title, rival.reason));
      continue;
    }
    excluded += fmt::format("{}{}", count++ == 0 ? "" : ", ", to_string(rival.cause));
  }
  if (count > 0)
    page.say("  excluded  ", fmt::format("{} (each with its reason: --html, --json): {}", count, excluded));
}

}  // namespace

void write_finding(Page& page, const finding::Finding& finding, bool proven) {
  page.title(fmt::format("{}{}{}",
                         proven ? "" : "Suspected, not proven: ", harmless(finding.title(), page.style().unicode),
                         finding.workload ? ": " + harmless(finding.workload->display(), page.style().unicode) : ""));
  page.say(proven ? "" : "If so: ", finding.sentence);
  for (const finding::Symptom& symptom : finding.symptoms) page.say("", symptom.words());
  page.line();
  page.line(ink("Evidence (* decides, + speaks for it, ! against, - context)", Ink::dim, page.style()));
  for (const finding::Evidence& evidence : finding.evidence) {
    page.say(mark(evidence.weight), evidence.text);
    if (!evidence.kubectl.empty()) page.code("      $ ", evidence.kubectl);
  }
  if (finding.rivals.empty()) return;
  page.line(ink("Other causes", Ink::dim, page.style()));
  write_rivals(page, finding.rivals);
}

void write_fix(Page& page, const finding::Finding& finding) {
  if (!finding.fix) {
    if (!finding.no_fix.empty()) page.say("Fix: none proposed. ", finding.no_fix);
    return;
  }
  const finding::Fix& fix = *finding.fix;
  page.title(
      fmt::format("Fix: change {}{}", harmless(fix.target.display(), page.style().unicode),
                  fix.file.empty() ? "" : fmt::format(" ({}:{})", harmless(fix.file, page.style().unicode), fix.line)));
  page.block("    ", fix.yaml);
  for (std::size_t i = 0; i < fix.order.size(); ++i) page.say(fmt::format("  {}. ", i + 1), fix.order[i]);
  for (const std::string& checked : fix.checked) page.say("  checked: ", checked);
  for (const std::string& line : fix.kubectl) page.code("      $ ", line);
}

}  // namespace straycat::report
