// Reads what a survey looks at: lists, no watches, and nothing is written.
#pragma once

#include <string>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::runner {

struct SnapshotRequest {
  kube::Config cluster;
  std::string ns;       // "" = all namespaces
  std::string service;  // only this Service's slices are read; "" = all
  Nanos most = std::chrono::milliseconds{4500};
};

// Blocks for at most `most`. A list that is denied, unknown or late is noted in the snapshot, in the API server's
// words. Errors: the API server cannot be reached, or does not let this user in at all.
[[nodiscard]] Result<survey::Snapshot> take_snapshot(const SnapshotRequest& request);

}  // namespace straycat::runner
