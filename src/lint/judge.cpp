// Texts -> worlds -> flaws.
#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "lint/alternatives.hpp"
#include "lint/ground.hpp"
#include "lint/read.hpp"
#include "lint/rules.hpp"
#include <straycat/lint/config.hpp>

namespace straycat::lint {
namespace {

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> rules = written_rules();
  return rules;
}

// The annotation of either object speaks for the pair.
const std::string* judge_ignored(const Facts& facts, const Flaw& flaw) {
  const std::string* reason = nullptr;
  const auto look = [&](const Thing& thing) {
    if (thing.ref != flaw.object && thing.ref != flaw.other) return;
    const auto found = thing.ignores.find(flaw.rule);
    if (found != thing.ignores.end()) reason = &found->second;
  };
  for_each_thing(facts, look);
  return reason;
}

bool is_ignored_template(const Flaw& flaw, const Wishes& wishes) {
  return std::any_of(wishes.ignored_templates.begin(), wishes.ignored_templates.end(), [&](const std::string& glob) {
    return (!flaw.spot.source.empty() && matches_path(glob, flaw.spot.source)) ||
           (!flaw.other_spot.source.empty() && matches_path(glob, flaw.other_spot.source));
  });
}

// What was wrong in the cluster before, with no manifest in it, is `diagnose`'s to tell.
bool is_of_the_cluster_alone(const Flaw& flaw) {
  return flaw.spot.file == in_the_cluster && (flaw.other_spot.file.empty() || flaw.other_spot.file == in_the_cluster);
}

void sort_flaw(Flaw flaw, const Facts& facts, const Wishes& wishes, Verdict& verdict) {
  if (is_of_the_cluster_alone(flaw)) return;
  if (const std::string* reason = judge_ignored(facts, flaw)) {
    flaw.ignored = reason->empty() ? "no reason given" : *reason;
    verdict.ignored.push_back(std::move(flaw));
  } else if (is_ignored_template(flaw, wishes)) {
    flaw.ignored = "the configuration leaves its template out";
    verdict.ignored.push_back(std::move(flaw));
  } else if (wishes.baseline.count(flaw.key()) != 0) {
    verdict.known.push_back(std::move(flaw));
  } else {
    verdict.flaws.push_back(std::move(flaw));
  }
}

// None: nobody asks for it.
std::optional<Severity> severity_of(const RuleWords& rule, const Wishes& wishes) {
  const auto said = wishes.severities.find(rule.code);
  if (said != wishes.severities.end()) return said->second;
  const bool asked = rule.on_demand.empty() || (rule.on_demand == "--latent" ? wishes.latent : wishes.notes);
  return asked ? std::optional<Severity>(rule.severity) : std::nullopt;
}

void judge_world(const World& world, const Wishes& wishes, Verdict& verdict) {
  for (const Rule& rule : all_rules()) {
    const std::optional<Severity> severity = severity_of(rule.words, wishes);
    if (!severity) continue;
    for (Flaw& flaw : rule.look(world)) {
      flaw.rule = rule.words.code;
      flaw.severity = std::max(flaw.severity, *severity);  // a rule may say less of one flaw
      flaw.cause = rule.words.cause;
      sort_flaw(std::move(flaw), world.facts(), wishes, verdict);
    }
  }
}

bool before(const Flaw& a, const Flaw& b) {
  const auto key = [](const Flaw& one) {
    return std::tie(one.spot.file, one.spot.at.line, one.spot.at.column, one.rule, one.other);
  };
  return key(a) < key(b);
}

bool same(const Flaw& a, const Flaw& b) {
  const auto key = [](const Flaw& one) {
    return std::tie(one.spot.file, one.spot.at.line, one.spot.at.column, one.rule, one.object, one.other,
                    one.other_spot.file, one.other_spot.at.line, one.sentence);
  };
  return key(a) == key(b);
}

bool same_behind(const Behind& a, const Behind& b) {
  return a.service == b.service && std::equal(a.workloads.begin(), a.workloads.end(), b.workloads.begin(),
                                              b.workloads.end(), [](const Behind::One& x, const Behind::One& y) {
                                                return x.workload == y.workload && x.in_cluster == y.in_cluster;
                                              });
}

// What stands beside several alternatives is judged with each, and told once.
void tell_once(Verdict& verdict) {
  for (auto* list : {&verdict.flaws, &verdict.known, &verdict.ignored}) {
    std::sort(list->begin(), list->end(), before);
    std::vector<Flaw> once;
    for (Flaw& flaw : *list)
      if (std::none_of(once.rbegin(), once.rend(), [&](const Flaw& one) { return same(one, flaw); }))
        once.push_back(std::move(flaw));
    *list = std::move(once);
  }
  std::vector<Behind> once;
  for (Behind& one : verdict.behind)
    if (std::none_of(once.begin(), once.end(), [&](const Behind& other) { return same_behind(one, other); }))
      once.push_back(std::move(one));
  verdict.behind = std::move(once);
}

}  // namespace

std::vector<RuleWords> rules() {
  std::vector<RuleWords> out;
  for (const Rule& rule : all_rules()) out.push_back(rule.words);
  return out;
}

Verdict lint(const std::vector<Text>& texts, const Wishes& wishes) {
  Verdict verdict;
  verdict.files = texts.size();
  for (Part& part : parts_of(texts, verdict)) {
    if (wishes.ground) lay_over(part.facts, *wishes.ground);
    const World world(texts, part.facts, part.whole);
    judge_world(world, wishes, verdict);
    if (!wishes.ground) continue;
    for (Behind& one : those_behind(world)) verdict.behind.push_back(std::move(one));
  }
  tell_once(verdict);
  return verdict;
}

}  // namespace straycat::lint
