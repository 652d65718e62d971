// What the API server asks of the node.
#pragma once

#include "cluster/store/pod_logs.hpp"
#include "cluster/store/pod_streams.hpp"

namespace straycat::cluster {

struct PodFaces {
  PodLogs logs;
  PodStreams streams = {};
};

}  // namespace straycat::cluster
