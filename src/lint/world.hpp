// The facts of what will stand together, with the questions that rules ask of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lint/facts.hpp"
#include <straycat/lint/lint.hpp>

namespace straycat::lint {

// no, yes, or it hangs on what a controller will write.
enum class Match { no, maybe, yes };

class World {
 public:
  // `whole`: nothing else is said to belong to it. Else what is missing may stand in another file.
  World(const std::vector<Text>& texts, const Facts& facts, bool whole) : texts_(texts), facts_(facts), whole_(whole) {}

  [[nodiscard]] const Facts& facts() const { return facts_; }
  // Whether it can be said that something is not there: all was read, and all is at hand.
  [[nodiscard]] bool knows_all(std::string_view kind) const;
  [[nodiscard]] bool knows_all_makers() const;
  [[nodiscard]] Spot spot(const Thing& thing, const Path& path) const { return locate_(thing, path); }

  // Those that the Service's selector matches: surely (yes), or perhaps, too.
  [[nodiscard]] std::vector<const Maker*> behind(const ServiceFact& service, Match least) const;
  // Long-running workloads among them.
  [[nodiscard]] std::vector<const Maker*> homes(const ServiceFact& service) const;
  // Each Service with each long-running workload behind it, of which something can be said.
  void each_home(const std::function<void(const ServiceFact&, const Maker&)>& call) const;

 private:
  [[nodiscard]] Spot locate_(const Thing& thing, const Path& path) const;
  const std::vector<Text>& texts_;
  const Facts& facts_;
  bool whole_;
};

// An object without a namespace goes where the person applies it, as those do that name "default".
[[nodiscard]] bool same_namespace(const Thing& a, const Thing& b);
// Labels that controllers write on the pods of this workload count as there, with whatever value.
[[nodiscard]] Match selects(const model::Labels& selector, const Maker& maker);
[[nodiscard]] Match selects(const model::LabelSelector& selector, const Maker& maker);

// "Job/migrate", safe to print.
[[nodiscard]] std::string name_of(const Thing& thing);
[[nodiscard]] std::string names_of(const std::vector<const Maker*>& makers);
// Where its pods' labels stand.
[[nodiscard]] Path labels_path(const Maker& maker);

}  // namespace straycat::lint
