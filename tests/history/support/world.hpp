// A small world: pods with behaviour, slices, a data plane that lags, traffic, direct probes. log_maker.hpp writes its
// log.
//
// Times are seconds of the runner's clock; the vantage point's clock is `skew` seconds ahead. Header-only, so that the
// tests of every room can use it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::test {

using json = nlohmann::json;

inline std::int64_t ns(double seconds) { return std::llround(seconds * 1e9); }

// A workload, and what stands above it ("Deployment" makes a ReplicaSet between itself and the pods).
struct Owner {
  std::string kind, name;
  model::Labels labels;       // of its pod template
  std::string helm_hook;      // of a bare pod
  double applied = 0;         // when the runner saw it
  std::string strategy = {};  // of a Deployment: "Recreate"
  bool operator==(const Owner&) const = default;
};

struct PodLife {
  std::string name;
  std::size_t owner = 0;                         // index in World::owners
  double ready_from = 0, ready_to = 1e9;         // in the slices; ready_to: it completes, or begins to terminate
  bool terminates = false;                       // at ready_to it is terminating and serving, until gone_at
  double gone_at = 1e9;                          // leaves the slices altogether
  double answers_from = -1e9, answers_to = 1e9;  // outside it refuses; equal: it never answers
  double mute_from = 1e9, mute_to = 1e9;         // in between it refuses
  double unready_from = 1e9, unready_to = 1e9;   // in between it is listed, and not ready
  double cuts_from = 1e9;                        // from then on it takes connections and closes them without a word
  int wrong_status = 0;                          // answers with this status instead of 200
  double cut_share = 0;                          // takes this share of the connections and closes them without a word
  double wrong_share = 0;                        // answers this share with this status
  int share_status = 500;
  double late_share = 0;              // does not answer this share in time
  std::vector<double> restarts = {};  // its container restarts then (status seen 0.5 s later), down for 0.4 s before
  bool readiness_probe = false;
  int container_port = 3000;
  std::string revision{};   // the hash of its template, as a label
  bool port_unset = false;  // its slice has no port (a named targetPort that it lacks)
};

struct Stage {
  std::string name, phase, verb, detail;
  double from = 0, to = 0;
  plan::Action action = plan::Pause{};
};

struct Gap {
  double from = 0, to = 0;
};

struct World {
  std::string ns_name = "shop", service = "sayhi", traffic = "loop", run = "r1";
  model::Labels selector = {{"app", "sayhi"}};
  model::PortName target = 3000;
  std::string shuns;                      // no connection of the traffic is sent to this pod, whatever is listed
  bool nobody_translates = false;         // what is sent through the Service is refused, whoever stands there
  bool lost_through_the_service = false;  // what is refused directly gets no answer through the Service
  bool affinity = false;  // the Service's sessionAffinity is ClientIP: one client stays with its endpoint
  std::vector<Owner> owners;
  std::vector<PodLife> pods;
  std::vector<Stage> stages;
  std::vector<model::NetworkPolicy> policies;
  std::vector<model::KubeEvent> kube_events;
  std::vector<double> kube_event_times;
  plan::Expectations expect;
  std::vector<plan::Target> meant_for;

  double traffic_from = 2, traffic_to = 36, rate = 20;
  double ends = 37;
  double probes_after = 0.7;  // of an endpoint's joining: the first of its periodic direct probes
  double lag = 0;             // longest data-plane lag
  double stale = 0;           // a proxy that drops endpoints this much later still
  double min_sync = 1;
  double skew = 5000, bound = 0.0005;
  bool clock_bounds = true, direct_probes = true, watch_events = true, watch_pods = true, watch_policies = false;
  std::vector<Gap> slice_gaps;              // the watch is blind (changes show at the end of the gap)
  std::vector<Gap> stalls;                  // the prober's loop stands still (health says so; the traffic goes on)
  std::vector<Gap> silences;                // the prober stands still: nothing is sent
  double local_from = 1e9, local_to = 1e9;  // attempts fail for want of ports, or of what `limit` says
  Limit limit = Limit::ports;
  // Attempts get no answer, and the prober says that it is at this limit.
  double starved_from = 1e9, starved_to = 1e9;
  Limit starved_by = Limit::none;
  // What ended does not even refuse; so much later the source ports come round, and each is sent where it was sent
  // before.
  double ports_round = 0;
  std::uint64_t records_lost = 0;
  std::size_t failures_kept = 200;
  RunEnd end_reason = RunEnd::finished;
  std::string end_error;
  bool ended = true;
  std::uint64_t seed = 1;
};

}  // namespace straycat::test
