#include <algorithm>
#include <array>
#include <utility>

#include "model/json_fields.hpp"
#include <straycat/model/projection.hpp>

namespace straycat::model {
namespace {

// In the order of the variant.
constexpr std::array<std::string_view, std::variant_size_v<Projection>> topics{
    "pod", "service", "slice", "workload", "node", "networkpolicy", "kube.event"};

template <std::size_t... index>
std::optional<Projection> read(std::string_view topic, const json& object, std::index_sequence<index...>) {
  std::optional<Projection> out;
  (void)((topics[index] == topic && (out = object.get<std::variant_alternative_t<index, Projection>>(), true)) || ...);
  return out;
}

}  // namespace

const Meta& meta_of(const Projection& projection) {
  return std::visit([](const auto& one) -> const Meta& { return one.meta; }, projection);
}

std::string_view topic_of(const Projection& projection) { return topics[projection.index()]; }

json to_log(const Projection& projection) {
  return std::visit([](const auto& one) { return json(one); }, projection);
}

std::optional<SeenChange> from_log(std::string_view topic, const json& body) {
  auto object = read(topic, member(body, "object"), std::make_index_sequence<topics.size()>());
  if (!object) return std::nullopt;
  return SeenChange{text(member(body, "op")) == "delete", std::move(*object)};
}

}  // namespace straycat::model
