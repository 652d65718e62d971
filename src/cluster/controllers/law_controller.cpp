#include "cluster/controllers/law_controller.hpp"

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

// What a controller makes says what the person's own object has said already: a pod its Deployment's template.
void LawController::on_change(const Change& change) {
  const auto& object = *change.object;
  if (change.type == ChangeType::deleted) {
    const auto first = told_.lower_bound(uid_of(object) + "\n");
    told_.erase(first, told_.lower_bound(uid_of(object) + "\n\x7f"));
    return;
  }
  if (controller_of(object) != nullptr) return;
  for (const auto& ignored : model::ignored_fields(object)) {
    if (!told_.insert(uid_of(object) + "\n" + ignored.field).second) continue;
    if (ignored.row->reach == model::Reach::nothing)
      events_.normal(object, model::kNotSupported, ignored.sentence(), ignored.field);
    else
      events_.warning(object, model::kNotSupported, ignored.sentence(), ignored.field);
  }
}

std::unique_ptr<Controller> law_controller(const Start& start) { return std::make_unique<LawController>(start.world); }

}  // namespace straycat::cluster
