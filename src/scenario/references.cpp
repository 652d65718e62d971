// Values, and what refers to what.
#include <algorithm>

#include <fmt/format.h>

#include "context.hpp"
#include <straycat/model/kinds.hpp>

namespace straycat::scenario {

using yaml::Node;

plan::Target read_target(const Node& node, Context& context) {
  const Result<plan::Target> target = plan::parse_target(node.scalar);
  if (target) return *target;
  const std::string word = node.scalar.substr(0, node.scalar.find('/'));
  const std::string near = yaml::suggestion(word, model::kind_names());
  context.add(node, fmt::format("unknown kind \"{}\"{}", word, near));
  return {};
}

Nanos read_duration(const Node& node, Context& context, bool may_be_zero) {
  const Result<Nanos> parsed = parse_duration(node.scalar);
  if (!parsed) {  // its shape is right, so it is far too long
    context.add(node, parsed.error().message);
    return {};
  }
  const Nanos length = *parsed;
  if (length > std::chrono::hours{24}) context.add(node, fmt::format("{} is longer than a day", node.scalar));
  if (length <= Nanos{} && !may_be_zero) context.add(node, fmt::format("{} is no time at all", node.scalar));
  return length;
}

std::vector<const Node*> one_or_many(const Node& node) {
  if (node.type != Node::Type::sequence) return {&node};
  std::vector<const Node*> all;
  for (const Node& item : node.items) all.push_back(&item);
  return all;
}

void must_be_made(const plan::Target& target, const Node& where, std::size_t before, const std::string& who,
                  Context& context) {
  if (target.kind.empty()) return;  // reported already
  const auto same = [&](const Made& made) {
    return made.target.kind == target.kind && made.target.name == target.name;
  };
  const auto found = std::find_if(context.made.begin(), context.made.end(), same);
  if (found != context.made.end() && found->step < before) return;
  if (found != context.made.end()) {
    return context.add(where,
                       fmt::format("{} is not there yet: step {} applies it", target.display(), found->step + 1));
  }
  std::vector<std::string> known;
  for (const Made& made : context.made) known.push_back(made.target.display());
  std::string near = yaml::suggestion(target.display(), known);
  if (near.empty()) {  // the right name under another kind
    const auto named = std::find_if(context.made.begin(), context.made.end(),
                                    [&](const Made& made) { return made.target.name == target.name; });
    if (named != context.made.end()) near = fmt::format(" (did you mean \"{}\"?)", named->target.display());
  }
  context.add(where, fmt::format("{} names {}, which no step applies{}", who, target.display(), near));
}

}  // namespace straycat::scenario
