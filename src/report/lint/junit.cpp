// The findings of `lint` as JUnit XML: a testcase a finding, and one for each part that could not be read.
#include "report/junit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/html/markup.hpp"
#include <straycat/report/lint.hpp>

namespace straycat::report {
namespace {

std::string junit_lines(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += escape(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return out;
}

std::string junit_words(const lint::Flaw& flaw) {
  std::string out = fmt::format("{}\n{}:{}:{}\n", escape(flaw.sentence), escape(flaw.spot.file), flaw.spot.at.line,
                                flaw.spot.at.column);
  if (!flaw.spot.source.empty()) out += fmt::format("rendered from {}\n", escape(flaw.spot.source));
  if (flaw.fix) out += fmt::format("cure, in {}:\n{}", escape(flaw.fix->target.display()), junit_lines(flaw.fix->yaml));
  return out;
}

}  // namespace

// Errors alone fail: whoever gates on them may not be stopped by a warning.
std::string render_lint_junit(const lint::Verdict& verdict) {
  JunitSuite suite("straycat.lint", false);
  for (const lint::Flaw& flaw : verdict.flaws) {
    const bool failed = flaw.severity == lint::Severity::error;
    const std::string name =
        fmt::format("{} {} {}", flaw.rule, flaw.object.display(), flaw.other.kind.empty() ? "" : flaw.other.display());
    suite.add(failed ? name : fmt::format("{} ({}: {})", name, lint::to_string(flaw.severity), flaw.sentence), 0,
              failed ? JunitState::failed : JunitState::passed, flaw.sentence, junit_words(flaw));
  }
  for (const lint::Unread& one : verdict.unread)
    suite.add(fmt::format("{}:{} can be read", one.file, one.line), 0, JunitState::unproven, one.message, "");
  if (verdict.flaws.empty() && verdict.unread.empty())
    suite.add(fmt::format("{} objects: nothing found", verdict.objects), 0, JunitState::passed, "", "");
  suite.property("objects", verdict.objects);
  suite.property("warnings", verdict.count(lint::Severity::warning));
  suite.property("known", verdict.known.size());
  suite.property("ignored", verdict.ignored.size());
  return suite.document(0, 0, "manifests");
}

}  // namespace straycat::report
