// Who stands behind a Service, whom it was probably made for, who could come to stand there and who lately did: read
// off what a cluster lists at one instant, without any traffic. Pure and deterministic.
//
// Without traffic nothing is proven: a finding here says that something is wrong with how objects match, not that a
// request failed. What could not be read is never taken for "there is none".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/finding/finding.hpp>
#include <straycat/finding/intent.hpp>
#include <straycat/finding/ports.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::survey {

using json = nlohmann::json;
using finding::PortFit;

inline constexpr std::string_view survey_format = "straycat.survey/1";

// A kind of object that was asked for and not given.
struct Unread {
  std::string resource;     // "cronjobs"
  std::string ns;           // "" = all namespaces
  std::string why;          // the API server's words, or "no answer within 5 s"
  bool not_served = false;  // the cluster does not know the kind: then there are none of it
  std::string denied = {};  // the right that is missing ("list cronjobs.batch"); "": it failed for another reason
};

// What was read, at one instant.
struct Snapshot {
  std::int64_t wall_ns = 0;  // when
  std::string where;         // the cluster, context and user, for people (kube::Config::describe)
  std::string version;       // of Kubernetes, "" when unknown
  std::vector<model::Service> services;
  std::vector<model::EndpointSlice> slices;
  std::vector<model::Pod> pods;
  std::vector<model::Workload> workloads;  // all kinds
  std::vector<model::KubeEvent> events;
  std::vector<model::NetworkPolicy> policies;
  std::vector<Unread> unread;
  // The namespace that was to be read surely is not there; those that are, as far as they may be listed.
  bool ns_absent = false;
  std::vector<std::string> namespaces;

  // Whether this resource could be read (a kind that is not served counts as read: there is none of it).
  [[nodiscard]] bool knows(std::string_view resource) const;
};

struct PodLine {
  std::string name, uid, address, node, phase;
  bool ready = false, routable = false, terminating = false, listed = false;
  std::int64_t ready_since_wall_ns = 0;  // of the condition Ready, 0 when not ready
  int restarts = 0;
  std::string trouble;  // "CrashLoopBackOff", "ImagePullBackOff", "" when there is none
};

// One workload whose pods the Service selects now.
struct Standing {
  model::ObjectRef workload;  // the root owner; a Pod that nobody owns is its own
  model::Labels labels;       // of its pods (of its template where that is known)
  std::vector<PodLine> pods;
  std::size_t ready = 0, routable = 0;
  std::int64_t since_wall_ns = 0;      // its first pod's readiness, else creation
  std::vector<std::string> readiness;  // "httpGet :3000/healthz"; empty: no readiness probe
  std::vector<PortFit> ports;
  std::string helm_hook;
  bool meant = false, stray = false;
  [[nodiscard]] bool fits() const;  // one of its ports fits
};

// A workload that has no pod behind the Service now, and whose pod template the Service would select.
struct Prospect {
  model::ObjectRef workload;
  std::string state;  // "each time that it runs", "suspended", "finished", "scaled to 0", "no pod yet"
  model::Labels labels;
  bool stray = false;
};

// Something that lately stood there.
struct Past {
  model::ObjectRef workload;
  std::string pod;
  std::int64_t from_wall_ns = 0, to_wall_ns = 0;  // its container's running time; 0 = not known
  std::string text;
  bool stray = false;
};

struct Survey {
  std::string ns, service;
  bool seen = true;  // false: the Service could not be read, and nothing but its names is known
  model::Labels selector;
  std::string ports;  // "80 -> 3000, 443 -> https"
  std::vector<Standing> behind;
  std::vector<Prospect> prospects;
  std::vector<Past> past;  // newest first
  finding::Intent intent;
  std::vector<finding::Finding> findings;
  std::vector<std::string> open;   // why it cannot be told whether more is wrong, a sentence each
  std::vector<std::string> notes;  // what a reader should know and is no flaw
  std::string headline;
  // 1 a finding, else 2 when something is open, else 0.
  [[nodiscard]] int exit_code() const;
};

// The one survey of the Service; none when there surely is no such Service. Where Services could not be read, it holds
// its names and why nothing can be told. `meant` are the workloads that the person says the Service is for.
[[nodiscard]] std::optional<Survey> survey_service(const Snapshot& snapshot, const std::string& ns,
                                                   const std::string& service,
                                                   const std::vector<model::ObjectRef>& meant);
// Each Service of the snapshot, by namespace and name.
[[nodiscard]] std::vector<Survey> survey_all(const Snapshot& snapshot);

// What the lists that are missing cost a verdict, a sentence each, with the rights that are missing or the API server's
// words; the last one tells how to get those rights.
[[nodiscard]] std::vector<std::string> costs(const Snapshot& snapshot);
// The rights that are missing: "list cronjobs.batch".
[[nodiscard]] std::vector<std::string> missing_rights(const Snapshot& snapshot);

// {"format", "where", "version", "wallNs", "services": [...], "notSeen": [...], "missingRights": [...], "exitCode"}
[[nodiscard]] json to_json(const Snapshot& snapshot, const std::vector<Survey>& surveys);
// 1 when one survey has a finding, else 2 when one is open or Services could not be listed, else 0.
[[nodiscard]] int exit_code(const Snapshot& snapshot, const std::vector<Survey>& surveys);

}  // namespace straycat::survey
