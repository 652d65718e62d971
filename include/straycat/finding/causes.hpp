// The table of causes: each way in which a Service fails its clients, once. Both judges, a scenario's `expect`, the
// reports and the documents take a cause's names from here, and nobody spells one a second time.
//
// A new rule needs a row here. A name that was ever printed stays readable (`old_ids`), as logs and scenarios hold it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace straycat::finding {

// In the order in which rules are asked and rivals are told.
enum class Cause {
  // Others behind the Service.
  stray_endpoint,
  wrong_answer,
  latent_overlap,
  selector_misses,
  selector_unwanted,
  // Ends and starts.
  termination_race,
  grace_too_short,
  container_ends_first,
  early_ready,
  publishes_unready,
  // Ports and addresses.
  wrong_target_port,
  wrong_declared_port,
  missing_named_port,
  slice_port_mismatch,
  loopback_bind,
  wrong_family,
  wrong_service_port,
  headless_port,
  // Nobody there.
  no_endpoints,
  rollout_gap,
  readiness_flap,
  never_ready,
  // Between the client and the endpoint.
  data_plane_lag,
  stale_slice,
  local_policy,
  network_policy,
  path_blocked,
  hairpin,
  affinity_pin,
  dns,
  // The program itself.
  crash_loop,
  liveness_kill,
  oom_kill,
  deaf_endpoint,
  bad_revision,
  overload,
  server_resets,
  server_errors,
  keep_alive_race,
  // No fault of the Service's.
  prober_limit,
  unexplained,
};

// What a cause can be read off.
struct FoundBy {
  bool traffic = false;    // a run
  bool listing = false;    // what a cluster lists at one instant
  bool manifests = false;  // manifests alone
};

struct CauseRow {
  Cause cause;
  std::string_view id;              // "stray-endpoint": in scenarios, reports and logs
  std::string_view title;           // a few words: "a stray endpoint"
  std::string_view promise;         // what is so when it is named, one sentence
  FoundBy promised;                 // what it can be read off
  FoundBy found;                    // ... and there is a rule for it in this version
  std::string_view at_fault = "";   // the kind that is at fault, where that is always the same one
  bool blames_another = false;      // the workload of its finding is another than the one that is meant
  std::vector<Cause> refines = {};  // where both fit, it is the finding, and these are how it showed
  std::vector<std::string_view> old_ids = {};
};

[[nodiscard]] const std::vector<CauseRow>& causes();  // by Cause
[[nodiscard]] const CauseRow& row(Cause cause);
[[nodiscard]] std::string_view to_string(Cause cause);  // its id
// By its id, or one that it once had; none for any other word.
[[nodiscard]] std::optional<Cause> cause_from(std::string_view word);

// Whether `special` says more than `general` of the same failures: by `refines`, followed to its end.
[[nodiscard]] bool refines(Cause special, Cause general);

// Whether a scenario can expect it: a run has a rule that finds it.
[[nodiscard]] bool expectable(Cause cause);
// Why it cannot, in a few words.
[[nodiscard]] std::string why_not_expectable(Cause cause);

}  // namespace straycat::finding
