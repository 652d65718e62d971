#include "runner/fault_objects.hpp"

#include <fmt/format.h>

#include "runner/objects.hpp"
#include "runner/own_objects.hpp"

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Nanos between_looks = 10ms;
constexpr Nanos budget_patience = 30s, between_tries = 250ms, cordon_patience = 5s;
constexpr const char* cordoned_by = "straycat.dev/cordoned-by";

// Whether there was no answer at all: what was asked for may have been done.
bool unheard(const kube::ApiError& error) { return error.code == 0 || error.code == 503; }

// The pod of that uid; another may have its name.
bool gone(const kube::ApiError& error) { return error.not_found() || error.code == 409; }

bool lacks_namespace(const kube::ApiError& error, const std::string& ns) {
  return error.message.find(fmt::format("namespaces \"{}\"", ns)) != std::string::npos;
}

bool is_over(FaultPhase phase) {
  return phase == FaultPhase::ended || phase == FaultPhase::refused || phase == FaultPhase::possible;
}

}  // namespace

kube::ResourceType fault_type() {
  return {model::fault_group, model::fault_version, model::fault_plural, model::fault_kind, true};
}

asio::awaitable<Result<model::FaultStatus>> make_fault(Site& site, json object, Nanos patience) {
  const std::string name = text_at(object, {"metadata", "name"});
  const auto until = monotonic_now() + patience;
  json made = labelled(std::move(object), site.ns, site.run_id);
  for (;;) {
    auto answer = co_await site.client.create(fault_type(), site.ns, made);
    if (answer) site.remember(fault_type(), *answer);
    if (answer || answer.error().code == 409) break;  // 409: it was made, and the answer got lost
    if (answer.error().not_found() && !lacks_namespace(answer.error(), site.ns)) co_return bad_input(nobody_serves_it);
    if (!unheard(answer.error()) || monotonic_now() >= until) co_return answer.error().to_error();
    co_await sleep_for(site.executor, between_looks);
  }
  co_return co_await await_fault(site, name, false, patience);
}

asio::awaitable<Result<model::FaultStatus>> await_fault(Site& site, std::string name, bool ended, Nanos patience) {
  const auto until = monotonic_now() + patience;
  for (;;) {
    auto there = co_await site.client.get(fault_type(), site.ns, name);
    if (!there && !unheard(there.error())) co_return there.error().to_error();
    if (there) {
      const auto status = model::fault_status(*there);
      if (status.phase == FaultPhase::refused) co_return bad_input(status.message);
      if (is_over(status.phase) || (!ended && status.phase == FaultPhase::active)) co_return status;
    }
    if (monotonic_now() >= until)
      co_return own_trouble(there ? "the cluster does nothing about it" : there.error().to_error().message);
    co_await sleep_for(site.executor, between_looks);
  }
}

asio::awaitable<void> stop_fault(Site& site, std::string name) {
  json patch;
  patch["spec"]["stop"] = true;
  (void)co_await site.client.merge_patch(fault_type(), site.ns, name, std::move(patch));
}

asio::awaitable<void> remove_fault(Site& site, std::string name) {
  (void)co_await site.client.remove(fault_type(), site.ns, name);
}

asio::awaitable<Result<>> evict_pod(Site& site, std::string pod, std::string uid, int grace) {
  const plan::Target target{"Pod", pod, ""};
  json eviction{{"apiVersion", "policy/v1"}, {"kind", "Eviction"}};
  eviction["metadata"] = {{"name", pod}, {"namespace", site.ns}};
  eviction["deleteOptions"]["preconditions"]["uid"] = uid;
  if (grace >= 0) eviction["deleteOptions"]["gracePeriodSeconds"] = grace;
  const std::string path = kube::resource_for_kind("Pod")->path(site.ns, pod) + "/eviction";
  const std::string body = eviction.dump();
  const auto until = monotonic_now() + budget_patience;
  for (;;) {
    auto answer = co_await site.client.raw("POST", path, body, "application/json");
    if (answer || gone(answer.error())) co_return Result<>{};
    if (answer.error().code != 429 || monotonic_now() >= until) co_return failed(target, answer.error());
    co_await sleep_for(site.executor, between_tries);
  }
}

asio::awaitable<Result<>> delete_pod(Site& site, std::string pod, std::string uid, int grace) {
  // A variable: g++ 12 destroys a temporary aggregate of a co_await expression twice.
  kube::DeleteOptions options;
  options.uid = std::move(uid);
  if (grace >= 0) options.grace_seconds = grace;
  auto done = co_await site.client.remove(*kube::resource_for_kind("Pod"), site.ns, pod, options);
  if (!done && !gone(done.error())) co_return failed({"Pod", pod, ""}, done.error());
  co_return Result<>{};
}

namespace {

// Of the node as it was looked at: a 409 says that somebody has changed it since.
json node_patch(const json& node, json unschedulable, json by) {
  json patch;
  patch["metadata"]["resourceVersion"] = text_at(node, {"metadata", "resourceVersion"});
  patch["spec"]["unschedulable"] = std::move(unschedulable);
  patch["metadata"]["annotations"][cordoned_by] = std::move(by);
  return patch;
}

}  // namespace

asio::awaitable<Result<>> cordon(Site& site, std::string node) {
  const auto type = *kube::resource_for_kind("Node");
  const auto until = monotonic_now() + cordon_patience;
  for (;;) {
    auto there = co_await site.client.get(type, "", node);
    if (!there) co_return failed({"Node", node, ""}, there.error());
    if (member(member(*there, "spec"), "unschedulable") == json(true))
      co_return bad_input(fmt::format("node {} is cordoned already, by somebody else or another step", node));
    auto done = co_await site.client.merge_patch(type, "", node, node_patch(*there, true, site.run_id));
    if (done) co_return Result<>{};
    if (done.error().code != 409 || monotonic_now() >= until) co_return failed({"Node", node, ""}, done.error());
  }
}

namespace {

// What this run did not close, as far as the node says, stays as it is.
asio::awaitable<Result<>> uncordon_once(Site& site, std::string node) {
  const auto type = *kube::resource_for_kind("Node");
  auto there = co_await site.client.get(type, "", node);
  if (!there && there.error().not_found()) co_return Result<>{};
  if (!there) co_return failed({"Node", node, ""}, there.error());
  if (text_at(*there, {"metadata", "annotations", cordoned_by}) != site.run_id) co_return Result<>{};
  auto done = co_await site.client.merge_patch(type, "", node, node_patch(*there, nullptr, nullptr));
  if (!done) co_return failed({"Node", node, ""}, done.error());
  co_return Result<>{};
}

}  // namespace

asio::awaitable<Result<>> uncordon(Site& site, std::string node, Nanos patience) {
  const auto until = monotonic_now() + patience;
  for (;;) {
    auto done = co_await uncordon_once(site, node);
    if (done || site.gone || monotonic_now() >= until) co_return done;
    co_await sleep_for(site.executor, between_tries);
  }
}

}  // namespace straycat::runner
