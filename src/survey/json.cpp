#include <straycat/survey/survey.hpp>

namespace straycat::survey {
namespace {

template <class T, class F>
json list(const std::vector<T>& items, F form) {
  json out = json::array();
  for (const T& item : items) out.push_back(form(item));
  return out;
}

json port(const PortFit& one) {
  json out = json::object({{"servicePort", one.service_port}, {"port", one.port}, {"targetPort", one.target}});
  out["number"] = one.number ? json(*one.number) : json(nullptr);
  out["declared"] = one.declared;
  out["probed"] = one.probed;
  out["otherPorts"] = one.others;
  out["podsLackingIt"] = one.lacking;
  return out;
}

json pod(const PodLine& one) {
  json out = json::object({{"name", one.name}, {"uid", one.uid}, {"address", one.address}, {"node", one.node}});
  out["phase"] = one.phase;
  out["ready"] = one.ready;
  out["listed"] = one.listed;
  out["routable"] = one.routable;
  out["terminating"] = one.terminating;
  out["readySinceWallNs"] = one.ready_since_wall_ns;
  out["restarts"] = one.restarts;
  out["trouble"] = one.trouble;
  return out;
}

json standing(const Standing& one) {
  json out = json::object({{"workload", one.workload}, {"labels", one.labels}, {"ready", one.ready}});
  out["routable"] = one.routable;
  out["sinceWallNs"] = one.since_wall_ns;
  out["readinessProbes"] = one.readiness;
  out["helmHook"] = one.helm_hook;
  out["meant"] = one.meant;
  out["stray"] = one.stray;
  out["ports"] = list(one.ports, port);
  out["pods"] = list(one.pods, pod);
  return out;
}

json prospect(const Prospect& one) {
  return json::object({{"workload", one.workload}, {"state", one.state}, {"labels", one.labels}, {"stray", one.stray}});
}

json past(const Past& one) {
  return json::object({{"workload", one.workload},
                       {"pod", one.pod},
                       {"fromWallNs", one.from_wall_ns},
                       {"toWallNs", one.to_wall_ns},
                       {"text", one.text},
                       {"stray", one.stray}});
}

json survey(const Survey& one) {
  json out = json::object({{"namespace", one.ns}, {"service", one.service}, {"headline", one.headline}});
  out["selector"] = one.selector;
  out["ports"] = one.ports;
  out["behind"] = list(one.behind, standing);
  out["couldStandThere"] = list(one.prospects, prospect);
  out["stoodThere"] = list(one.past, past);
  out["intent"] = finding::to_json(one.intent);
  out["findings"] = list(one.findings, [](const finding::Finding& finding) { return finding::to_json(finding); });
  out["open"] = one.open;
  out["notes"] = one.notes;
  out["exitCode"] = one.exit_code();
  return out;
}

}  // namespace

json to_json(const Snapshot& snapshot, const std::vector<Survey>& surveys) {
  json out = json::object({{"format", survey_format},
                           {"where", snapshot.where},
                           {"version", snapshot.version},
                           {"wallNs", snapshot.wall_ns},
                           {"services", list(surveys, survey)},
                           {"notSeen", costs(snapshot)},
                           {"missingRights", missing_rights(snapshot)}});
  out["exitCode"] = exit_code(snapshot, surveys);
  return out;
}

}  // namespace straycat::survey
