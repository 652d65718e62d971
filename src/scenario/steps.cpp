#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scenario/verbs.hpp"

namespace straycat::scenario {

using yaml::Node;

plan::Target StepReader::made(const Node& node) {
  plan::Target target = read_target(node, context);
  must_be_made(target, node, index, std::string(verb), context);
  return target;
}

void StepReader::one_of(const plan::Target& target, const Node& node, bool (*which)(const model::Kind&)) {
  const model::Kind* kind = model::kind_named(target.kind);
  if (kind == nullptr || which(*kind)) return;
  context.add(node, fmt::format("\"{}\" works on a {}, not on a {}", verb, fmt::join(model::kind_names(which), ", "),
                                target.kind));
}

namespace {

class Steps {
 public:
  explicit Steps(Context& context) : context_(context) {}

  // First what makes objects, which other steps refer to. When manifests are broken, references would only add noise.
  std::vector<plan::Step> read(const Node& list) {
    actions_.resize(list.items.size());
    read_actions(list, true);
    if (!context_.problems.empty()) return {};
    for (const Node& node : list.items) reserve_name(node);
    read_actions(list, false);
    std::vector<plan::Step> steps;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      plan::Step step;
      step.action = std::move(*actions_[i]);  // a step has one verb: its shape was checked
      step.name = name_of(list.items[i], plan::verb(step.action), i);
      step.phase = phase_of(list.items[i]);
      steps.push_back(std::move(step));
    }
    return steps;
  }

 private:
  void read_actions(const Node& list, bool makes) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      plan::each_action([&](const auto& one) {
        const auto how = reading(one);
        const Node* node = list.items[i].find(to_string(one.verb));
        if (node == nullptr || how.read == nullptr || how.makes != makes) return;
        StepReader step{context_, i, to_string(one.verb)};
        actions_[i] = how.read(*node, step);
      });
    }
  }

  // Given names first, so that a made-up one never takes a name that a later step has.
  void reserve_name(const Node& step) {
    const Node* name = step.find("name");
    if (name == nullptr || names_.insert(name->scalar).second) return;
    context_.add(*name, fmt::format("two steps are named \"{}\"", name->scalar));
  }

  std::string name_of(const Node& step, Verb verb, std::size_t index) {
    if (const Node* name = step.find("name")) return name->scalar;
    std::string made_up = fmt::format("{}-{}", to_string(verb), index + 1);
    while (!names_.insert(made_up).second) made_up += "-x";
    return made_up;
  }

  std::string phase_of(const Node& step) {
    const Node* phase = step.find("phase");
    if (phase == nullptr) return "";
    if (!phases_.insert(phase->scalar).second)
      context_.add(*phase, fmt::format("two steps open the phase \"{}\"", phase->scalar));
    return phase->scalar;
  }

  Context& context_;
  std::vector<std::optional<plan::Action>> actions_;  // one a step
  std::set<std::string> names_, phases_;
};

}  // namespace

std::vector<plan::Step> read_steps(const Node& steps, Context& context) { return Steps(context).read(steps); }

}  // namespace straycat::scenario
