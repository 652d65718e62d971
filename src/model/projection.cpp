#include <algorithm>
#include <array>
#include <utility>

#include "model/json_fields.hpp"
#include <straycat/model/projection.hpp>

namespace straycat::model {
namespace {

// In the order of the variant.
constexpr std::array<Topic, std::variant_size_v<Projection>> topics{
    Topic::pod, Topic::service, Topic::slice, Topic::workload, Topic::node, Topic::network_policy, Topic::kube_event};

template <std::size_t... index>
std::optional<Projection> read(Topic topic, const json& object, std::index_sequence<index...>) {
  std::optional<Projection> out;
  (void)((topics[index] == topic && (out = object.get<std::variant_alternative_t<index, Projection>>(), true)) || ...);
  return out;
}

}  // namespace

const Meta& meta_of(const Projection& projection) {
  return std::visit([](const auto& one) -> const Meta& { return one.meta; }, projection);
}

Topic topic_of(const Projection& projection) { return topics[projection.index()]; }

json to_log(const Projection& projection) {
  return std::visit([](const auto& one) { return json(one); }, projection);
}

std::optional<SeenChange> from_log(Topic topic, const json& body) {
  auto object = read(topic, member(body, "object"), std::make_index_sequence<topics.size()>());
  if (!object) return std::nullopt;
  return SeenChange{text(member(body, "op")) == "delete", std::move(*object)};
}

}  // namespace straycat::model
