// Texts -> worlds -> flaws.
#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "lint/alternatives.hpp"
#include "lint/read.hpp"
#include "lint/rules.hpp"

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

void sort_flaw(Flaw flaw, const Facts& facts, const Wishes& wishes, Verdict& verdict) {
  if (const std::string* reason = judge_ignored(facts, flaw)) {
    flaw.ignored = reason->empty() ? "no reason given" : *reason;
    verdict.ignored.push_back(std::move(flaw));
  } else if (wishes.baseline.count(flaw.key()) != 0) {
    verdict.known.push_back(std::move(flaw));
  } else {
    verdict.flaws.push_back(std::move(flaw));
  }
}

void judge_world(const World& world, const Wishes& wishes, Verdict& verdict) {
  for (const Rule& rule : all_rules()) {
    if (rule.words.on_demand && !wishes.latent) continue;
    for (Flaw& flaw : rule.look(world)) {
      flaw.rule = rule.words.code;
      flaw.severity = std::max(flaw.severity, rule.words.severity);  // a rule may say less of one flaw
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

}  // namespace

std::vector<RuleWords> rules() {
  std::vector<RuleWords> out;
  for (const Rule& rule : all_rules()) out.push_back(rule.words);
  return out;
}

Verdict lint(const std::vector<Text>& texts, const Wishes& wishes) {
  Verdict verdict;
  verdict.files = texts.size();
  for (Part& part : parts_of(texts, verdict)) judge_world(World(texts, part.facts, part.whole), wishes, verdict);
  for (auto* list : {&verdict.flaws, &verdict.known, &verdict.ignored}) std::sort(list->begin(), list->end(), before);
  return verdict;
}

}  // namespace straycat::lint
