// Exchanges recorded with a real API server (1.36.3), and how an answer of ours is compared with them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cluster/apiserver/request.hpp"

namespace straycat::cluster::testing_world {

struct Recording {
  std::string name;
  Request request;
  int code = 0;
  std::string content_type, body;  // body: stream lines without their arrival times
  [[nodiscard]] json object() const { return json::parse(body, nullptr, false); }
};

// tests/cluster/recordings/NAME.http
[[nodiscard]] Recording read_recording(const std::string& name);

// What differs from run to run made equal: uids, times, resourceVersions, cluster addresses, random suffixes;
// managedFields dropped (their sets have tests of their own).
[[nodiscard]] json normalised(const json& value);

// "/spec/replicas: ours 1, recorded 2", one for each place; "" for the root.
struct Difference {
  std::string path, ours, recorded;
};
[[nodiscard]] std::vector<Difference> differences(const json& ours, const json& recorded);

}  // namespace straycat::cluster::testing_world
