#include <algorithm>
#include <array>
#include <utility>

#include <straycat/core/json_access.hpp>
#include <straycat/model/projection.hpp>

namespace straycat::model {
namespace {

// In the order of the variant.
constexpr std::array<Topic, std::variant_size_v<Projection>> topics{
    Topic::pod, Topic::service, Topic::slice, Topic::workload, Topic::node, Topic::network_policy, Topic::kube_event};

template <std::size_t... index>
std::optional<Projection> read(Topic topic, const json& object, Oddities& odd, std::index_sequence<index...>) {
  std::optional<Projection> out;
  const auto take = [&](auto&& blank) {
    read(object, blank, odd);
    out = std::move(blank);
    return true;
  };
  (void)((topics[index] == topic && take(std::variant_alternative_t<index, Projection>{})) || ...);
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

std::optional<SeenChange> from_log(Topic topic, const json& body, Oddities& odd) {
  auto object = read(topic, member(body, "object"), odd, std::make_index_sequence<topics.size()>());
  if (!object) return std::nullopt;
  return SeenChange{text_at(body, {"op"}) == "delete", std::move(*object)};
}

}  // namespace straycat::model
