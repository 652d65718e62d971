// A fault of the network that is under way, as a data plane must know it.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/fault_words.hpp>

namespace straycat::cluster {

struct NetworkFault {
  FaultWord word = FaultWord::unknown;  // drop, lose, refuse, reset, stall, connections, node_down
  std::vector<std::string> addresses;   // of the pods that are hit; connections: none; node_down: blocks
  FaultFrom from = FaultFrom::pods;
  std::string node = {};  // only what comes from there; whose table, or who is cut off; "" = each
  int ppm = 1'000'000;    // of the connections (lose: of the packets), in millionths
  int limit = 0;          // connections
  unsigned salt = 0;      // two faults of one share hit different connections
  bool operator==(const NetworkFault&) const = default;
};

}  // namespace straycat::cluster
