#include "runner/own_objects.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "runner/conditions.hpp"

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::string place_of(const plan::Manifest& manifest) { return fmt::format("{}:{}", manifest.file, manifest.line); }

namespace {

// Admission (a policy, a quota) rejects an object; RBAC, which always names the user, rejects the person.
bool rejects(const kube::ApiError& error) {
  if (error.code == 403) return error.message.find("forbidden: User ") == std::string::npos;
  return error.code == 400 || error.code == 404 || error.code == 409 || error.code == 413 || error.code == 415 ||
         error.code == 422;
}

}  // namespace

Error failed(const plan::Target& target, const kube::ApiError& error) {
  Error out = error.to_error().within(target.display());
  if (rejects(error)) out.fault = Fault::bad_input;
  return out;
}

namespace {

// A cluster that was started for this run, and ends with it, is the run's own as a whole.
bool own_cluster(const Site& site) { return site.options.lifeline.has_value(); }

Result<> may_touch(const Site& site, const plan::Target& target, const kube::ResourceType& type) {
  if (!type.namespaced && own_cluster(site)) return {};
  if (!type.namespaced) return bad_input(target.display() + ": a run does not touch objects outside its namespace");
  if (!target.ns.empty() && target.ns != site.ns)
    return bad_input(fmt::format("{}: in namespace {}, but the run's is {}", target.display(), target.ns, site.ns));
  return {};
}

}  // namespace

std::optional<kube::ResourceType> defined_in_plan(const Site& site, const plan::Manifest& manifest) {
  for (const auto& step : site.plan.steps)
    for (const auto& other : plan::manifests_of(step.action))
      if (auto type = kube::resource_defined_by(other.object, manifest.object)) return type;
  return std::nullopt;
}

Result<kube::ResourceType> own(const Site& site, const plan::Target& target) {
  const auto type = kube::resource_for_kind(target.kind);
  if (!type) return bad_input(target.display() + ": unknown kind");
  if (const auto may = may_touch(site, target, *type); !may) return may.error();
  return *type;
}

Result<OwnManifest> own(const Site& site, const plan::Manifest& manifest) {
  const auto defined = defined_in_plan(site, manifest);
  const auto type = defined ? Result<kube::ResourceType>(*defined) : kube::resource_for(manifest.object);
  if (!type) return type.error().within(place_of(manifest));
  OwnManifest out{
      {type->kind, text_at(manifest.object, {"metadata", "name"}), text_at(manifest.object, {"metadata", "namespace"})},
      *type};
  if (const auto may = may_touch(site, out.target, out.type); !may) return may.error().within(place_of(manifest));
  return out;
}

asio::awaitable<Result<>> not_foreign(Site& site, kube::ResourceType type, std::string name) {
  if (site.own_namespace) co_return Result<>{};
  auto there = co_await site.client.get(type, site.ns, name);
  if (!there && there.error().not_found()) co_return Result<>{};
  if (!there) co_return there.error().to_error();
  if (text_at(*there, {"metadata", "labels", model::run_label}) == site.run_id) co_return Result<>{};
  co_return bad_input(
      fmt::format("{}/{} exists in namespace {} and was not made by this run", type.kind, name, site.ns));
}

asio::awaitable<Result<>> change(Site& site, plan::Target target, json patch, std::string subresource) {
  const auto type = own(site, target);
  if (!type) co_return type.error();
  if (auto ours = co_await not_foreign(site, *type, target.name); !ours) co_return ours.error();
  auto answer = co_await site.client.merge_patch(*type, site.ns, target.name, std::move(patch), std::move(subresource));
  if (!answer) co_return failed(target, answer.error());
  site.written[{target.kind, target.name}] = text_at(*answer, {"metadata", "resourceVersion"});
  co_return Result<>{};
}

// The watch may have been cut since it told something last: what is not so by then, the API server itself says.
asio::awaitable<Result<>> not_in_time(Site& site, plan::Target target, std::string condition, Nanos timeout) {
  const auto type = own(site, target);
  const auto now = co_await site.client.get(*type, site.ns, target.name);
  if (!now && !now.error().not_found())
    co_return now.error().to_error().within(
        fmt::format("whether {} is {} after {}", target.display(), condition, format_duration(timeout)));
  const auto judged = judge(site.world, target, condition, now ? &*now : nullptr);
  if (judged.met) co_return Result<>{};
  co_return bad_input(fmt::format("{} is not {} after {}: {}{}", target.display(), condition, format_duration(timeout),
                                  judged.state, describe_trouble(site.world, target)));
}

asio::awaitable<Result<>> wait_for(Site& site, plan::Target target, std::string condition, Nanos timeout) {
  if (const auto type = own(site, target); !type) co_return type.error();
  const auto until = monotonic_now() + timeout;
  std::string state = "nothing is known of it";
  for (;;) {
    const auto object = co_await site.current(target);
    // An API server that is away may come back; it has until the time is over.
    if (!object) state = object.error().message;
    if (object && *object) {
      const auto judged = judge(site.world, target, condition, (*object)->is_null() ? nullptr : &**object);
      if (judged.met) co_return Result<>{};
      state = judged.state;
      if (judged.never)
        co_return bad_input(fmt::format("{} cannot become {}: {}{}", target.display(), condition, state,
                                        describe_trouble(site.world, target)));
    }
    if (const auto silence = site.server_gone())
      co_return own_trouble(fmt::format("{} is not {}, and the API server has not answered for {}: {}",
                                        target.display(), condition, format_duration(*silence), state));
    const auto left = until - monotonic_now();
    if (left <= Nanos{}) co_return co_await not_in_time(site, target, condition, timeout);
    co_await site.wait_for_change(std::min<Nanos>(left, 500ms));
  }
}

}  // namespace straycat::runner
