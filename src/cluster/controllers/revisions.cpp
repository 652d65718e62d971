#include "cluster/controllers/revisions.hpp"

#include <algorithm>

#include "cluster/controllers/rollout.hpp"

namespace straycat::cluster {
namespace {

const json& template_in(const json& revision) {
  return object_or_empty(object_or_empty(object_or_empty(revision, "data"), "spec"), "template");
}

std::int64_t number_of(const json& revision) { return integer_or(revision, "revision"); }

std::vector<Object> owned_revisions(const Store& store, const json& owner) {
  std::vector<Object> out;
  for (const auto& revision : store.list("ControllerRevision", namespace_of(owner)))
    if (is_controlled_by(*revision, owner)) out.push_back(revision);
  return out;
}

// A patch that puts the template in the place of another, as Kubernetes keeps it.
json new_revision(const json& owner, const std::string& name, const std::string& hash, std::int64_t number) {
  json made = {{"kind", "ControllerRevision"}, {"revision", number}};
  auto& meta = made["metadata"];
  meta = {{"name", name}, {"namespace", namespace_of(owner)}};
  meta["labels"] = object_or_empty(object_or_empty(object_or_empty(spec_of(owner), "template"), "metadata"), "labels");
  meta["labels"][revision_hash_key] = hash;
  meta["ownerReferences"] = json::array({owner_reference_to(owner)});
  auto shape = object_or_empty(spec_of(owner), "template");
  shape["$patch"] = "replace";
  made["data"]["spec"]["template"] = std::move(shape);
  return made;
}

json without_patch(json shape) {
  if (shape.is_object()) shape.erase("$patch");
  return shape;
}

std::vector<std::string> too_old(const json& owner, std::vector<Object> idle) {
  const auto limit =
      static_cast<std::size_t>(std::max<std::int64_t>(0, spec_number(owner, "revisionHistoryLimit", 10)));
  std::vector<std::string> out;
  if (idle.size() <= limit) return out;
  std::sort(idle.begin(), idle.end(), [](const Object& a, const Object& b) { return number_of(*a) < number_of(*b); });
  for (std::size_t i = 0; i < idle.size() - limit; ++i) out.push_back(name_of(*idle[i]));
  return out;
}

}  // namespace

RevisionPlan decide_revision(const json& owner, const std::vector<Object>& revisions,
                             const std::vector<std::string>& in_use) {
  const auto& wanted = object_or_empty(spec_of(owner), "template");
  RevisionPlan plan;
  const json* mine = nullptr;
  std::int64_t newest = 0;
  for (const auto& revision : revisions) {
    newest = std::max(newest, number_of(*revision));
    if (same_template(without_patch(template_in(*revision)), wanted)) mine = revision.get();
  }
  plan.hash = pod_template_hash(wanted, 0);
  plan.name = name_of(owner) + "-" + plan.hash;
  if (mine != nullptr) {
    plan.hash = text_at(*mine, "/metadata/labels/controller-revision-hash");
    plan.name = name_of(*mine);
  }
  // A template that comes back (a rollback) becomes the newest again.
  plan.number = mine != nullptr && number_of(*mine) == newest ? newest : newest + 1;
  if (mine == nullptr) plan.make = new_revision(owner, plan.name, plan.hash, plan.number);
  const auto used = [&](const json& revision) {
    const auto label = text_at(revision, "/metadata/labels/controller-revision-hash");
    return name_of(revision) == plan.name || std::any_of(in_use.begin(), in_use.end(), [&](const std::string& one) {
             return one == label || one == name_of(revision);
           });
  };
  std::vector<Object> idle;
  std::copy_if(revisions.begin(), revisions.end(), std::back_inserter(idle),
               [&](const Object& revision) { return !used(*revision); });
  plan.remove = too_old(owner, std::move(idle));
  return plan;
}

RevisionPlan keep_revision(Store& store, const json& owner, const std::vector<std::string>& in_use) {
  auto plan = decide_revision(owner, owned_revisions(store, owner), in_use);
  const auto ns = namespace_of(owner);
  if (!plan.make.is_null()) (void)store.create(plan.make);
  (void)store.mutate("ControllerRevision", ns, plan.name, [&](json& revision) {
    revision["revision"] = plan.number;
    return true;
  });
  for (const auto& name : plan.remove) (void)store.remove("ControllerRevision", ns, name);
  return plan;
}

json template_of_revision(const Store& store, const json& owner, const std::string& revision) {
  const auto found = store.get("ControllerRevision", namespace_of(owner), revision);
  return found ? without_patch(template_in(*found)) : json(nullptr);
}

}  // namespace straycat::cluster
