// The objects of the run's namespace as the watches tell them: whole, for the steps' conditions; projected, for the
// log. Pure; private to `runner`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/model/projection.hpp>

namespace straycat::runner {

using json = nlohmann::json;

// One line for the log: its topic (pod, slice, ...) and the body of an ObjectChange.
struct ObjectLine {
  Topic kind = Topic::unknown;
  json body;
};

class World {
 public:
  // A list: what is not in it is gone. `kind` is the Kubernetes kind. Told one by one: all lines of a list of a big
  // cluster at once would take as much memory as the cluster's objects.
  void replaced(const std::string& kind, std::vector<json> objects, const std::function<void(const ObjectLine&)>& tell);
  [[nodiscard]] std::vector<ObjectLine> applied(const std::string& kind, json object);
  [[nodiscard]] std::vector<ObjectLine> deleted(const std::string& kind, const json& object);

  // A slice comes without its endpoints here: `slices` has them.
  [[nodiscard]] const json* find(const std::string& kind, const std::string& name) const;
  [[nodiscard]] std::vector<const json*> all(const std::string& kind) const;
  [[nodiscard]] const std::map<std::string, model::EndpointSlice>& slices() const { return slices_; }
  // A kind that is watched, so that what find does not know does not exist.
  void watched(const std::string& kind) { watched_.insert(kind); }
  void unwatched(const std::string& kind) { watched_.erase(kind); }
  [[nodiscard]] bool watches(const std::string& kind) const { return watched_.count(kind) != 0; }

  // The pods whose topmost owner is kind/name (a Pod is its own), as projections.
  [[nodiscard]] std::vector<model::Pod> pods_of(const std::string& kind, const std::string& name) const;
  [[nodiscard]] std::vector<model::Workload> workloads() const;

 private:
  using Key = std::pair<std::string, std::string>;  // kind, name
  model::Projection keep_slice(const Key& key, json object);
  void forget(const Key& key);  // but for objects_
  [[nodiscard]] std::optional<model::Projection> last_projection(const Key& key, const json& object) const;

  std::map<Key, json> objects_;
  std::map<std::string, model::EndpointSlice> slices_;  // a big cluster's, as JSON, would take five times as much
  std::map<Key, json> logged_;  // the projection that the log has, of kinds that are told only when it changes
  std::set<std::string> watched_;
};

}  // namespace straycat::runner
