// What a rule reads of an object, and nothing else: a folder may hold many megabytes of definitions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/model/objects.hpp>

namespace straycat::lint {

using nlohmann::json;

inline constexpr std::size_t no_text = static_cast<std::size_t>(-1);  // it stands in a cluster, and in no file

using Path = std::vector<std::string>;  // keys and indices: {"spec", "ports", "0", "targetPort"}

// Where an object stands: a piece of a text that is parsed again when its place must be told.
struct Origin {
  std::size_t text = 0;            // index of the file
  std::size_t from = 0, size = 0;  // the document's bytes
  int lines_before = 0;
  std::size_t document = 0;  // of those in this piece (nearly always the only one)
  Path within;               // in a List: {"items", "3"}
  int line = 1;              // where the object begins
  std::string source;        // Helm's "# Source:" line
};

// Something that was read, whatever its kind.
struct Thing {
  model::ObjectRef ref;
  std::string api_version;
  model::Labels labels;
  Origin origin;
  std::map<std::string, std::string> ignores;  // straycat.dev/ignore: rule -> reason
  // Read from a text that kubectl refuses, or defined twice in different words: it counts as being there, and nothing
  // is said against it.
  bool doubtful = false;
};

struct Hook {
  bool any = false;   // it is a Helm hook
  bool test = false;  // run by `helm test` alone
  bool live = false;  // runs while the release's other objects are there
  bool kept = true;   // its pods stay when it has ended well
};

// What one container asks for.
struct Needs {
  std::set<std::string> resources;  // requested, or limited, which requests as much
};

// Whatever makes pods; a Pod makes itself.
struct Maker : Thing {
  model::Workload workload;
  Hook hook;
  std::vector<Needs> needs;  // of its containers and restartable init containers
  std::vector<model::ContainerPort> init_ports;
  bool suspended = false;
  int rollout_takes = 0;  // of a Deployment: so many of its pods may be away at once in a rollout
  [[nodiscard]] const model::Labels& pod_labels() const { return workload.pod.labels; }
  [[nodiscard]] bool comes_and_goes() const;                    // Job, CronJob, Pod, or any hook
  [[nodiscard]] bool lacks(const std::string& resource) const;  // one of its containers does
};

struct ServiceFact : Thing {
  model::Service service;
  bool headless = false, external = false;
};

struct Autoscaler : Thing {
  std::string target_kind, target_name, target_api;
  std::set<std::string> utilization;  // resources of whose requests it takes a share
};

struct Budget : Thing {
  model::LabelSelector selector;
  bool selects = false;      // has a selector at all
  bool needs_scale = false;  // maxUnavailable, or a percentage: the controller asks the owner for its replicas
  std::string limit;         // "maxUnavailable: 1"
};

struct MonitorEndpoint {
  std::string port;                       // "" when not given
  std::optional<model::PortName> target;  // targetPort, or a PodMonitor's portNumber
  Path where;
};

struct Monitor : Thing {
  bool of_pods = false;  // PodMonitor
  model::LabelSelector selector;
  bool any_namespace = false;
  std::vector<std::string> namespaces;
  std::vector<MonitorEndpoint> endpoints;
};

// What one rule of a policy lets in, from wherever.
struct AdmittedPort {
  std::optional<model::PortName> port;  // none: each of the protocol
  int last = 0;                         // endPort, 0 when not given
  std::string protocol = "TCP";
};
struct Admission {
  std::vector<AdmittedPort> ports;
  bool every_port = false;
};

struct Policy : Thing {
  model::NetworkPolicy policy;
  std::vector<Admission> ingress;
};

// An EndpointSlice that somebody wrote, or Endpoints, of which the API server makes some.
struct SliceFact : Thing {
  model::EndpointSlice slice;
};

// All that one group of texts holds.
struct Facts {
  std::vector<ServiceFact> services;
  std::vector<Maker> makers;
  std::vector<Autoscaler> autoscalers;
  std::vector<Budget> budgets;
  std::vector<Monitor> monitors;
  std::vector<Policy> policies;
  std::vector<SliceFact> slices;
  std::vector<Thing> others;
  // Kinds of documents that could not be read; "": not even that.
  std::vector<Thing> shadows;
  bool limit_ranges = false;  // requests may be filled in
  std::size_t objects = 0;
};

// What Helm's annotations say.
[[nodiscard]] Hook hook_named(std::string_view moments, std::string_view delete_policy);

// Adds what the object is. Never throws, whatever stands there.
void add_object(json object, Origin origin, bool doubtful, Facts& facts);

}  // namespace straycat::lint
