// How several streams share one connection (exec, attach, port-forward): pure machines, bytes to events and back.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/kinds/status.hpp"

namespace straycat::cluster {

// What a client says. Header names are in lower case: "streamtype", "port", "requestid".
struct Said {
  enum class What { opened, data, closed, reset };  // closed: the client says no more; reset: nor does it hear
  What what = What::data;
  int stream = 0;
  std::map<std::string, std::string> headers = {};  // opened
  std::string data = {};
};

class Framing {
 public:
  virtual ~Framing() = default;
  // What stands open before the client has said anything.
  virtual std::vector<Said> begin() { return {}; }
  // A WebSocket message, or a piece of a byte stream. An error ends the connection.
  virtual StoreResult<std::vector<Said>> take(std::string_view bytes) = 0;
  // What the protocol itself wants answered since the last call; "" = nothing.
  virtual std::string replies() { return {}; }
  virtual std::string data(int stream, std::string_view bytes) = 0;
  // No more comes on this stream; "" where the protocol has no word for it.
  virtual std::string closing(int stream) = 0;
};

// WebSocket messages whose first byte is the stream's number (k8s.io/apimachinery remotecommand: v1 to v5
// channel.k8s.io): 0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize. v5 adds {255, N}: the client's end of stream N.
[[nodiscard]] std::unique_ptr<Framing> channel_framing();
// SPDY/3.1 as github.com/moby/spdystream speaks it: no flow control, headers compressed with the fixed dictionary.
[[nodiscard]] std::unique_ptr<Framing> spdy_framing();

}  // namespace straycat::cluster
