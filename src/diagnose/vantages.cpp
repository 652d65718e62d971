#include "vantages.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "words.hpp"

namespace straycat::diagnose {
namespace {

constexpr std::uint64_t enough = 30;  // requests that show that a place fares well

bool same_finding(const Finding& a, const Finding& b) {
  const bool same_blame = a.workload ? b.workload && same_workload(*a.workload, *b.workload) : !b.workload;
  return a.cause == b.cause && a.ns == b.ns && a.service == b.service && same_blame;
}

void absorb(Finding& into, Finding& more) {
  into.explained += more.explained;
  into.shared += more.shared;
  into.first_ns = std::min(into.first_ns, more.first_ns);
  into.last_ns = std::max(into.last_ns, more.last_ns);
  for (AccusedEndpoint& endpoint : more.endpoints) {
    const auto known = std::find_if(into.endpoints.begin(), into.endpoints.end(), [&](const AccusedEndpoint& one) {
      return one.id.uid == endpoint.id.uid && one.id.same_place(endpoint.id);
    });
    if (known == into.endpoints.end()) {
      into.endpoints.push_back(std::move(endpoint));
      continue;
    }
    known->probes_ok += endpoint.probes_ok;
    known->probes_failed += endpoint.probes_failed;
  }
}

struct Fared {
  std::string place;
  std::uint64_t attempts = 0, failed = 0;
};

// How each place's requests to the finding's Service fared while the finding lasted.
std::vector<Fared> by_place(const history::History& history, const Finding& finding) {
  std::vector<Fared> result;
  for (const auto& traffic : history.traffic) {
    if (!traffic.view) continue;
    const auto& view = history.views[*traffic.view];
    if (view.ns != finding.ns || view.service != finding.service) continue;
    const auto place = history.place(traffic.vantage);
    auto found = std::find_if(result.begin(), result.end(), [&](const Fared& one) { return one.place == place; });
    if (found == result.end()) found = result.insert(result.end(), {place, 0, 0});
    const auto totals = history::totals_in(traffic, {finding.first_ns, finding.last_ns + 1});
    found->attempts += totals.attempts;
    found->failed += totals.failed;
  }
  return result;
}

void compare(const history::History& history, Finding& finding) {
  const auto places = by_place(history, finding);
  if (places.size() < 2) return;
  std::string text, failing;
  json data = json::array();
  bool elsewhere_fine = false;
  for (const Fared& one : places) {
    text += fmt::format("{}{} of {} from {}", text.empty() ? "" : ", ", grouped(one.failed), grouped(one.attempts),
                        safe(one.place));
    data.push_back(json::object({{"place", one.place}, {"attempts", one.attempts}, {"failed", one.failed}}));
    if (one.failed > 0) failing += (failing.empty() ? "" : " and ") + safe(one.place);
    if (one.failed == 0 && one.attempts >= enough) elsewhere_fine = true;
  }
  if (elsewhere_fine && !failing.empty()) finding.sentence += fmt::format(" Seen from {} only.", failing);
  Evidence evidence;
  evidence.id = "places";
  evidence.weight = elsewhere_fine ? Weight::decides : Weight::context;
  evidence.text = "failed in that time: " + text;
  evidence.data = json::object({{"places", std::move(data)}});
  finding.evidence.insert(finding.evidence.begin(), std::move(evidence));
}

}  // namespace

bool same_port(const history::History& history, const history::Traffic& a, const history::Traffic& b) {
  const auto& one = history.views[*a.view];
  const auto& other = history.views[*b.view];
  return one.ns == other.ns && one.service == other.service && one.service_port == other.service_port;
}

void join_vantages(const Case& the_case, std::vector<Finding>& findings) {
  std::vector<Finding> joined;
  for (Finding& finding : findings) {
    const auto same =
        std::find_if(joined.begin(), joined.end(), [&](const Finding& one) { return same_finding(one, finding); });
    if (same == joined.end())
      joined.push_back(std::move(finding));
    else
      absorb(*same, finding);
  }
  for (Finding& finding : joined) compare(the_case.history, finding);
  findings = std::move(joined);
}

std::vector<Intent> told_once(const std::vector<Intent>& intents) {
  std::vector<Intent> result;
  for (const Intent& intent : intents) {
    const bool told = std::any_of(result.begin(), result.end(), [&](const Intent& one) {
      return one.ns == intent.ns && one.service == intent.service && one.workloads == intent.workloads;
    });
    if (!told) result.push_back(intent);
  }
  return result;
}

}  // namespace straycat::diagnose
