#include "told.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <straycat/core/json_access.hpp>
#include <straycat/model/law.hpp>

namespace straycat::scenario {
namespace {

using yaml::Node;

// A place in a document, and what stands there.
struct Place {
  yaml::Position at;
  const Node* node;
};

// "containers[0]" -> "containers", 0; without an index: none.
std::pair<std::string_view, std::optional<std::size_t>> taken_apart(std::string_view step) {
  const auto open = step.find('[');
  if (open == std::string_view::npos) return {step, std::nullopt};
  std::size_t index = 0;
  std::from_chars(step.data() + open + 1, step.data() + step.size(), index);
  return {step.substr(0, open), index};
}

// One step down; where the way ends, it ends at what was found so far.
Place below(const Place& from, std::string_view step) {
  const auto [key, index] = taken_apart(step);
  const Node::Pair* pair = from.node->find_pair(key);
  if (pair == nullptr) return from;
  if (!index || *index >= pair->value.items.size()) return {pair->key.start, &pair->value};
  const Node& item = pair->value.items[*index];
  return {item.start, &item};
}

// Where a field stands that the law names: "spec.ports[0].protocol"; the kind where it names the kind as a whole.
yaml::Position position_of(const Node& manifest, std::string_view field) {
  if (field.empty()) {
    const Node* kind = manifest.find("kind");
    return kind == nullptr ? manifest.start : kind->start;
  }
  Place place{manifest.start, &manifest};
  while (!field.empty()) {
    const auto end = std::min(field.find('.'), field.size());
    place = below(place, field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
  }
  return place.at;
}

}  // namespace

std::vector<std::string> told_of(const Node& manifest, const Source& source, std::size_t nodes) {
  const auto object = manifest.to_json();
  std::vector<std::string> out;
  for (const auto& ignored : model::ignored_fields(object, model::Plane::kernel, nodes)) {
    const auto at = position_of(manifest, ignored.field);
    out.push_back(fmt::format("{}:{}:{}: {}/{}: {}", source.file, at.line, at.column, ignored.kind,
                              text_at(object, "/metadata/name"), ignored.sentence()));
  }
  return out;
}

}  // namespace straycat::scenario
