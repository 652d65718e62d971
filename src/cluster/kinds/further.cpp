#include "cluster/kinds/further.hpp"

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

// ---- autoscaling/v1, which knows a target for the processors alone (kubernetes pkg/apis/autoscaling/v1/conversion.go)
// --

constexpr const char* other_metrics = "autoscaling.alpha.kubernetes.io/metrics";

bool is_cpu_share(const json& metric) {
  return text_at(metric, "/resource/name") == "cpu" && text_at(metric, "/resource/target/type") == "Utilization";
}

void autoscaler_to_stored(json& object) {
  with_object(object, "spec", [&](json& spec) {
    auto metrics = json::array();
    if (const auto share = spec.find("targetCPUUtilizationPercentage"); share != spec.end()) {
      metrics.push_back(
          {{"type", "Resource"},
           {"resource", {{"name", "cpu"}, {"target", {{"type", "Utilization"}, {"averageUtilization", *share}}}}}});
      spec.erase("targetCPUUtilizationPercentage");
    }
    with_object(object["metadata"], "annotations", [&](json& annotations) {
      const auto others = json::parse(string_or(annotations, other_metrics, "[]"), nullptr, false);
      if (others.is_array()) metrics.insert(metrics.end(), others.begin(), others.end());
      annotations.erase(other_metrics);
    });
    if (!metrics.empty()) spec["metrics"] = std::move(metrics);
  });
  with_object(object, "status", [](json& status) { status.erase("currentCPUUtilizationPercentage"); });
}

void autoscaler_from_stored(json& object) {
  with_object(object, "spec", [&](json& spec) {
    auto others = json::array();
    for (const auto& metric : array_or_empty(spec, "metrics")) {
      if (is_cpu_share(metric) && !spec.contains("targetCPUUtilizationPercentage"))
        spec["targetCPUUtilizationPercentage"] = metric["resource"]["target"].value("averageUtilization", json(80));
      else
        others.push_back(metric);
    }
    spec.erase("metrics");
    spec.erase("behavior");
    if (!others.empty()) object["metadata"]["annotations"][other_metrics] = others.dump();
  });
  with_object(object, "status", [](json& status) {
    status.erase("conditions");
    status.erase("currentMetrics");
  });
}

// ---- events.k8s.io/v1: other names for the same (pkg/apis/events/v1/conversion.go) ----

struct OtherName {
  const char *here, *stored;
};
constexpr OtherName event_names[] = {{"regarding", "involvedObject"},
                                     {"note", "message"},
                                     {"reportingController", "reportingComponent"},
                                     {"deprecatedSource", "source"},
                                     {"deprecatedFirstTimestamp", "firstTimestamp"},
                                     {"deprecatedLastTimestamp", "lastTimestamp"},
                                     {"deprecatedCount", "count"}};

void rename(json& object, const char* from, const char* to) {
  const auto at = object.find(from);
  if (at == object.end()) return;
  auto value = std::move(*at);
  object.erase(at);
  object[to] = std::move(value);
}

void event_to_stored(json& object) {
  for (const auto& name : event_names) rename(object, name.here, name.stored);
}
void event_from_stored(json& object) {
  for (const auto& name : event_names) rename(object, name.stored, name.here);
}

KindRow further(const char* kind, const char* group, const char* version) {
  KindRow row = *resource_by_kind(kind);
  row.group = group;
  row.version = version;
  row.types = {};
  return row;
}

}  // namespace

const std::vector<KindRow>& further_kinds() {
  static const auto all = [] {
    auto autoscaler = further("HorizontalPodAutoscaler", "autoscaling", "v1");
    autoscaler.to_stored = autoscaler_to_stored;
    autoscaler.from_stored = autoscaler_from_stored;
    auto event = further("Event", "events.k8s.io", "v1");
    event.to_stored = event_to_stored;
    event.from_stored = event_from_stored;
    event.selectable = {"regarding.kind",       "regarding.namespace",
                        "regarding.name",       "regarding.uid",
                        "regarding.apiVersion", "regarding.resourceVersion",
                        "regarding.fieldPath",  "reason",
                        "reportingController",  "type"};
    return std::vector<KindRow>{std::move(autoscaler), std::move(event)};
  }();
  return all;
}

const KindRow& stored_row(const KindRow& row) { return row.to_stored == nullptr ? row : *resource_by_kind(row.kind); }

}  // namespace straycat::cluster
