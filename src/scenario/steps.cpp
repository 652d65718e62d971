#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

<<<<<<< HEAD
#include "scenario/verbs.hpp"
    == == ==
    =
#include "context.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/model/kinds.hpp>
        >>>>>>> 0c60fb2462cbb9708bc4d949b29897fbd8736532

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

<<<<<<< HEAD
=======
    plan::Action action(const Node& step) {
      if (step.find("apply") != nullptr) return std::move(applies_[steps_.size()]);
      if (const Node* node = step.find("delete")) return remove(*node);
      if (const Node* node = step.find("patch"))
        return plan::Patch{made(*node->find("target"), "patch"), node->find("merge")->to_json()};
      if (const Node* node = step.find("scale")) return scale(*node);
      if (const Node* node = step.find("restart")) return restart(*node);
      if (const Node* node = step.find("wait")) return wait(*node);
      if (const Node* node = step.find("pause")) return plan::Pause{read_duration(*node, context_)};
      return plan::Traffic{step.find("traffic")->scalar == "start"};
    }

    plan::Target made(const Node& node, const std::string& verb) {
      plan::Target target = read_target(node, context_);
      must_be_made(target, node, steps_.size(), verb, context_);
      return target;
    }

    void one_of(const plan::Target& target, const Node& node, const std::string& verb,
                bool (*works)(const model::Kind&)) {
      const model::Kind* kind = model::kind_named(target.kind);
      if (kind == nullptr || works(*kind)) return;
      context_.add(node, fmt::format("\"{}\" works on a {}, not on a {}", verb,
                                     fmt::join(model::kind_names(works), ", "), target.kind));
    }

    plan::Apply apply(const Node& node, std::size_t step) {
      const bool overlay = node.type == Node::Type::mapping;
      const Node* files = !overlay ? &node : node.find("file") != nullptr ? node.find("file") : node.find("files");
      plan::Apply result{load_manifests(one_or_many(*files), context_)};
      if (overlay && context_.problems.empty()) apply_overlay(node, result.manifests, context_);
      for (const plan::Manifest& manifest : result.manifests) note_made(manifest, *files, step);
      return result;
    }

    void note_made(const plan::Manifest& manifest, const Node& where, std::size_t step) {
      const plan::Target target{text_at(manifest.object, "/kind"), text_at(manifest.object, "/metadata/name"),
                                text_at(manifest.object, "/metadata/namespace")};
      if (target.kind.empty() || target.name.empty()) {
        if (context_.problems.empty()) context_.add(where, "the overlay leaves an object without kind or name");
        return;
      }
      const bool known = std::any_of(context_.made.begin(), context_.made.end(),
                                     [&](const Made& made) { return made.target == target; });
      if (!known) context_.made.push_back({target, step});
    }

    plan::Delete remove(const Node& node) {
      plan::Delete result;
      const Node* targets = node.type == Node::Type::mapping ? node.find("targets") : &node;
      for (const Node* target : one_or_many(*targets)) result.targets.push_back(made(*target, "delete"));
      if (const Node* wait = node.find("wait")) result.wait = wait->value.get<bool>();
      return result;
    }

    plan::Scale scale(const Node& node) {
      const Node& target = *node.find("target");
      plan::Scale result{made(target, "scale"), node.find("replicas")->value.get<int>()};
      one_of(result.target, target, "scale", [](const model::Kind& kind) { return kind.scales; });
      return result;
    }

    plan::Restart restart(const Node& node) {
      plan::Restart result{made(node, "restart")};
      one_of(result.target, node, "restart", [](const model::Kind& kind) { return kind.rolls_out; });
      return result;
    }

    plan::Wait wait(const Node& node) {
      const Node& condition = *node.find("condition");
      plan::Wait result{made(*node.find("for"), "wait"), condition.scalar, default_wait};
      if (const Node* timeout = node.find("timeout")) result.timeout = read_duration(*timeout, context_);
      const model::Kind* kind = model::kind_named(result.target.kind);
      if (kind == nullptr || kind->gets(condition.scalar)) return result;
      const std::vector<std::string> known = kind->all_conditions();
      const std::string near = yaml::suggestion(condition.scalar, known);
      context_.add(condition, fmt::format("a {} never gets \"{}\"{}", result.target.kind, condition.scalar,
                                          near.empty() ? fmt::format(": it has {}", fmt::join(known, ", ")) : near));
      return result;
    }

>>>>>>> 0c60fb2462cbb9708bc4d949b29897fbd8736532
    Context& context_;
    std::vector<std::optional<plan::Action>> actions_;  // one a step
    std::set<std::string> names_, phases_;
  };

  }  // namespace

  std::vector<plan::Step> read_steps(const Node& steps, Context& context) { return Steps(context).read(steps); }

}  // namespace straycat::scenario
