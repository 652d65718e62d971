// Where pods' logs come from: the node fills it in, the API server serves it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cluster/store/store.hpp"

namespace straycat::cluster {

// One line that a container wrote, without its newline.
struct LogLine {
  std::int64_t wall_ns = 0;
  std::string text;
};

struct LogRequest {
  std::string ns, pod, container;  // container is never empty: the API server has chosen one
  bool previous = false;           // of the instance before the last restart
};

// Both functions are called on the server's thread.
struct PodLogs {
  // All lines kept so far. An error is answered as it is (kubelet: 400 `container "c" in pod "p" is waiting to start:
  // ContainerCreating`).
  std::function<StoreResult<std::vector<LogLine>>(const LogRequest&)> read;
  // Each line written after this call, and the end of the container's instance (at once when it has ended already). No
  // call comes after the Subscription is destroyed. Both callbacks are called on the server's thread, never from inside
  // `follow`.
  std::function<Subscription(const LogRequest&, std::function<void(const LogLine&)> on_line,
                             std::function<void()> on_end)>
      follow;
};

}  // namespace straycat::cluster
