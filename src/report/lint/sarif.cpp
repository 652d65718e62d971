// SARIF 2.1.0 (OASIS), the parts of it that GitHub's code scanning shows: rules, places, fingerprints.
#include <algorithm>

#include <straycat/report/lint.hpp>

namespace straycat::report {
namespace {

using nlohmann::json;

const char* sarif_level(lint::Severity severity) {
  return severity == lint::Severity::error ? "error" : severity == lint::Severity::warning ? "warning" : "note";
}

json sarif_text(const std::string& text) { return json::object({{"text", text}}); }

// A path as a relative reference (RFC 3986): what is no plain character is escaped.
std::string sarif_uri(const std::string& path) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("-._~/@+,=").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += {'%', hex[byte >> 4U], hex[byte & 15U]};
    }
  }
  while (out.starts_with("./")) out.erase(0, 2);
  return out;
}

json sarif_location(const lint::Spot& spot) {
  json region = json::object({{"startLine", std::max(1, spot.at.line)}, {"startColumn", std::max(1, spot.at.column)}});
  region["endColumn"] = std::max(1, spot.at.column) + std::max(1, spot.length);
  return json::object(
      {{"physicalLocation",
        json::object({{"artifactLocation", json::object({{"uri", sarif_uri(spot.file)}})}, {"region", region}})}});
}

json sarif_rule(const lint::RuleWords& rule) {
  json out = json::object({{"id", rule.code},
                           {"name", rule.cause ? std::string(finding::to_string(*rule.cause)) : rule.code},
                           {"shortDescription", sarif_text(rule.title)},
                           {"fullDescription", sarif_text(rule.happens)},
                           {"help", sarif_text(rule.happens + "\n\n" + rule.seen + "\n\n" + rule.cure)},
                           {"defaultConfiguration", json::object({{"level", sarif_level(rule.severity)}})}});
  return out;
}

std::string sarif_message(const lint::Flaw& flaw) {
  std::string out = flaw.sentence;
  if (flaw.fix) out += "\n\nCure, in " + flaw.fix->target.kind + "/" + flaw.fix->target.name + ":\n" + flaw.fix->yaml;
  return out;
}

json sarif_result(const lint::Flaw& flaw, const std::vector<lint::RuleWords>& rules, const char* suppressed) {
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&](const lint::RuleWords& one) { return one.code == flaw.rule; });
  json out = json::object({{"ruleId", flaw.rule},
                           {"ruleIndex", rule - rules.begin()},
                           {"level", sarif_level(flaw.severity)},
                           {"message", sarif_text(sarif_message(flaw))},
                           {"locations", json::array({sarif_location(flaw.spot)})},
                           {"partialFingerprints", json::object({{"straycatKey/v1", flaw.key()}})}});
  if (!flaw.other_spot.file.empty()) {
    json other = sarif_location(flaw.other_spot);
    other["id"] = 1;
    other["message"] = sarif_text(flaw.other.display());
    out["relatedLocations"] = json::array({std::move(other)});
  }
  if (suppressed != nullptr) {
    json reason = json::object({{"kind", suppressed}});
    if (!flaw.ignored.empty()) reason["justification"] = flaw.ignored;
    out["suppressions"] = json::array({std::move(reason)});
  }
  return out;
}

json sarif_invocation(const lint::Verdict& verdict) {
  json notes = json::array();
  for (const lint::Unread& one : verdict.unread)
    notes.push_back(
        json::object({{"level", "warning"},
                      {"message", sarif_text(one.message)},
                      {"locations", json::array({sarif_location({one.file, {std::max(1, one.line), 1}, 1, ""})})}}));
  json out = json::object({{"executionSuccessful", true}, {"exitCode", verdict.exit_code()}});
  if (!notes.empty()) out["toolExecutionNotifications"] = std::move(notes);
  return out;
}

}  // namespace

json render_lint_sarif(const lint::Verdict& verdict, std::string_view version) {
  const auto rules = lint::rules();
  json described = json::array();
  for (const lint::RuleWords& rule : rules) described.push_back(sarif_rule(rule));
  json results = json::array();
  for (const lint::Flaw& flaw : verdict.flaws) results.push_back(sarif_result(flaw, rules, nullptr));
  for (const lint::Flaw& flaw : verdict.known) results.push_back(sarif_result(flaw, rules, "external"));
  for (const lint::Flaw& flaw : verdict.ignored) results.push_back(sarif_result(flaw, rules, "inSource"));
  json driver = json::object({{"name", "straycat"}, {"version", version}, {"rules", std::move(described)}});
  json run = json::object({{"tool", json::object({{"driver", std::move(driver)}})},
                           {"columnKind", "unicodeCodePoints"},
                           {"invocations", json::array({sarif_invocation(verdict)})},
                           {"results", std::move(results)}});
  return json::object({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                       {"version", "2.1.0"},
                       {"runs", json::array({std::move(run)})}});
}

}  // namespace straycat::report
