// The objects that a plan's steps make, change and wait for: those of the run's namespace, and none of another's.
// Private to `runner`.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "runner/site.hpp"

namespace straycat::runner {

// What a `wait` without a timeout has, and each object that a step deletes twice that.
inline constexpr Nanos default_patience = std::chrono::seconds{60};

// The object's type. Errors: the plan wants to touch what is not the run's.
[[nodiscard]] Result<kube::ResourceType> own(const Site& site, const plan::Target& target);
// What the manifest names, and its type, if a run may touch it.
struct OwnManifest {
  plan::Target target;
  kube::ResourceType type;
};
[[nodiscard]] Result<OwnManifest> own(const Site& site, const plan::Manifest& manifest);
// Its type where a CustomResourceDefinition in the plan defines its kind: no cluster knows it before that is applied.
[[nodiscard]] std::optional<kube::ResourceType> defined_in_plan(const Site& site, const plan::Manifest& manifest);
// "job.yaml:1", for messages.
[[nodiscard]] std::string place_of(const plan::Manifest& manifest);
// bad_input where the API server rejects what is in the person's files, or knows no such kind or object.
[[nodiscard]] Error failed(const plan::Target& target, const kube::ApiError& error);

// In a namespace that is not the run's own there may be objects of others. Errors: this one is.
boost::asio::awaitable<Result<>> not_foreign(Site& site, kube::ResourceType type, std::string name);
// A merge patch of the object, or of one of its subresources.
boost::asio::awaitable<Result<>> change(Site& site, plan::Target target, json patch, std::string subresource);
// Until the condition holds of it. Errors: it cannot any more, or the time is over, with what is known of it
// (bad_input); the API server is gone (own_trouble).
boost::asio::awaitable<Result<>> wait_for(Site& site, plan::Target target, std::string condition, Nanos timeout);

}  // namespace straycat::runner
