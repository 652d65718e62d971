// What the parts of one parse share.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "problems.hpp"
#include <straycat/plan/plan.hpp>
#include <straycat/scenario/scenario.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::scenario {

// An object that some step applies.
struct Made {
  plan::Target target;
  std::size_t step = 0;  // index of the first step that applies it
};

struct Context {
  const Source& source;
  const ReadFile& read;
  Problems& problems;
  Told* told = nullptr;  // where what the embedded cluster will not do goes, each once; null: nobody asks
  Ground ground = Ground::own;
  const Admit& admit;
  std::size_t nodes = 1;  // of the embedded cluster
  std::vector<Made> made = {};
  std::set<std::string> defined = {};  // what definitions among the manifests so far define (model::qualified_kind)

  void tell(std::string line) const {
    if (told != nullptr && std::find(told->begin(), told->end(), line) == told->end()) told->push_back(std::move(line));
  }
  void add(const yaml::Node& where, std::string message, std::string hint = "") {
    problems.add(source, where, std::move(message), std::move(hint));
  }
};

// The target in a scalar; a problem and an empty one when its kind is unknown.
plan::Target read_target(const yaml::Node& node, Context& context);
// A duration whose shape was checked already. A problem when it is longer than a day, or (unless `may_be_zero`)
// nothing.
Nanos read_duration(const yaml::Node& node, Context& context, bool may_be_zero = false);
// A text, or a list of texts.
std::vector<const yaml::Node*> one_or_many(const yaml::Node& node);
// All manifests of the files, validated; problems point into the files.
std::vector<plan::Manifest> load_manifests(const std::vector<const yaml::Node*>& paths, Context& context);
// Changes the manifests as an apply's overlay says; a problem for each part that changes nothing.
void apply_overlay(const yaml::Node& overlay, std::vector<plan::Manifest>& manifests, Context& context);
// The plan's parts, in this order: later ones refer to what earlier ones made.
std::vector<plan::Step> read_steps(const yaml::Node& steps, Context& context);
std::vector<plan::TrafficPlan> read_traffic(const yaml::Node& traffic, Context& context);
plan::Expectations read_expectations(const yaml::Node& expect, const std::vector<plan::Step>& steps, Context& context);
plan::ClusterSettings read_cluster(const yaml::Node& cluster, Context& context);

// A problem unless a step before `before` applies the object; `who` says what needs it ("wait").
void must_be_made(const plan::Target& target, const yaml::Node& where, std::size_t before, const std::string& who,
                  Context& context);

}  // namespace straycat::scenario
