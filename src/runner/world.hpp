// The objects of the run's namespace as the watches tell them: whole, for the steps' conditions; projected, for the
// log. Pure; private to `runner`.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/model/objects.hpp>

namespace straycat::runner {

using json = nlohmann::json;

// One line for the log: kind "pod", "slice", ... and the body of an ObjectChange.
struct ObjectLine {
  std::string kind;
  json body;
};

class World {
 public:
  // A list: what is not in it is gone. `kind` is the Kubernetes kind.
  [[nodiscard]] std::vector<ObjectLine> replaced(const std::string& kind, const std::vector<json>& objects);
  [[nodiscard]] std::vector<ObjectLine> applied(const std::string& kind, const json& object);
  [[nodiscard]] std::vector<ObjectLine> deleted(const std::string& kind, const json& object);

  [[nodiscard]] const json* find(const std::string& kind, const std::string& name) const;
  [[nodiscard]] std::vector<const json*> all(const std::string& kind) const;
  // A kind that is watched, so that what find does not know does not exist.
  void watched(const std::string& kind) { watched_[kind] = true; }
  [[nodiscard]] bool watches(const std::string& kind) const { return watched_.count(kind) != 0; }

  // The pods whose topmost owner is kind/name (a Pod is its own), as projections.
  [[nodiscard]] std::vector<model::Pod> pods_of(const std::string& kind, const std::string& name) const;
  [[nodiscard]] std::vector<model::Workload> workloads() const;

 private:
  using Key = std::pair<std::string, std::string>;  // kind, name
  std::map<Key, json> objects_;
  std::map<Key, json> logged_;  // the projection that the log has
  std::map<std::string, bool> watched_;
};

// The projection of an object in its log form, and the log's kind for it ("" for kinds that the log does not hold).
[[nodiscard]] std::string log_kind(const std::string& kind);
[[nodiscard]] json projection(const std::string& kind, const json& object);

}  // namespace straycat::runner
