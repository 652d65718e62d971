// The kinds of Kubernetes 1.36 that straycat knows: one row each. Whoever needs to know something of a kind reads its
// row; to know one kind more is to write its row (and, for the embedded cluster, its controller).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/model/projection.hpp>

namespace straycat::model {

// "apps/v1" -> "apps" ("" is the core group) and "v1".
[[nodiscard]] std::string_view group_of(std::string_view api_version);
[[nodiscard]] std::string_view version_of(std::string_view api_version);

// What a run watches of a kind in a namespace that is not its own, where thousands of objects may have nothing to do
// with it.
enum class WatchScope { whole, by_name, by_service };  // all; those that the plan names; those of Services it names

struct Watched {
  std::string_view cost;  // what a run loses that may not watch them; "" = nothing can go on without it
  WatchScope scope = WatchScope::whole;
};

struct Surveyed {
  std::string_view use;   // what a survey learns from them
  std::string_view cost;  // what it loses when they cannot be read
  bool decides = true;    // without them "nothing suspicious" cannot be said
};

// Where it says how many pods it wants (1 where it does not) and how many are ready (JSON pointers).
struct PodCounts {
  std::string_view wanted, ready;
  bool observed = true;  // its status tells which generation of its spec it speaks of
};

struct Kind {
  std::string_view name;          // as manifests spell it: "Deployment"
  std::string_view api_version;   // "apps/v1", "v1": the one that is stable
  std::string_view plural;        // "deployments"
  std::string_view short_name;    // kubectl's: "deploy", or ""
  std::string_view also_as = {};  // another apiVersion under which the same objects are served
  bool namespaced = true;

  // Where the template of the pods that it makes stands, and the labels by which it knows them (JSON pointers). A bare
  // pod is its own template: "".
  std::optional<std::string_view> pod_template = std::nullopt;
  std::string_view own_selector = {};  // "" = it has none, or its controller makes it up
  std::string_view makes = {};         // the kind of what it makes, which makes the pods
  std::optional<PodCounts> counts = std::nullopt;
  bool comes_and_goes = false;                          // its pods are there for a time; else they stand for good
  bool fixed_template = false, fixed_selector = false;  // the API server lets nobody change it

  bool scales = false;               // has a subresource "scale"
  bool rolls_out = false;            // `kubectl rollout restart` and `status` take it
  std::string_view conditions = {};  // that can come true of it, beside Exists and Deleted; separated by blanks

  // What a manifest of it may hold: the keys beside apiVersion, kind and metadata; and those of its spec, "" = not
  // looked at ("KEY", or "KEY:LIST" where what stands there has keys of its own, which scenario/manifest_fields.cpp
  // lists; "@LIST": those of that list).
  std::string_view keys = "spec status";
  std::string_view spec_keys = {};
  bool named_as_label = false;  // its name becomes a DNS label

  Projection (*project)(const json& object) = nullptr;  // null: nothing of it is kept
  std::optional<Watched> watched = std::nullopt;        // by a run
  std::optional<Surveyed> listed = std::nullopt;        // by a survey
  bool left_behind = true;                              // a scenario may have made it, so `cleanup` looks for it

  [[nodiscard]] std::string_view group() const { return group_of(api_version); }
  [[nodiscard]] std::string singular() const;   // "deployment": also what kubectl calls one of them
  [[nodiscard]] std::string qualified() const;  // "deployments.apps", "pods": how RBAC's messages name it
  [[nodiscard]] bool served_as(std::string_view api_version) const;
  [[nodiscard]] bool served_in(std::string_view group) const;
  [[nodiscard]] bool makes_pods() const { return pod_template && !pod_template->empty(); }
  [[nodiscard]] bool gets(std::string_view condition) const;
  [[nodiscard]] std::vector<std::string> all_conditions() const;
};

// In the order in which they are read, told of and deleted.
[[nodiscard]] std::span<const Kind> kinds();
[[nodiscard]] const Kind* kind_named(std::string_view name);  // "Deployment"; null when unknown
// The kind that kubectl's word means, in any case, plural, short, with its group ("deploy", "Deployments",
// "deployment.apps"); null when none.
[[nodiscard]] const Kind* kind_called(std::string_view word);
// All of them, or those of which `which` holds.
[[nodiscard]] std::vector<std::string> kind_names(bool (*which)(const Kind&) = nullptr);

// Kinds of other makers (custom resources) are taken to be as most are: their pods' template stands in spec.template,
// their selector in spec.selector.matchLabels, and they stand for good.
[[nodiscard]] bool makes_pods(std::string_view kind);       // false of an unknown one
[[nodiscard]] bool stands_for_good(std::string_view kind);  // false of "": nobody
[[nodiscard]] std::string pod_template_of(std::string_view kind);
[[nodiscard]] std::string pod_labels_of(std::string_view kind);
[[nodiscard]] std::string own_selector_of(std::string_view kind);

}  // namespace straycat::model
