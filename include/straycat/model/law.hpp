// What the embedded cluster does not do although it takes it: one table that the API server, `check`, reports and the
// README read. Every row is a field (or a whole kind) of Kubernetes that is stored and has no effect there; what is in
// no row is done, or refused by the API server in its own words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace straycat::model {

// What could be otherwise on a cluster that does it. A verdict over a stretch that it could have changed is not
// "clean".
enum class Reach {
  nothing,  // no Service's requests: said for the person's sake
  traffic,  // where requests go, or whether they arrive
  pods,     // which pods there are, and whether they run, are ready and stay
};

// Where the embedded cluster's Services live. What only the kernel's packet filter can do is ignored in the fallback.
enum class Plane { kernel, fallback };
// The node's label straycat.dev/data-plane: "kernel-nftables", "loopback-fallback".
[[nodiscard]] std::string_view to_string(Plane plane);
// By that label; of any other word it is the kernel's.
[[nodiscard]] Plane plane_named(std::string_view label);

// Of how many nodes a cluster must be for a row to hold.
enum class Nodes { any, one, several };

struct LawRow {
  // "Service"; "Pod": a pod's spec, in Pods and in the templates of workloads; custom_resource: any other maker's kind
  // that has no row of its own.
  std::string_view kind;
  std::string_view field;     // "spec.internalTrafficPolicy"; [*]: any item; "" the kind as a whole
  std::string_view harmless;  // values with which ignoring the field changes nothing, separated by "|"
  Reach reach = Reach::nothing;
  std::string_view words;      // what happens instead
  bool fallback_only = false;  // it is done on the kernel data plane
  bool even_empty = false;     // an empty object says something, too: `emptyDir: {}`
  Nodes nodes = Nodes::any;
};

inline constexpr std::string_view custom_resource = "custom resource";

[[nodiscard]] const std::vector<LawRow>& law();

// A field of an object that has no effect on the embedded cluster. `field` is where it stands: "spec.template.spec.
// containers[0].resources.limits.memory"; "" for the kind as a whole.
struct Ignored {
  const LawRow* row;
  std::string field;
  std::string kind;  // the object's
  // One sentence: "NetworkPolicy has no effect on the embedded cluster: ...".
  [[nodiscard]] std::string sentence() const;
};

// Whether nobody works at objects of this kind at all, on one data plane or the other.
[[nodiscard]] bool is_ignored(std::string_view kind);

// Those of one object (apiVersion, kind and spec are read), in the order of the table. Takes anything, never throws.
[[nodiscard]] std::vector<Ignored> ignored_fields(const nlohmann::json& object, Plane plane = Plane::kernel,
                                                  std::size_t nodes = 1);

// The reason of the Events that tell it, about the object; of type Warning when `reach` is not nothing.
inline constexpr const char* kNotSupported = "NotSupported";
inline constexpr const char* kLawTeller = "straycat";  // their component: nobody else's word counts

}  // namespace straycat::model
