#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "context.hpp"
#include "formats.hpp"

namespace straycat::scenario {
namespace {

using yaml::Node;

std::optional<plan::Budget> budget(const Node* node) {
  if (node == nullptr) return std::nullopt;
  if (node->type == Node::Type::string) return plan::Budget{true, parse_share(node->scalar).value_or(0)};
  return plan::Budget{false, node->value.get<double>()};
}

plan::PhaseExpectation phase(const Node& node, const std::vector<std::string>& opened, Context& context) {
  plan::PhaseExpectation expected;
  const Node& name = *node.find("phase");
  expected.phase = name.scalar;
  expected.max_failures = budget(node.find("maxFailures"));
  expected.min_failures = budget(node.find("minFailures"));
  if (node.find("readinessProbeFailed") != nullptr) expected.no_readiness_failures = true;
  if (std::find(opened.begin(), opened.end(), name.scalar) == opened.end()) {
    context.add(name,
                fmt::format("no step opens the phase \"{}\"{}", name.scalar, yaml::suggestion(name.scalar, opened)));
  }
  return expected;
}

}  // namespace

plan::Expectations read_expectations(const Node& node, const std::vector<plan::Step>& steps, Context& context) {
  plan::Expectations expect;
  if (const Node* finding = node.find("finding")) expect.finding = finding->scalar;
  expect.max_failures = budget(node.find("maxFailures"));
  if (const Node* workload = node.find("workload")) {
    expect.workload = read_target(*workload, context);
    must_be_made(*expect.workload, *workload, steps.size(), "expect", context);
  }
  std::vector<std::string> opened;
  for (const plan::Step& step : steps) {
    if (!step.phase.empty()) opened.push_back(step.phase);
  }
  std::set<std::string> seen;
  const Node* phases = node.find("phases");
  for (std::size_t i = 0; phases != nullptr && i < phases->items.size(); ++i) {
    expect.phases.push_back(phase(phases->items[i], opened, context));
    const Node& name = *phases->items[i].find("phase");
    if (!seen.insert(name.scalar).second)
      context.add(name, fmt::format("the phase \"{}\" is expected twice", name.scalar));
  }
  return expect;
}

plan::ClusterSettings read_cluster(const Node& node, Context& context) {
  plan::ClusterSettings cluster;
  if (const Node* period = node.find("minSyncPeriod")) cluster.min_sync_period = read_duration(*period, context, true);
  if (const Node* nodes = node.find("nodes")) cluster.nodes = nodes->value.get<int>();
  const Node* images = node.find("images");
  for (std::size_t i = 0; images != nullptr && i < images->pairs.size(); ++i) {
    const auto name = images->pairs[i].key.value.get<std::string>();
    if (const Node* archive = images->pairs[i].value.find("archive")) {
      const auto slash = context.source.file.rfind('/');
      const bool beside = slash != std::string::npos && !archive->scalar.starts_with('/');
      cluster.trees[name] = (beside ? context.source.file.substr(0, slash + 1) : "") + archive->scalar;
      const Result<> admitted = context.admit ? context.admit(archive->scalar) : Result<>{};
      if (!admitted) context.add(*archive, admitted.error().message);
      continue;
    }
    std::vector<std::string>& command = cluster.images[name];
    for (const Node* word : one_or_many(images->pairs[i].value)) command.push_back(word->scalar);
  }
  return cluster;
}

}  // namespace straycat::scenario
