#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/model/kinds.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::survey {
namespace {

std::string ports_of(const model::Service& service) {
  std::string out;
  for (const auto& port : service.ports)
    out += fmt::format("{}{} -> {}", out.empty() ? "" : ", ", port.port, target_text(port.target));
  if (out.empty()) out = "none";
  return out;
}

// Asked only where no Service was seen: everything is empty in a namespace that is not there.
constexpr const char* namespaces_asked = "namespaces";

// What a verdict without findings loses by a list that is missing; null when nothing.
const model::Surveyed* cost_of(const std::string& resource) {
  const auto rows = model::kinds();
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const model::Kind& kind) { return kind.listed && kind.plural == resource; });
  return found == rows.end() ? nullptr : &*found->listed;
}

std::string sentence_of(const Unread& one) {
  const model::Surveyed* cost = cost_of(one.resource);
  if (one.resource == namespaces_asked)
    return fmt::format("whether there is a namespace {} is not known ({})", one.ns, one.why);
  const std::string why = one.denied.empty() ? one.why : fmt::format("this user may not {}", one.denied);
  return fmt::format("{}{} could not be read ({}){}", one.resource, one.ns.empty() ? "" : " in " + one.ns, why,
                     cost != nullptr ? fmt::format(": {}", cost->cost) : "");
}

void mark_meant(Survey& survey) {
  for (Standing& one : survey.behind) one.meant = survey.intent.means(one.workload);
}

std::string headline_of(const Survey& survey) {
  if (survey.findings.size() == 1) return survey.findings.front().sentence;
  if (!survey.findings.empty())
    return fmt::format("{} ({} more below)", survey.findings.front().sentence, survey.findings.size() - 1);
  if (!survey.open.empty()) return fmt::format("It cannot be told: {}.", survey.open.front());
  if (survey.behind.size() == 1)
    return fmt::format("Nothing suspicious: only {} stands behind Service/{}.",
                       survey.behind.front().workload.display(), survey.service);
  return fmt::format("Nothing suspicious about Service/{}.", survey.service);
}

void add_open(const Snapshot& snapshot, Survey& survey) {
  for (const Unread& one : snapshot.unread) {
    const model::Surveyed* cost = cost_of(one.resource);
    if (!one.not_served && (one.ns.empty() || one.ns == survey.ns) && cost != nullptr && cost->decides)
      survey.open.push_back(sentence_of(one));
  }
}

// Not even the Service is known.
Survey unknown(const Snapshot& snapshot, const std::string& ns, const std::string& service) {
  Survey survey;
  survey.ns = ns;
  survey.service = service;
  survey.seen = false;
  survey.intent = {ns, service, {}, finding::Sure::unknown, "the Service could not be read", {}};
  for (const Unread& one : snapshot.unread)
    if (one.resource == "services")
      survey.open.push_back(fmt::format(
          "Service/{} could not be read ({})", service,
          one.denied.empty() ? one.why : fmt::format("this user may not get services, nor {}, in {}", one.denied, ns)));
  survey.headline = headline_of(survey);
  return survey;
}

// A name for something outside: whatever its selector says, nobody writes slices for it (kubernetes pkg/controller/
// endpointslice, syncService), and DNS answers with an alias.
Survey external(Survey survey, const model::Service& service) {
  survey.intent = {
      survey.ns, survey.service, {}, finding::Sure::unknown, "it is a name for something outside the cluster", {}};
  survey.open.emplace_back("it is an ExternalName: a name for something outside, of which the cluster knows nothing");
  if (!service.selector.empty()) survey.notes.emplace_back("its selector has no effect, as its type is ExternalName");
  survey.headline = headline_of(survey);
  return survey;
}

// Strays first: a list that is cut short must not lose them.
void put_strays_first(Survey& survey) {
  std::stable_partition(survey.past.begin(), survey.past.end(), [](const Past& past) { return past.stray; });
  std::stable_partition(survey.prospects.begin(), survey.prospects.end(),
                        [](const Prospect& prospect) { return prospect.stray; });
}

Survey survey_of(const Place& place, const model::Service& service, const std::vector<model::ObjectRef>& meant) {
  Survey survey;
  survey.ns = service.meta.ns;
  survey.service = service.meta.name;
  survey.selector = service.selector;
  survey.ports = ports_of(service);
  if (service.type == "ExternalName") return external(std::move(survey), service);
  survey.behind = standings(place, service);
  survey.prospects = prospects(place, service, survey.behind);
  survey.past = pasts(place, service);
  survey.intent = intent_of(survey, place, service, meant);
  mark_meant(survey);
  find_strays(place, service, survey);
  find_port_flaws(place, service, survey);
  find_emptiness(place, service, survey);
  find_pod_flaws(place, service, survey);
  find_kubelet_flaws(place, service, survey);
  find_service_flaws(place, service, survey);
  find_slice_flaws(place, service, survey);
  find_policy_flaws(place, service, survey);
  finding::settle(survey.findings);
  add_open(place.snapshot(), survey);
  add_notes(place, service, survey);
  put_strays_first(survey);
  survey.headline = headline_of(survey);
  return survey;
}

}  // namespace

int Survey::exit_code() const {
  if (!findings.empty()) return 1;
  return open.empty() ? 0 : 2;
}

std::optional<Survey> survey_service(const Snapshot& snapshot, const std::string& ns, const std::string& service,
                                     const std::vector<model::ObjectRef>& meant) {
  const Place place(snapshot, ns);
  for (const auto& one : place.services())
    if (one.meta.name == service) return survey_of(place, one, meant);
  if (!snapshot.knows("services")) return unknown(snapshot, ns, service);
  return std::nullopt;
}

std::vector<Survey> survey_all(const Snapshot& snapshot) {
  std::set<std::string> namespaces;
  for (const auto& service : snapshot.services) namespaces.insert(service.meta.ns);
  std::vector<Survey> out;
  for (const std::string& ns : namespaces) {
    const Place place(snapshot, ns);
    const auto first = out.size();
    for (const auto& service : place.services()) out.push_back(survey_of(place, service, {}));
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
              [](const Survey& a, const Survey& b) { return a.service < b.service; });
  }
  return out;
}

std::vector<std::string> costs(const Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const Unread& one : snapshot.unread)
    if (!one.not_served) out.push_back(sentence_of(one));
  if (!missing_rights(snapshot).empty())
    out.emplace_back("`straycat rbac` prints the Role that lets a user read all of it");
  return out;
}

std::vector<std::string> missing_rights(const Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const Unread& one : snapshot.unread)
    if (!one.denied.empty()) out.push_back(one.denied);
  return out;
}

int exit_code(const Snapshot& snapshot, const std::vector<Survey>& surveys) {
  int worst = snapshot.knows("services") && snapshot.knows(namespaces_asked) ? 0 : 2;
  for (const Survey& survey : surveys) {
    const int code = survey.exit_code();
    if (code == 1) return 1;
    worst = std::max(worst, code);
  }
  return worst;
}

}  // namespace straycat::survey
