#include "runner/objects.hpp"
#include "runner/own_objects.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<>> apply_one(const plan::Manifest& manifest, Site& site) {
  const auto where = place_of(manifest);
  const auto found = own(site, manifest);
  if (!found) co_return found.error();
  if (auto ours = co_await not_foreign(site, found->type, found->target.name); !ours)
    co_return ours.error().within(where);
  kube::ApplyOptions defaults;  // a variable: g++ 12 destroys a temporary aggregate of a co_await expression twice
  auto answer =
      co_await site.client.apply(found->type, labelled(manifest.object, site.ns, site.run_id), site.ns, defaults);
  if (!answer) co_return failed(found->target, answer.error()).within(where);
  site.remember(found->type, *answer);
  site.written[{found->target.kind, found->target.name}] = text_at(*answer, {"metadata", "resourceVersion"});
  co_return Result<>{};
}

asio::awaitable<Result<>> run(const plan::Apply& action, Steps& steps) {
  for (const auto& manifest : action.manifests)
    if (auto done = co_await apply_one(manifest, steps.site()); !done) co_return done;
  co_return Result<>{};
}

void rights(const plan::Apply& action, Rights& rights) {
  for (const auto& manifest : action.manifests)
    if (const auto type = kube::resource_for(manifest.object))
      rights.add(type->kind, {"create", "patch", "get", "delete"});
}

std::vector<plan::Target> objects(const plan::Apply& action) {
  std::vector<plan::Target> out;
  for (const auto& manifest : action.manifests) {
    const auto& object = manifest.object;
    if (!object.is_object() || !object.contains("metadata") || !object["metadata"].is_object()) continue;
    out.push_back({object.value("kind", ""), object["metadata"].value("name", ""), ""});
  }
  return out;
}

}  // namespace

Doing<plan::Apply> apply_verb() { return {run, rights, objects}; }

}  // namespace straycat::runner
