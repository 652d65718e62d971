// The Service's name fails to resolve while the Service is there and its pods answer.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/forbidden_names.hpp"
#include "diagnose/rules.hpp"
#include "diagnose/time.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// A resolver may remember for so long that there was no such name (CoreDNS keeps denials for 5 s in its default
// configuration, plugin/kubernetes ttl), and the watch that saw the Service come may be late.
constexpr std::int64_t denials = 6 * second;
constexpr std::int64_t near_it = 2 * second;

// The Service stood there all the time, by a watch that was open.
bool was_there(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  if (!the_case.history.covered("services", {cell.first_ns, cell.last_ns})) return false;
  return std::any_of(the_case.history.services.begin(), the_case.history.services.end(), [&](const auto& entry) {
    const auto& timeline = entry.second;
    const bool ours = timeline.last && timeline.last->meta.ns == view.ns && timeline.last->meta.name == view.service;
    return ours && timeline.at(cell.first_ns - denials) != nullptr && timeline.at(cell.last_ns + near_it) != nullptr;
  });
}

// Some endpoint of it answered directly about then.
bool somebody_serves(const Case& the_case, const Cell& cell) {
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  const auto& endpoints = the_case.view_of(cell).endpoints;
  return std::any_of(endpoints.begin(), endpoints.end(), [&](const history::Endpoint& endpoint) {
    return std::any_of(endpoint.probes.begin(), endpoint.probes.end(), [&](const DirectProbe& probe) {
      return probe.ok && probe.traffic == traffic && cell.first_ns - near_it <= probe.started_ns &&
             probe.started_ns <= cell.last_ns + near_it;
    });
  });
}

Ruling dns_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const bool placed = cell.sight == Sight::seen && the_case.history.traffic[cell.traffic].view.has_value();
    if (!placed || !was_there(the_case, cell) || !somebody_serves(the_case, cell)) continue;
    const auto admission = way_to_names(the_case, cell).admission;
    if (admission == model::Admission::yes) book.add(the_case, index, {});
    if (admission == model::Admission::unknown && ruling.open.empty())
      ruling.open.emplace_back(
          "whether the NetworkPolicies let the client ask for names cannot be told: they were not watched all the "
          "time, "
          "or restrict where it may send to in a way that is not known");
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::dns,
        fmt::format("The name of Service/{} did not resolve, while the Service was there and its pods answered "
                    "on their own addresses: the names' server failed, not the Service.",
                    safe(view.service))));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.workload.reset();
    finding.no_fix =
        "what ails the names' server is not seen from here: kubectl -n kube-system get pods -l "
        "k8s-app=kube-dns shows whether it runs";
  }
  ruling.excluded = "no name failed while the Service was there and its pods answered";
  return ruling;
}

}  // namespace

Rule dns_rule() { return {.cause = Cause::dns, .explains = {Likeness::name}, .claim = dns_claim}; }

}  // namespace straycat::diagnose
