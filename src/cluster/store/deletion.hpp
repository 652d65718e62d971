// What a DELETE does to an object, decided without touching the store (apiserver pkg/registry/rest/delete.go,
// pkg/registry/generic/registry/store.go).
#pragma once

#include "cluster/store/store.hpp"

namespace straycat::cluster {

struct Removal {
  json object;        // the object after the request
  bool ends = false;  // it goes now; otherwise `object` is what stays (with deletionTimestamp)
};

// `now` in seconds since 1970. Fails when a precondition does not hold.
[[nodiscard]] StoreResult<Removal> decide_removal(const KindRow& row, const json& current, const Deletion& deletion,
                                                  std::int64_t now);

// Whether an object that an update leaves behind has nothing more to wait for and must go.
[[nodiscard]] bool ready_to_go(const json& object);

// Seconds since 1970 of a metav1.Time; 0 when it is none.
[[nodiscard]] std::int64_t seconds_of(const std::string& kube_time);

}  // namespace straycat::cluster
