#include "runner/own_objects.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<>> remove_one(const plan::Target& target, Site& site) {
  const auto type = own(site, target);
  if (!type) co_return type.error();
  if (auto ours = co_await not_foreign(site, *type, target.name); !ours) co_return ours.error();
  auto there = co_await site.client.get(*type, site.ns, target.name);
  if (!there) co_return failed(target, there.error());
  // Apart from the co_await: g++ 12 cannot keep an initializer list's array in a coroutine's frame.
  const kube::DeleteOptions exactly_this{
      .uid = text_at(*there, {"metadata", "uid"}), .propagation = "Background", .grace_seconds = {}};
  auto done = co_await site.client.remove(*type, site.ns, target.name, exactly_this);
  if (!done && !done.error().not_found()) co_return failed(target, done.error());
  co_return Result<>{};
}

asio::awaitable<Result<>> run(const plan::Delete& action, Steps& steps) {
  for (const auto& target : action.targets)
    if (auto done = co_await remove_one(target, steps.site()); !done) co_return done;
  if (!action.wait) co_return Result<>{};
  for (const auto& target : action.targets)
    if (auto gone = co_await wait_for(steps.site(), target, "Deleted", 2 * default_patience); !gone) co_return gone;
  co_return Result<>{};
}

void rights(const plan::Delete& action, Rights& rights) {
  for (const auto& target : action.targets) rights.add(target.kind, {"get", "delete"});
}

std::vector<plan::Target> objects(const plan::Delete& action) { return action.targets; }

}  // namespace

Doing<plan::Delete> remove_verb() { return {run, rights, objects}; }

}  // namespace straycat::runner
