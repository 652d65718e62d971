#include "cluster/apiserver/table.hpp"

#include <array>
#include <initializer_list>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "cluster/apiserver/table_cells.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

struct Column {
  const char* name;
  const char* type;
  int priority;
  const char* description;
};

constexpr const char* name_words = "Name must be unique within a namespace.";
constexpr Column name_column{"Name", "string", 0, name_words};
constexpr Column age_column{
    "Age", "string", 0, "CreationTimestamp is a timestamp representing the server time when this object was created."};

using Columns = std::vector<Column>;
using Cells = json (*)(const json& object, std::int64_t now_ns);

struct Layout {
  Columns columns;
  Cells cells;
};

Columns pod_columns() {
  return {name_column,
          {"Ready", "string", 0, "The aggregate readiness state of this pod for accepting traffic."},
          {"Status", "string", 0, "The aggregate status of the containers in this pod."},
          {"Restarts", "string", 0, "The number of times the containers in this pod have been restarted."},
          age_column,
          {"IP", "string", 1, "podIP address allocated to the pod."},
          {"Node", "string", 1, "NodeName indicates in which node this pod is scheduled."},
          {"Nominated Node", "string", 1, "nominatedNodeName is set only when this pod preempts other pods."},
          {"Readiness Gates", "string", 1, "If specified, all readiness gates will be evaluated for pod readiness."}};
}

Columns workload_columns(std::initializer_list<Column> own) {
  Columns columns{name_column};
  columns.insert(columns.end(), own);
  columns.push_back(age_column);
  columns.push_back({"Containers", "string", 1, "Names of each container in the template."});
  columns.push_back({"Images", "string", 1, "Images referenced by each container in the template."});
  columns.push_back({"Selector", "string", 1, "Label selector for pods."});
  return columns;
}

Columns service_columns() {
  return {
      name_column,
      {"Type", "string", 0, "Type determines how the Service is exposed."},
      {"Cluster-IP", "string", 0, "clusterIP is the IP address of the service."},
      {"External-IP", "string", 0, "externalIPs is a list of IP addresses for which nodes will also accept traffic."},
      {"Port(s)", "string", 0, "The list of ports that are exposed by this service."},
      age_column,
      {"Selector", "string", 1, "Route service traffic to pods with label keys and values matching this selector."}};
}

Columns event_columns() {
  return {{"Last Seen", "string", 0, "The time at which the most recent occurrence of this event was recorded."},
          {"Type", "string", 0, "Type of this event (Normal, Warning)."},
          {"Reason", "string", 0, "The reason for the transition into the object's current status."},
          {"Object", "string", 0, "The object that this event is about."},
          {"Subobject", "string", 1, "The part of that object that this event is about."},
          {"Source", "string", 1, "The component reporting this event."},
          {"Message", "string", 0, "A human-readable description of the status of this operation."},
          {"First Seen", "string", 1, "The time at which the event was first recorded."},
          {"Count", "string", 1, "The number of times this event has occurred."},
          {"Name", "string", 1, name_words}};
}

Columns node_columns() {
  return {name_column,
          {"Status", "string", 0, "The status of the node"},
          {"Roles", "string", 0, "The roles of the node"},
          age_column,
          {"Version", "string", 0, "Kubelet Version reported by the node."},
          {"Internal-IP", "string", 1, "The internal address of the node."},
          {"External-IP", "string", 1, "The external address of the node."},
          {"OS-Image", "string", 1, "OS Image reported by the node."},
          {"Kernel-Version", "string", 1, "Kernel Version reported by the node."},
          {"Container-Runtime", "string", 1, "ContainerRuntime Version reported by the node."}};
}

Layout layout_of(const std::string& kind) {
  if (kind == "Pod") return {pod_columns(), pod_cells};
  if (kind == "Service") return {service_columns(), service_cells};
  if (kind == "Event") return {event_columns(), event_cells};
  if (kind == "Node") return {node_columns(), node_cells};
  if (kind == "Deployment") {
    return {
        workload_columns(
            {{"Ready", "string", 0, "Number of the pod with ready state"},
             {"Up-to-date", "string", 0,
              "Total number of non-terminating pods targeted by this deployment that have the desired template spec."},
             {"Available", "string", 0,
              "Total number of available non-terminating pods targeted by this deployment."}}),
        deployment_cells};
  }
  if (kind == "ReplicaSet") {
    return {workload_columns(
                {{"Desired", "integer", 0, "Replicas is the number of desired pods."},
                 {"Current", "integer", 0, "Replicas is the most recently observed number of non-terminating pods."},
                 {"Ready", "integer", 0,
                  "The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition."}}),
            replica_set_cells};
  }
  if (kind == "Job") {
    return {workload_columns({{"Status", "string", 0, "Status of the job."},
                              {"Completions", "string", 0, "The number of pods which reached phase Succeeded."},
                              {"Duration", "string", 0, "Time required to complete the job."}}),
            job_cells};
  }
  if (kind == "EndpointSlice") {
    return {
        {name_column,
         {"AddressType", "string", 0, "addressType specifies the type of address carried by this EndpointSlice."},
         {"Ports", "string", 0, "ports specifies the list of network ports exposed by each endpoint in this slice."},
         {"Endpoints", "string", 0, "endpoints is a list of unique endpoints in this slice."},
         age_column},
        slice_cells};
  }
  if (kind == "Namespace")
    return {{name_column, {"Status", "string", 0, "The status of the namespace"}, age_column}, namespace_cells};
  return {{name_column, age_column}, plain_cells};
}

json definitions(const Columns& columns) {
  json all = json::array();
  for (const Column& column : columns) {
    const bool is_name = std::string_view(column.name) == "Name";
    all.push_back(json::object({{"name", column.name},
                                {"type", column.type},
                                {"format", is_name ? "name" : ""},
                                {"description", column.description},
                                {"priority", column.priority}}));
  }
  return all;
}

json row_object(const json& object, const std::string& with_object) {
  if (with_object == "Object") return object;
  json metadata = object.value("metadata", json::object());
  return json::object(
      {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", std::move(metadata)}});
}

}  // namespace

json make_table(const std::string& kind, const std::vector<Object>& objects, const std::string& resource_version,
                const std::string& with_object, std::int64_t wall_now_ns) {
  const Layout layout = layout_of(kind);
  json rows = json::array();
  for (const Object& object : objects) {
    json row = json::object({{"cells", layout.cells(*object, wall_now_ns)}});
    if (with_object != "None") row["object"] = row_object(*object, with_object);
    rows.push_back(std::move(row));
  }
  return json::object({{"kind", "Table"},
                       {"apiVersion", "meta.k8s.io/v1"},
                       {"metadata", json::object({{"resourceVersion", resource_version}})},
                       {"columnDefinitions", definitions(layout.columns)},
                       {"rows", std::move(rows)}});
}

std::string human_duration(std::int64_t seconds) {
  if (seconds < 0) return seconds < -1 ? "<invalid>" : "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  const auto two = [](std::int64_t big, const char* unit, std::int64_t small, const char* rest) {
    return small == 0 ? fmt::format("{}{}", big, unit) : fmt::format("{}{}{}{}", big, unit, small, rest);
  };
  const std::int64_t minutes = seconds / 60, hours = seconds / 3600;
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return fmt::format("{}m", minutes);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return fmt::format("{}h", hours);
  if (hours < 192) return two(hours / 24, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return fmt::format("{}d", hours / 24);
  if (hours < 24 * 365 * 8) return two(hours / 24 / 365, "y", hours / 24 % 365, "d");
  return fmt::format("{}y", hours / 24 / 365);
}

}  // namespace straycat::cluster
