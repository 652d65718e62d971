// Kubernetes Events as its components write them (client-go tools/record, tools/events), counted up when the same thing
// happens again. Controllers and the node share this.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cluster/controllers/clock.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

class EventRecorder {
 public:
  // `component` ("kubelet", "job-controller") is who speaks, `host` the node it stands on ("" for controllers). Store
  // and clock must outlive the recorder.
  EventRecorder(Store& store, const Clock& clock, std::string component, std::string host = "");

  // core/v1 style, about `object` (kind, apiVersion and metadata are read) or a part of it (`field_path`
  // "spec.containers{sayhi}"). The same component, object, part, type, reason and message again adds to the first one's
  // `count` and moves its lastTimestamp. An Event that the store refuses (its namespace is going) is dropped, as in
  // Kubernetes.
  void normal(const json& object, const std::string& reason, const std::string& message,
              const std::string& field_path = "");
  void warning(const json& object, const std::string& reason, const std::string& message,
               const std::string& field_path = "");

  // events.k8s.io style, as the scheduler writes: eventTime with microseconds, an action, no count.
  void action(const json& object, const std::string& type, const std::string& reason, const std::string& action,
              const std::string& message);

 private:
  void record(const json& object, const std::string& type, const std::string& reason, const std::string& message,
              const std::string& field_path);
  [[nodiscard]] json draft(const json& object, const std::string& type, const std::string& reason,
                           const std::string& message) const;
  std::string create(json event);  // its name; "" when refused

  Store& store_;
  const Clock& clock_;
  std::string component_, host_;
  std::map<std::string, std::string> known_;  // what happened -> name of the Event that counts it
};

}  // namespace straycat::cluster
