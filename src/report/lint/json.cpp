// The findings of `lint` for programs.
#include <straycat/report/lint.hpp>

namespace straycat::report {
namespace {

using nlohmann::json;

json spot_json(const lint::Spot& spot) {
  json out = json::object({{"file", spot.file}, {"line", spot.at.line}, {"column", spot.at.column}});
  if (!spot.source.empty()) out["template"] = spot.source;
  return out;
}

json flaw_json(const lint::Flaw& flaw) {
  json out = json::object({{"rule", flaw.rule},
                           {"code", flaw.cause ? json(finding::to_string(*flaw.cause)) : json()},
                           {"severity", lint::to_string(flaw.severity)},
                           {"object", flaw.object.display()},
                           {"other", flaw.other.kind.empty() ? json("") : json(flaw.other.display())},
                           {"namespace", flaw.object.ns},
                           {"message", flaw.sentence},
                           {"at", spot_json(flaw.spot)},
                           {"key", flaw.key()}});
  if (!flaw.other_spot.file.empty()) out["otherAt"] = spot_json(flaw.other_spot);
  if (flaw.fix) out["fix"] = finding::to_json(*flaw.fix);
  if (!flaw.no_fix.empty()) out["noFix"] = flaw.no_fix;
  if (!flaw.ignored.empty()) out["ignored"] = flaw.ignored;
  return out;
}

json flaws_json(const std::vector<lint::Flaw>& flaws) {
  json out = json::array();
  for (const lint::Flaw& flaw : flaws) out.push_back(flaw_json(flaw));
  return out;
}

json behind_json(const lint::Behind& behind) {
  json workloads = json::array();
  for (const auto& one : behind.workloads)
    workloads.push_back(json::object({{"workload", one.workload.display()}, {"inCluster", one.in_cluster}}));
  return json::object(
      {{"service", behind.service.display()}, {"namespace", behind.service.ns}, {"workloads", std::move(workloads)}});
}

}  // namespace

json render_lint_json(const lint::Verdict& verdict) {
  json unread = json::array();
  for (const lint::Unread& one : verdict.unread)
    unread.push_back(json::object({{"file", one.file}, {"line", one.line}, {"message", one.message}}));
  json out = json::object({{"format", lint_format},
                           {"files", verdict.files},
                           {"objects", verdict.objects},
                           {"findings", flaws_json(verdict.flaws)},
                           {"known", flaws_json(verdict.known)},
                           {"ignored", flaws_json(verdict.ignored)},
                           {"unread", std::move(unread)},
                           {"notes", verdict.notes},
                           {"exitCode", verdict.exit_code()}});
  for (const lint::Behind& one : verdict.behind) out["behind"].push_back(behind_json(one));
  return out;
}

}  // namespace straycat::report
