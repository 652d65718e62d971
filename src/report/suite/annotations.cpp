// What CI systems show beside the change that is looked at.
#include <fmt/format.h>

#include "report/suite/words.hpp"
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

using nlohmann::json;
using suite::Outcome;

// github.com/actions/toolkit, packages/core/src/command.ts: escapeData and escapeProperty.
std::string github_text(std::string_view text, bool property) {
  std::string out;
  for (const char letter : harmless(text)) {
    const bool special =
        letter == '%' || letter == '\r' || letter == '\n' || (property && (letter == ':' || letter == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(letter)) : std::string(1, letter);
  }
  return out;
}

std::string_view github_level(Outcome outcome, suite::Unproven unproven) {
  if (outcome == Outcome::failed || outcome == Outcome::broken) return "error";
  if (outcome == Outcome::inconclusive && unproven == suite::Unproven::fail) return "error";
  return outcome == Outcome::flaky || outcome == Outcome::inconclusive ? "warning" : "";
}

std::string message_of(const suite::CaseResult& result) {
  const std::string fix = fix_words(result);
  return fmt::format("{}: {}{}", to_string(result.outcome), result.why, fix.empty() ? "" : "; fix: " + fix);
}

// The same for the same scenario and outcome, whatever the figures: GitLab tells old from new by it.
std::string fingerprint_of(const suite::CaseResult& result) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const unsigned char byte : result.of.name + "\n" + std::string(to_string(result.outcome)))
    hash = (hash ^ byte) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

}  // namespace

std::string github_annotations(const suite::Answer& answer) {
  std::string out;
  for (const suite::CaseResult& one : answer.cases) {
    const std::string_view level = github_level(one.outcome, answer.unproven);
    if (level.empty()) continue;
    out += fmt::format("::{} file={},line={},title={}::{}\n", level, github_text(one.of.file, true), one.of.line,
                       github_text("straycat " + one.of.name, true), github_text(message_of(one), false));
  }
  return out;
}

std::string gitlab_annotations(const suite::Answer& answer) {
  json all = json::array();
  for (const suite::CaseResult& one : answer.cases) {
    const std::string_view level = github_level(one.outcome, answer.unproven);
    if (level.empty()) continue;
    all.push_back({{"description", one.of.name + ": " + message_of(one)},
                   {"check_name", "straycat"},
                   {"fingerprint", fingerprint_of(one)},
                   {"severity", level == "error" ? "major" : "minor"},
                   {"location", {{"path", one.of.file}, {"lines", {{"begin", one.of.line}}}}}});
  }
  return all.dump(1, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace straycat::report
