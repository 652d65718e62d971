#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "words.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/diagnose/proof.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

const std::string asked_too = "asked-too-";  // the names of traffic of ours

// --- whom the change may touch
// ------------------------------------------------------------------------------------------------------

// The last manifest of each object, by "Kind/name".
std::map<std::string, const json*> manifests_by_name(const plan::Plan& plan) {
  std::map<std::string, const json*> out;
  for (const auto& step : plan.steps)
    for (const auto& manifest : plan::manifests_of(step.action))
      out[text_at(manifest.object, "/kind") + "/" + text_at(manifest.object, "/metadata/name")] = &manifest.object;
  return out;
}

model::Labels template_labels(const json& object) {
  model::Labels labels;
  const auto& found = at_path(object, model::pod_labels_of(text_at(object, "/kind")));
  if (found.is_object())
    for (const auto& [key, value] : found.items())
      if (value.is_string()) labels[key] = value.get<std::string>();
  return labels;
}

// Those whose pods a Service selects.
std::map<std::string, json> selected_by(const model::Service& service,
                                        const std::map<std::string, const json*>& manifests) {
  std::map<std::string, json> out;
  for (const auto& [name, object] : manifests) {
    const std::string kind = text_at(*object, "/kind");
    if (kind != "Pod" && !model::makes_pods(kind)) continue;
    if (model::selects(service.selector, template_labels(*object))) out.emplace(name, *object);
  }
  return out;
}

bool can_be_asked(const json& object, const model::Service& service) {
  return !service.selector.empty() && !service.ports.empty() && text_at(object, "/spec/type") != "ExternalName" &&
         text_at(object, "/spec/ports/0/protocol", "TCP") == "TCP";
}

bool has_traffic(const plan::Plan& plan, const std::string& service) {
  return std::any_of(plan.traffic.begin(), plan.traffic.end(),
                     [&](const plan::TrafficPlan& one) { return one.service == service; });
}

// --- what the runs show
// ------------------------------------------------------------------------------------------------------

struct Sum {
  std::uint64_t attempts = 0, failed = 0;
};

Sum sum_of(const history::History* history, const std::string& traffic) {
  Sum sum;
  if (history == nullptr) return sum;
  for (const auto& one : history->traffic) {
    if (one.name != traffic) continue;
    sum.attempts += one.totals.attempts;
    sum.failed += one.totals.failed;
  }
  return sum;
}

Proven judge_one(const Asked& one) {
  if (one.attempts_after == 0 || one.attempts_before == 0) return Proven::cannot_tell;
  if (one.failed_after == 0) return Proven::cured;
  const bool lost = one.failed_after * 10 >= one.attempts_after * 9 && one.failed_before * 10 < one.attempts_before * 9;
  return one.failed_before == 0 || lost ? Proven::harms : Proven::not_cured;
}

std::string figures(std::uint64_t failed, std::uint64_t attempts) {
  return fmt::format("{} of {}", grouped(failed), grouped(attempts));
}

std::string sentence_of(const Proof& proof, const Verdict& after) {
  Sum before, with;
  for (const Asked& one : proof.asked) {
    before.attempts += one.attempts_before, before.failed += one.failed_before;
    with.attempts += one.attempts_after, with.failed += one.failed_after;
  }
  switch (proof.proven) {
    case Proven::cured:
      return fmt::format("cured: with the change {} requests failed; without it {}.",
                         figures(with.failed, with.attempts), figures(before.failed, before.attempts));
    case Proven::not_cured:
      return fmt::format("not cured: with the change {} requests failed; without it {}.",
                         figures(with.failed, with.attempts), figures(before.failed, before.attempts));
    case Proven::cannot_tell:
      return fmt::format("cannot tell: {}", after.headline);
    case Proven::harms:
      break;
  }
  const auto worst = std::find_if(proof.asked.begin(), proof.asked.end(),
                                  [](const Asked& one) { return one.proven == Proven::harms; });
  return fmt::format("harms Service/{}: with the change {} requests to it failed; without it {}.", safe(worst->service),
                     figures(worst->failed_after, worst->attempts_after),
                     figures(worst->failed_before, worst->attempts_before));
}

Proven proven_of(const Proof& proof, const Verdict& after) {
  const auto any = [&](Proven word) {
    return std::any_of(proof.asked.begin(), proof.asked.end(), [&](const Asked& one) { return one.proven == word; });
  };
  if (any(Proven::harms)) return Proven::harms;
  if (any(Proven::not_cured)) return Proven::not_cured;
  if (proof.asked.empty() || any(Proven::cannot_tell)) return Proven::cannot_tell;
  // Nothing failed; whether the run saw enough to say so is the verdict's to say.
  return after.conclusion == Conclusion::inconclusive ? Proven::cannot_tell : Proven::cured;
}

}  // namespace

std::vector<Fix> printed_fixes(const Verdict& verdict) {
  std::vector<Fix> fixes;
  for (const Finding& finding : verdict.findings) {
    const bool known = finding.fix && std::any_of(fixes.begin(), fixes.end(), [&](const Fix& one) {
                         return one.target == finding.fix->target && one.merge_patch == finding.fix->merge_patch;
                       });
    if (finding.fix && !known) fixes.push_back(*finding.fix);
  }
  return fixes;
}

Result<plan::Plan> apply_fixes(const plan::Plan& plan, const std::vector<Fix>& fixes) {
  plan::Plan result = plan;
  for (const Fix& fix : fixes) {
    Result<plan::Plan> next = apply_fix(result, fix);
    if (!next) return next;
    result = std::move(*next);
  }
  return result;
}

std::vector<Unasked> unasked(const plan::Plan& before, const plan::Plan& after) {
  const auto was = manifests_by_name(before), is = manifests_by_name(after);
  std::vector<Unasked> out;
  for (const auto& [name, object] : is) {
    if (text_at(*object, "/kind") != "Service" || was.count(name) == 0) continue;
    const model::Service service = model::project_service(*object), old = model::project_service(*was.at(name));
    if (!can_be_asked(*object, service) || has_traffic(before, service.meta.name)) continue;
    const bool touched = *object != *was.at(name) || selected_by(old, was) != selected_by(service, is);
    if (touched) out.push_back({service.meta.name, service.ports.front().port});
  }
  return out;
}

plan::Plan asking(const plan::Plan& plan, const std::vector<Unasked>& services) {
  plan::Plan result = plan;
  for (const Unasked& one : services) {
    plan::TrafficPlan traffic;
    traffic.name = asked_too + one.service;
    traffic.url = fmt::format("http://{}:{}/", one.service, one.port);
    traffic.pace.rate_per_second = 20;
    traffic.connect_timeout = traffic.timeout = std::chrono::seconds{2};
    traffic.expect.statuses.clear();
    for (int status = 100; status < 600; ++status) traffic.expect.statuses.push_back(status);
    traffic.service = one.service;
    traffic.service_port = one.port;
    result.traffic.push_back(std::move(traffic));
  }
  return result;
}

bool answered(const history::History& history, const Unasked& service) {
  const Sum sum = sum_of(&history, asked_too + service.service);
  return sum.failed < sum.attempts;
}

std::string_view to_string(Proven proven) {
  switch (proven) {
    case Proven::cured:
      return "cured";
    case Proven::not_cured:
      return "not cured";
    case Proven::harms:
      return "harms";
    case Proven::cannot_tell:
      break;
  }
  return "cannot tell";
}

Proof prove(const history::History& before, const history::History* others, const history::History& after,
            const Verdict& verdict_after) {
  Proof proof;
  if (after.plan) {
    for (const plan::TrafficPlan& traffic : after.plan->traffic) {
      const bool own = before.plan && std::any_of(before.plan->traffic.begin(), before.plan->traffic.end(),
                                                  [&](const auto& one) { return one.name == traffic.name; });
      const Sum was = sum_of(own ? &before : others, traffic.name), is = sum_of(&after, traffic.name);
      Asked one{traffic.name, traffic.service, was.attempts, was.failed, is.attempts, is.failed, Proven::cannot_tell};
      one.proven = judge_one(one);
      proof.asked.push_back(std::move(one));
    }
  }
  proof.proven = proven_of(proof, verdict_after);
  proof.sentence = sentence_of(proof, verdict_after);
  return proof;
}

int exit_code_of(Proven proven) { return proven == Proven::cured ? 0 : proven == Proven::cannot_tell ? 2 : 1; }

}  // namespace straycat::diagnose
