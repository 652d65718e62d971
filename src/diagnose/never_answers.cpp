#include "never_answers.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "words.hpp"

namespace straycat::diagnose {
namespace {

struct Answers {
  std::uint64_t ok = 0, refused = 0;
  bool restarted = false;
};

Answers answers_of(const Case& the_case, const history::ServiceView& view, const model::ObjectRef& owner,
                   const std::string& traffic) {
  Answers result;
  for (const auto& endpoint : view.endpoints) {
    if (!same_workload(endpoint.owner, owner)) continue;
    const Reached direct = reached(the_case, view, endpoint, traffic, Likeness::refused);
    result.ok += direct.ok;
    result.refused += direct.failed_alike;
    result.restarted = result.restarted || restarts(the_case.history, view, endpoint) > 0;
  }
  return result;
}

// Where nobody can tell whom the Service is meant for, a workload that never answers beside another may as well be a
// stray.
bool could_be_a_stray(const Case& the_case, const Cell& cell, const model::ObjectRef& owner) {
  if (the_case.intent_of(cell).known()) return false;
  const auto& endpoints = the_case.view_of(cell).endpoints;
  return std::any_of(endpoints.begin(), endpoints.end(),
                     [&](const history::Endpoint& one) { return !same_workload(one.owner, owner); });
}

}  // namespace

Book never_answering(const Case& the_case, const Scope& scope) {
  Book book;
  std::map<std::pair<std::size_t, std::string>, Answers> known;  // by traffic and owner
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    if (!owner || could_be_a_stray(the_case, cell, *owner)) continue;
    const auto [found, fresh] = known.try_emplace({cell.traffic, owner->uid + " " + owner->display()});
    if (fresh)
      found->second = answers_of(the_case, the_case.view_of(cell), *owner, the_case.history.traffic[cell.traffic].name);
    if (found->second.ok == 0 && found->second.refused > 0 && !found->second.restarted)
      book.add(the_case, index, *owner);
  }
  return book;
}

namespace {

// The port at which a ready pod's readiness probe is answered; 0 when there is none.
int probed_port(const model::Pod& pod) {
  if (!pod.ready()) return 0;
  for (const auto& container : pod.spec.containers) {
    if (!container.readiness || container.readiness->port.empty()) continue;
    const std::string& at = container.readiness->port;
    for (const auto& port : container.ports)
      if (port.name == at) return port.port;
    if (at.find_first_not_of("0123456789") == std::string::npos && at.size() < 6) return std::stoi(at);
  }
  return 0;
}

}  // namespace

Declared declared_ports(const Case& the_case, const Book::Page& page) {
  const auto& view = the_case.history.views[page.view];
  Declared result = Declared::nothing;
  for (const auto index : candidates_of(the_case, page.cells)) {
    const auto* pod = pod_of(the_case.history, view, view.endpoints[index]);
    if (pod == nullptr) continue;
    if (const int probed = probed_port(*pod); probed != 0 && probed != view.endpoints[index].id.port)
      result = Declared::other_port;
    for (const auto& container : pod->spec.containers) {
      for (const auto& port : container.ports) {
        if (port.port == view.endpoints[index].id.port) return Declared::this_port;
        result = Declared::other_port;
      }
    }
  }
  return result;
}

namespace {

// The port's name, when the Service asks for it by name.
std::string name_asked_for(const Case& the_case, const history::ServiceView& view) {
  const auto service = the_case.history.service(view.ns, view.service);
  if (!service) return "";
  for (const auto& port : service->ports) {
    const auto* name = std::get_if<std::string>(&port.target);
    if (port.port == view.service_port && name != nullptr) return *name;
  }
  return "";
}

}  // namespace

std::string declared_in_vain(const Case& the_case, const Book::Page& page) {
  if (declared_ports(the_case, page) != Declared::this_port) return "";
  const auto& view = the_case.history.views[page.view];
  for (const auto index : candidates_of(the_case, page.cells)) {
    const auto* pod = pod_of(the_case.history, view, view.endpoints[index]);
    const int probed = pod == nullptr ? 0 : probed_port(*pod);
    if (probed != 0 && probed != view.endpoints[index].id.port)
      return fmt::format("the kubelet's readiness probe is answered on port {}", probed);
  }
  const std::string name = name_asked_for(the_case, view);
  return name.empty()
             ? ""
             : fmt::format("the Service asks for it by its name, {}, and only the pods' declaration gives it a number",
                           safe(name));
}

int other_port(const Case& the_case, const Book::Page& page) {
  const auto& view = the_case.history.views[page.view];
  std::set<int> declared, probed;
  for (const auto index : candidates_of(the_case, page.cells)) {
    const auto* pod = pod_of(the_case.history, view, view.endpoints[index]);
    if (pod == nullptr) continue;
    if (const int port = probed_port(*pod); port != 0) probed.insert(port);
    for (const auto& container : pod->spec.containers)
      for (const auto& port : container.ports)
        if (port.protocol == "TCP") declared.insert(port.port);
  }
  const auto& best = probed.size() == 1 ? probed : declared;
  return best.size() == 1 ? *best.begin() : 0;
}

void rule_out(const Case& the_case, const Scope& scope, Ruling& ruling) {
  std::uint64_t ok = 0;
  std::uint64_t all = 0;
  std::map<std::size_t, bool> done;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!the_case.history.traffic[cell.traffic].view || !done.try_emplace(cell.traffic, true).second) continue;
    const Intent& meant = the_case.intent_of(cell);
    for (const auto& endpoint : the_case.view_of(cell).endpoints) {
      if (!meant.means(endpoint.owner)) continue;
      const auto direct = reached(the_case, the_case.view_of(cell), endpoint,
                                  the_case.history.traffic[cell.traffic].name, likeness(cell.kind));
      ok += direct.ok;
      all += direct.ok + direct.failed();
    }
  }
  ruling.excluded = all == 0 ? std::string("no endpoint of the intended workload is in the candidate sets")
                             : fmt::format(
                                   "the intended workload's endpoints answered {} of {} direct requests on the "
                                   "same port",
                                   grouped(ok), grouped(all));
  // What never answered itself excludes nothing: whatever is wrong with the port may be wrong for all.
  if (ruling.claims.empty() && all > 0 && ok == 0) {
    ruling.open.push_back(fmt::format(
        "the intended workload's endpoints answered none of {} direct requests on the same port either", grouped(all)));
  }
}

}  // namespace straycat::diagnose
