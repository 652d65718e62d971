#include <straycat/finding/finding.hpp>

namespace straycat::finding {
namespace {

template <class T, class F>
json list(const std::vector<T>& items, F form) {
  json out = json::array();
  for (const T& item : items) out.push_back(form(item));
  return out;
}

json stretch(const Stretch& one) { return json::object({{"fromNs", one.from}, {"toNs", one.to}}); }

json endpoint(const AccusedEndpoint& one) {
  json out = one.id;
  out["namespace"] = one.ns;
  out["routable"] = list(one.routable, stretch);
  out["probesFailed"] = one.probes_failed;
  out["probesOk"] = one.probes_ok;
  return out;
}

json evidence(const Evidence& one) {
  json out = json::object({{"id", one.id}, {"weight", to_string(one.weight)}, {"text", one.text}});
  if (!one.kubectl.empty()) out["kubectl"] = one.kubectl;
  if (!one.data.empty()) out["data"] = one.data;
  return out;
}

json rival(const Rival& one) {
  json out = json::object({{"cause", to_string(one.cause)},
                           {"title", row(one.cause).title},
                           {"excluded", one.excluded},
                           {"reason", one.reason}});
  if (!one.kubectl.empty()) out["kubectl"] = one.kubectl;
  return out;
}

json symptom(const Symptom& one) {
  return json::object({{"cause", to_string(one.cause)}, {"title", row(one.cause).title}, {"sentence", one.sentence}});
}

json workload(const std::optional<model::ObjectRef>& ref) { return ref ? json(*ref) : json(nullptr); }

json label_change(const LabelChange& one) {
  return json::object({{"where", one.where}, {"key", one.key}, {"from", one.from}, {"to", one.to}});
}

}  // namespace

json to_json(const Finding& one) {
  json out = json::object({{"cause", to_string(one.cause)},
                           {"title", one.title()},
                           {"sentence", one.sentence},
                           {"namespace", one.ns},
                           {"service", one.service}});
  out["workload"] = workload(one.workload);
  out["endpoints"] = list(one.endpoints, endpoint);
  out["explained"] = one.explained;
  out["shared"] = one.shared;
  out["firstNs"] = one.first_ns;
  out["lastNs"] = one.last_ns;
  if (!one.symptoms.empty()) out["symptoms"] = list(one.symptoms, symptom);
  out["evidence"] = list(one.evidence, evidence);
  out["rivals"] = list(one.rivals, rival);
  if (one.fix) out["fix"] = to_json(*one.fix);
  if (!one.no_fix.empty()) out["noFix"] = one.no_fix;
  return out;
}

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

}  // namespace straycat::finding
