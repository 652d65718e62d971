// What runs left behind in a cluster (kill -9, a lost connection), found by their label.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/kube/client.hpp>

namespace straycat::runner {

struct Leftover {
  kube::ResourceType type;
  std::string ns, name, uid, run;
  std::int64_t created_wall_ns = 0;
  bool alive = false;  // its run still moves its beacon
};

struct LeftoverRequest {
  kube::Config cluster;
  std::string ns;                                  // "" = all namespaces
  std::string run;                                 // only this run's; "" = all runs'
  Nanos listen = std::chrono::milliseconds{4500};  // for beacons; a living run moves its own every 2 s
};

struct Leftovers {
  std::vector<Leftover> found;      // in the order in which they are to be deleted
  std::vector<std::string> unread;  // what could not be looked through, and why
};

// Lists what carries the label straycat.dev/run and is owned by nothing else; what a namespace of a run holds goes with
// it and is not listed. Errors: the API server cannot be reached.
[[nodiscard]] Result<Leftovers> find_leftovers(const LeftoverRequest& request);

// Deletes exactly these objects, by uid; gives those that could not be deleted, with the API server's words.
[[nodiscard]] Result<std::vector<std::string>> remove_leftovers(const kube::Config& cluster,
                                                                const std::vector<Leftover>& leftovers);

}  // namespace straycat::runner
