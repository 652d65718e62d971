#include <straycat/diagnose/verdict.hpp>
#include <straycat/diagnose/verdict_json.hpp>

namespace straycat::diagnose {
namespace {

json span(const history::Span& one) { return json::object({{"fromNs", one.from}, {"toNs", one.to}}); }

template <class T, class F>
json list(const std::vector<T>& items, F form) {
  json out = json::array();
  for (const T& item : items) out.push_back(form(item));
  return out;
}

json endpoint(const AccusedEndpoint& one) {
  return json::object({{"address", one.address},
                       {"port", one.port},
                       {"namespace", one.ns},
                       {"pod", one.pod},
                       {"podUid", one.pod_uid},
                       {"routable", list(one.routable, span)},
                       {"probesFailed", one.probes_failed},
                       {"probesOk", one.probes_ok}});
}

json evidence(const Evidence& one) {
  json out = json::object({{"id", one.id}, {"weight", to_string(one.weight)}, {"text", one.text}});
  if (!one.kubectl.empty()) out["kubectl"] = one.kubectl;
  if (!one.data.empty()) out["data"] = one.data;
  return out;
}

json rival(const Rival& one) {
  json out =
      json::object({{"cause", one.cause}, {"title", one.title}, {"excluded", one.excluded}, {"reason", one.reason}});
  if (!one.kubectl.empty()) out["kubectl"] = one.kubectl;
  return out;
}

json workload(const std::optional<model::ObjectRef>& ref) { return ref ? json(*ref) : json(nullptr); }

}  // namespace

json to_json(const Finding& one) {
  json out = json::object({{"cause", one.cause},
                           {"title", one.title},
                           {"sentence", one.sentence},
                           {"namespace", one.ns},
                           {"service", one.service}});
  out["workload"] = workload(one.workload);
  out["endpoints"] = list(one.endpoints, endpoint);
  out["explained"] = one.explained;
  out["shared"] = one.shared;
  out["firstNs"] = one.first_ns;
  out["lastNs"] = one.last_ns;
  out["evidence"] = list(one.evidence, evidence);
  out["rivals"] = list(one.rivals, rival);
  if (one.fix) out["fix"] = to_json(*one.fix);
  if (!one.no_fix.empty()) out["noFix"] = one.no_fix;
  return out;
}

namespace {

json finding(const Finding& one) { return to_json(one); }

}  // namespace

json to_json(const Intent& one) {
  return json::object({{"namespace", one.ns},
                       {"service", one.service},
                       {"workload", workload(one.workload)},
                       {"given", one.given},
                       {"basis", one.basis}});
}

namespace {

json intent(const Intent& one) { return to_json(one); }

json share(const Share& one) {
  return json::object({{"attempts", one.attempts},
                       {"failed", one.failed},
                       {"expectedLow", one.expected_low},
                       {"expectedHigh", one.expected_high},
                       {"expectedPpm", one.expected_ppm},
                       {"agrees", one.agrees()}});
}

json phase(const PhaseReport& one) {
  json out = json::object({{"phase", one.phase},
                           {"traffic", one.traffic},
                           {"vantage", one.vantage},
                           {"fromNs", one.from_ns},
                           {"toNs", one.to_ns}});
  out["errorNs"] = one.error_ns;
  out["attempts"] = one.attempts;
  out["ok"] = one.ok;
  out["failed"] = one.failed;
  out["kinds"] = one.kinds;
  out["largestGapNs"] = one.largest_gap_ns;
  out["covered"] = one.covered;
  out["state"] = one.state;
  out["note"] = one.note;
  if (one.share) out["share"] = share(*one.share);
  return out;
}

json expectation(const CheckedExpectation& one) {
  return json::object({{"text", one.text}, {"outcome", to_string(one.met)}, {"why", one.why}});
}

json label_change(const LabelChange& one) {
  return json::object({{"where", one.where}, {"key", one.key}, {"from", one.from}, {"to", one.to}});
}

}  // namespace

json to_json(const Fix& fix) {
  json out = json::object(
      {{"kind", fix.target.kind}, {"name", fix.target.name}, {"mergePatch", fix.merge_patch}, {"yaml", fix.yaml}});
  if (!fix.file.empty()) {
    out["file"] = fix.file;
    out["line"] = fix.line;
  }
  out["changes"] = list(fix.changes, label_change);
  out["order"] = fix.order;
  out["checked"] = fix.checked;
  out["kubectl"] = fix.kubectl;
  return out;
}

json to_json(const Verdict& verdict) {
  json out = json::object(
      {{"format", verdict_format}, {"conclusion", to_string(verdict.conclusion)}, {"headline", verdict.headline}});
  out["reasons"] = verdict.reasons;
  out["findings"] = list(verdict.findings, finding);
  out["suspicions"] = list(verdict.suspicions, finding);
  out["intents"] = list(verdict.intents, intent);
  out["attempts"] = verdict.attempts;
  out["failed"] = verdict.failed;
  out["explained"] = verdict.explained;
  out["ambiguous"] = verdict.ambiguous;
  out["unseen"] = verdict.unseen;
  out["local"] = verdict.local;
  out["phases"] = list(verdict.phases, phase);
  out["expectations"] = list(verdict.expectations, expectation);
  out["notes"] = verdict.notes;
  out["exitCode"] = verdict.exit_code;
  return out;
}

}  // namespace straycat::diagnose
