#include "cluster/controllers/law_controller.hpp"

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

namespace {

// The range of the cluster's own making is what it says it is; nobody else's would have an effect. Told of, every
// `diagnose --probe` of a clean Service ended inconclusive.
bool its_own(const json& object) { return kind_of(object) == "ServiceCIDR" && name_of(object) == "kubernetes"; }

}  // namespace

// What a controller makes says what the person's own object has said already: a pod its Deployment's template.
void LawController::on_change(const Change& change) {
  const auto& object = *change.object;
  if (change.type == ChangeType::deleted) {
    const auto first = told_.lower_bound(uid_of(object) + "\n");
    told_.erase(first, told_.lower_bound(uid_of(object) + "\n\x7f"));
    return;
  }
  if (controller_of(object) != nullptr || its_own(object)) return;
  for (const auto& ignored :
       model::ignored_fields(object, model::plane_named(data_plane_of(store_)), store_.list("Node").size()))
    if (told_.insert(uid_of(object) + "\n" + ignored.field).second) tell(heard_in_its_run(object), ignored);
}

void LawController::tell(const json& object, const model::Ignored& ignored) {
  if (ignored.row->reach == model::Reach::nothing)
    events_.normal(object, model::kNotSupported, ignored.sentence(), ignored.field);
  else
    events_.warning(object, model::kNotSupported, ignored.sentence(), ignored.field);
}

// Events about what stands in no namespace go to "default", where no run looks: that of the object's run is better.
json LawController::heard_in_its_run(const json& object) const {
  auto about = object;
  const auto run = labels_of(object);
  const auto id = run.find("straycat.dev/run");
  if (!namespace_of(object).empty() || id == run.end()) return about;
  for (const auto& ns : store_.list("Namespace"))
    if (const auto labels = labels_of(*ns); labels.contains(id->first) && labels.at(id->first) == id->second)
      about["metadata"]["namespace"] = name_of(*ns);
  return about;
}

std::unique_ptr<Controller> law_controller(const Start& start) { return std::make_unique<LawController>(start.world); }

}  // namespace straycat::cluster
