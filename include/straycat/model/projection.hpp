// A projection of any kind, and its form in the log: an event whose kind is its topic.
#pragma once

#include <optional>
#include <variant>

#include <straycat/core/vocabulary.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {

using Projection = std::variant<Pod, Service, EndpointSlice, Workload, Node, NetworkPolicy, KubeEvent>;

[[nodiscard]] const Meta& meta_of(const Projection& projection);
// What its line in the log is about.
[[nodiscard]] Topic topic_of(const Projection& projection);
[[nodiscard]] json to_log(const Projection& projection);

// What an event of an object holds: ObjectChange, read.
struct SeenChange {
  bool deleted = false;
  Projection object;  // for a deletion its last known state
};
// None when no projection has that topic. Never throws: what is missing or of a wrong type keeps its default.
[[nodiscard]] std::optional<SeenChange> from_log(Topic topic, const json& body, Oddities& odd);

}  // namespace straycat::model
