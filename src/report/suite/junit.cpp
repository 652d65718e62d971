// The suite as JUnit XML: names that never change, figures in properties and messages.
#include <filesystem>

#include <fmt/format.h>

#include "report/html/markup.hpp"
#include "report/suite/words.hpp"
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

using suite::Outcome;

struct SuiteTally {
  int failures = 0, errors = 0, skipped = 0;
};

std::string told(const suite::CaseResult& result) {
  std::string text = escape(result.why) + "\nat " + escape(place_of(result.of)) + "\n";
  for (const std::string& line : unmet_words(result)) text += escape(line) + "\n";
  if (const std::string fix = fix_words(result); !fix.empty()) text += "fix: " + escape(fix) + "\n";
  return text;
}

std::string element(const char* name, const char* type, const suite::CaseResult& result) {
  return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", name, escape(result.why), type,
                     told(result));
}

std::string inside(const suite::CaseResult& result, bool inconclusive_fails, SuiteTally& tally) {
  switch (result.outcome) {
    case Outcome::passed:
      return "";
    case Outcome::flaky:
      return "      <system-out>flaky: " + told(result) + "</system-out>\n";
    case Outcome::failed:
      ++tally.failures;
      return element("failure", "straycat", result);
    case Outcome::broken:
      ++tally.errors;
      return element("error", "broken", result);
    default:
      break;
  }
  if (result.outcome == Outcome::inconclusive && inconclusive_fails) {
    ++tally.failures;
    return element("failure", "inconclusive", result);
  }
  ++tally.skipped;
  return fmt::format("      <skipped message=\"{}\"/>\n", escape(result.why));
}

std::string case_of(const suite::CaseResult& result, bool inconclusive_fails, SuiteTally& tally) {
  const std::string folder = std::filesystem::path(result.of.file).parent_path().string();
  const std::string head =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escape(folder.empty() ? "." : folder),
                  escape(result.of.name), static_cast<double>(result.took().count()) / 1e9);
  const std::string body = inside(result, inconclusive_fails, tally);
  return body.empty() ? head + "/>\n" : head + ">\n" + body + "    </testcase>\n";
}

std::string property(const suite::Case& one, const char* what, std::string_view value) {
  return fmt::format("      <property name=\"{}.{}\" value=\"{}\"/>\n", escape(one.name), what, escape(value));
}

std::string properties_of(const suite::Answer& answer) {
  std::string out;
  for (const suite::CaseResult& result : answer.cases) {
    out += property(result.of, "outcome", to_string(result.outcome));
    const suite::Run* run = result.telling();
    if (run == nullptr || run->conclusion.empty()) continue;
    out += property(result.of, "conclusion", run->conclusion);
    out += property(result.of, "requests", std::to_string(run->requests));
    out += property(result.of, "failures", std::to_string(run->failures));
    out += property(result.of, "runs", std::to_string(result.runs.size()));
  }
  return out.empty() ? "" : "    <properties>\n" + out + "    </properties>\n";
}

}  // namespace

std::string render_suite_junit(const suite::Answer& answer, bool inconclusive_fails) {
  SuiteTally tally;
  std::string cases;
  for (const suite::CaseResult& result : answer.cases) cases += case_of(result, inconclusive_fails, tally);
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", answer.cases.size(), tally.failures,
                  tally.errors, static_cast<double>(answer.took.count()) / 1e9);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite name=\"straycat\" timestamp=\"{}\" {} "
      "skipped=\"{}\">\n{}{}  </testsuite>\n</testsuites>\n",
      counts, format_wall(answer.wall_ns).substr(0, 19), counts, tally.skipped, properties_of(answer), cases);
}

}  // namespace straycat::report
