// Tells, by an Event on the object, which of its fields have no effect here (model/law.hpp).
#pragma once

#include <set>
#include <string>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include <straycat/model/law.hpp>

namespace straycat::cluster {

class LawController final : public Controller {
 public:
  explicit LawController(const World& world)
      : store_(world.store), events_(world.store, world.clock, model::kLawTeller) {}
  void on_change(const Change& change) override;

 private:
  void tell(const json& object, const model::Ignored& ignored);
  [[nodiscard]] json heard_in_its_run(const json& object) const;

  const Store& store_;
  EventRecorder events_;
  std::set<std::string> told_;  // uid and field
};

}  // namespace straycat::cluster
