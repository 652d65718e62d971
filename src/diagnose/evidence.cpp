#include "evidence.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "readiness.hpp"
#include "share.hpp"
#include "words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using history::ServiceView;
using history::Span;

// What the pieces of evidence of one finding share.
struct About {
  const Case& the_case;
  const Scope& cells;
  const ServiceView& view;
  const history::Traffic& traffic;
  const Intent& intent;
  std::optional<model::Service> service;
  std::string url;
};

About about(const Case& the_case, const Scope& cells) {
  const Cell& first = the_case.cells[cells.front()];
  const auto& history = the_case.history;
  const auto& view = the_case.view_of(first);
  About result{the_case,
               cells,
               view,
               history.traffic[first.traffic],
               the_case.intent_of(first),
               history.service(view.ns, view.service),
               "/"};
  if (history.plan) {
    for (const auto& planned : history.plan->traffic) {
      if (planned.name == result.traffic.name) result.url = planned.url;
    }
  }
  return result;
}

bool is_accused(const Finding& finding, const history::Endpoint& endpoint) {
  return finding.workload ? same_workload(endpoint.owner, *finding.workload) : false;
}

struct Direct {
  std::uint64_t failed = 0, ok = 0;
};

// Direct probes that started while the slices themselves had the endpoint routable: at the edges even a sound pod
// fails.
Direct direct(const About& on, const history::Endpoint& endpoint) {
  Direct result;
  for (const DirectProbe& probe : endpoint.probes) {
    const bool inside =
        std::any_of(endpoint.memberships.begin(), endpoint.memberships.end(), [&](const history::Membership& stay) {
          return stay.from <= probe.started_ns && (stay.open_end || probe.started_ns < stay.to);
        });
    if (!inside || !probe.uid_kept || probe.traffic != on.traffic.name) continue;
    ++(probe.ok ? result.ok : result.failed);
  }
  return result;
}

std::string endpoints_text(const std::vector<AccusedEndpoint>& endpoints) {
  const auto name = [](const AccusedEndpoint& one) {
    return fmt::format("{} (pod {})", safe(one.id.display()), safe(one.id.pod));
  };
  std::string text = name(endpoints.front());
  for (std::size_t i = 1; i < endpoints.size() && i < 3; ++i) text += ", " + name(endpoints[i]);
  if (endpoints.size() > 3) text += fmt::format(" and {} more", endpoints.size() - 3);
  return text;
}

void add(Finding& finding, const char* id, Weight weight, std::string text, std::string kubectl = "",
         json data = json::object()) {
  finding.evidence.push_back({id, weight, std::move(text), std::move(kubectl), std::move(data)});
}

// --- for every cause
// --------------------------------------------------------------------------------------------------

void endpoints_and_owner(const About& on, Finding& finding) {
  if (finding.endpoints.empty()) return;
  const auto& first = finding.endpoints.front();
  add(finding, "failing-endpoint", Weight::decides,
      fmt::format("the {} {}", finding.endpoints.size() == 1 ? "endpoint that fails is" : "endpoints that fail are",
                  endpoints_text(finding.endpoints)),
      kubectl_object(on.view.ns, "get", "pod", first.id.pod, "-o wide"));
  if (!finding.workload) return;
  const bool own = finding.workload->kind == "Pod";
  const auto text =
      own ? fmt::format("{} has no controller: it is a bare pod", display(*finding.workload))
          : fmt::format("{} to {}", finding.endpoints.size() == 1 ? "that pod belongs" : "those pods belong",
                        display(*finding.workload));
  add(finding, "owner", Weight::decides, text,
      kubectl_object(on.view.ns, "get", "pod", first.id.pod, "-o 'jsonpath={.metadata.ownerReferences}'"));
}

void reached_directly(const About& on, Finding& finding) {
  Direct own;
  Direct others;
  for (const auto& endpoint : on.view.endpoints) {
    const Direct one = direct(on, endpoint);
    Direct& sum = is_accused(finding, endpoint) ? own : others;
    sum.ok += one.ok;
    sum.failed += one.failed;
  }
  if (own.ok + own.failed == 0 || finding.endpoints.empty()) return;
  const bool refused =
      finding.evidence.empty() ? false : std::all_of(on.cells.begin(), on.cells.end(), [&](std::size_t cell) {
        return on.the_case.cells[cell].kind == FailureKind::refused;
      });
  std::string text = fmt::format("{} when reached directly: {} of {}", refused ? "refused" : "failed",
                                 grouped(own.failed), grouped(own.ok + own.failed));
  if (others.ok + others.failed > 0)
    text +=
        fmt::format("; the other endpoints answered {} of {}", grouped(others.ok), grouped(others.ok + others.failed));
  const auto& first = finding.endpoints.front();
  add(finding, "refused-directly", Weight::decides, text,
      kubectl_reach(on.view.ns, first.id.pod, first.id.port, on.url),
      json::object({{"failed", own.failed}, {"ok", own.ok}, {"othersOk", others.ok}, {"othersFailed", others.failed}}));
}

// --- for a stray
// ------------------------------------------------------------------------------------------------------

void label_matched(const About& on, Finding& finding) {
  if (!on.service || on.service->selector.empty()) return;
  add(finding, "label-matched", Weight::decides,
      fmt::format("Service/{} selects by {} alone, and the {} it", safe(on.view.service),
                  safe(model::to_string(on.service->selector)),
                  finding.endpoints.size() == 1 ? "pod carries" : "pods carry"),
      kubectl_list(on.view.ns, "pods", on.service->selector, "--show-labels"));
}

void readiness_probe(const About& on, Finding& finding) {
  const auto& first = finding.endpoints.front();
  const auto* timeline = on.the_case.history.pod(on.view.ns, first.id.pod, first.id.uid);
  if (timeline == nullptr || !timeline->last) return;
  const bool probed = timeline->last->has_readiness_probe();
  const auto& hook = timeline->last->meta.helm_hook;
  add(finding, "no-readiness-probe", Weight::corroborates,
      probed ? std::string("it has a readiness probe, which passed")
             : std::string("it has no readiness probe, so it counts as ready as soon as it runs"),
      kubectl_object(on.view.ns, "get", "pod", first.id.pod, "-o 'jsonpath={.spec.containers[*].readinessProbe}'"));
  if (!hook.empty()) add(finding, "helm-hook", Weight::context, fmt::format("it is a Helm hook ({})", safe(hook)));
}

struct Sides {
  std::uint64_t inside = 0, outside = 0, outside_attempts = 0;
};

bool any_may_route(const About& on, const Finding& finding, std::int64_t ns) {
  return std::any_of(on.view.endpoints.begin(), on.view.endpoints.end(), [&](const history::Endpoint& endpoint) {
    return is_accused(finding, endpoint) && may_be_routable(on.the_case.history, on.view, endpoint, ns);
  });
}

// Failures inside and outside the stray's routable time, lag included; and how many attempts there were outside.
Sides sides(const About& on, const Finding& finding) {
  Sides result;
  for (const Cell& cell : on.the_case.cells) {
    if (cell.sight == Sight::local || &on.the_case.history.traffic[cell.traffic] != &on.traffic) continue;
    (any_may_route(on, finding, cell.first_ns) ? result.inside : result.outside) += cell.count;
  }
  for (const AttemptWindow& window : on.traffic.windows) {
    if (!any_may_route(on, finding, window.from_ns)) result.outside_attempts += window.sent;
  }
  return result;
}

void only_while_routable(const About& on, Finding& finding) {
  const Sides side = sides(on, finding);
  const std::string who = finding.endpoints.size() == 1 ? "it was" : "they were";
  add(finding, "only-while-routable", side.outside == 0 ? Weight::decides : Weight::against,
      fmt::format(
          "{} of {} began while {} routable (up to {} of data-plane lag included); outside that time {} of {} failed",
          grouped(side.inside), count(side.inside + side.outside, "failure"), who,
          in_ms(on.the_case.history.lag.late_ns), grouped(side.outside), count(side.outside_attempts, "attempt")),
      kubectl_slices(on.view.ns, on.view.service),
      json::object({{"inside", side.inside}, {"outside", side.outside}, {"attemptsOutside", side.outside_attempts}}));
}

std::string with_error(std::int64_t error_ns) {
  if (error_ns >= history::unbounded) return " (order unknown: no clock bound)";
  if (error_ns == 0) return "";
  return error_ns < 1'000'000 ? " (± 1 ms)" : " (± " + in_ms(error_ns) + ")";
}

std::string distance(std::int64_t failure, std::int64_t change) {
  return in_ms(failure - change) + (failure < change ? " before" : " after");
}

void edges(const About& on, Finding& finding) {
  std::int64_t joined = 0;
  std::int64_t left = 0;
  bool open_start = false;
  bool open_end = false;
  for (const auto& endpoint : on.view.endpoints) {
    if (!is_accused(finding, endpoint)) continue;
    for (const auto& stay : endpoint.memberships) {
      if (joined == 0 || stay.from < joined) joined = stay.from, open_start = stay.open_start;
      if (stay.to > left) left = stay.to, open_end = stay.open_end;
    }
  }
  const auto error = std::min(on.view.error_ns + on.traffic.error_ns, history::unbounded);
  if (joined == 0 || error >= history::unbounded) return;
  if (!open_start) {
    add(finding, "onset", Weight::decides,
        fmt::format("the first failure started {} the slice change that let it in{}",
                    distance(finding.first_ns, joined), with_error(error)),
        "", json::object({{"ns", finding.first_ns - joined}, {"errorNs", error}}));
  }
  if (!open_end) {
    add(finding, "end", Weight::decides,
        fmt::format("the last failure started {} the slice change that took it out{}", distance(finding.last_ns, left),
                    with_error(error)),
        "", json::object({{"ns", finding.last_ns - left}, {"errorNs", error}}));
  }
}

void no_readiness_event(const About& on, Finding& finding) {
  const Span span{finding.first_ns, finding.last_ns};
  if (!on.the_case.history.covered("events", span)) return;
  const auto written = readiness_failures(on.the_case.history, span);
  add(finding, "no-readiness-failure", written == 0 ? Weight::corroborates : Weight::against,
      written == 0 ? std::string("no \"Readiness probe failed\" event was written meanwhile for any pod that was "
                                 "ready, and the Events were watched throughout")
                   : fmt::format("{} written meanwhile for pods that were ready",
                                 count(written, "\"Readiness probe failed\" event was",
                                       "\"Readiness probe failed\" events were")),
      "kubectl -n " + shell_word(on.view.ns) + " get events --field-selector reason=Unhealthy");
}

void share(const About& on, Finding& finding) {
  const bool others = std::any_of(on.cells.begin(), on.cells.end(), [&](std::size_t cell) {
    return other_owners(on.the_case, on.the_case.cells[cell]).size() > 1;
  });
  if (others) return;  // their shares add up, and no one's can be told
  const auto& history = on.the_case.history;
  const auto index = static_cast<std::size_t>(&on.traffic - history.traffic.data());
  const auto predicted = predicted_share(on.the_case, finding, index, {history.begin, history.end});
  if (!predicted) return;
  add(finding, "share", predicted->agrees() ? Weight::corroborates : Weight::against,
      fmt::format("while it was settled among the endpoints, {} of {} failed; equal balancing predicts {} ({} to {} "
                  "with 99.99 %)",
                  grouped(predicted->failed), count(predicted->attempts, "attempt"),
                  percent(predicted->expected_ppm, 1'000'000), grouped(predicted->expected_low),
                  grouped(predicted->expected_high)),
      "",
      json::object({{"attempts", predicted->attempts},
                    {"failed", predicted->failed},
                    {"expectedPpm", predicted->expected_ppm},
                    {"expectedLow", predicted->expected_low},
                    {"expectedHigh", predicted->expected_high}}));
}

void intent(const About& on, Finding& finding) {
  if (!on.intent.known()) return;
  const model::ObjectRef& first = on.intent.workloads.front();
  add(finding, "meant-for", Weight::decides,
      fmt::format("Service/{} is meant for {}: {}", safe(on.view.service), on.intent.names(), on.intent.told()),
      kubectl_object(on.view.ns, "get", first.kind, first.name, "-o wide"),
      json::object({{"given", on.intent.given()}}));
}

void candidate_sets(const About& on, Finding& finding) {
  add(finding, "candidate-sets", Weight::decides,
      fmt::format("{}: every endpoint that can have got it (routable then, and not answering when reached directly) "
                  "belongs to {}",
                  count(failures_in(on.the_case, on.cells), "failed request", "failed requests, for each"),
                  display(*finding.workload)));
}

void owner_above(const About& on, Finding& finding) {
  if (!finding.workload) return;
  for (const auto& [key, timeline] : on.the_case.history.workloads) {
    if (timeline.last && same_workload(timeline.last->meta.ref(), *finding.workload))
      return finding::tell_owner(*timeline.last, finding);
  }
}

}  // namespace

void add_evidence(const Case& the_case, const Scope& cells, Finding& finding) {
  const About on = about(the_case, cells);
  const bool foreign = row(finding.cause).blames_another;
  endpoints_and_owner(on, finding);
  owner_above(on, finding);
  if (foreign) label_matched(on, finding);
  reached_directly(on, finding);
  if (!foreign) {
    add(finding, "slices", Weight::context, "what the Service's slices list",
        kubectl_slices(on.view.ns, on.view.service));
    return;
  }
  readiness_probe(on, finding);
  only_while_routable(on, finding);
  edges(on, finding);
  candidate_sets(on, finding);
  no_readiness_event(on, finding);
  share(on, finding);
  intent(on, finding);
}

void add_rivals(const Case& the_case, const Scope& cells, Finding& finding) {
  for (const Rule& rule : rules()) {
    const bool same = rule.cause == finding.cause || finding::refines(finding.cause, rule.cause);
    const Scope fitting = explainable(the_case, rule, cells);
    if (rule.claim == nullptr || rule.leftovers || same || fitting.empty()) continue;
    const Ruling ruling = rule.claim(the_case, fitting);
    Rival rival{rule.cause, ruling.claims.empty() && ruling.open.empty(), ruling.excluded, ruling.kubectl};
    if (!ruling.claims.empty()) {
      std::uint64_t number = 0;
      for (const Claim& claim : ruling.claims) number += failures_in(the_case, claim.cells);
      rival.reason = "it can explain " + grouped(number) + " of these failures as well";
    } else if (!ruling.open.empty()) {
      rival.reason = ruling.open.front();
    }
    finding.rivals.push_back(std::move(rival));
  }
}

}  // namespace straycat::diagnose
