// One HTTP exchange without its transport: what the REST layer takes and gives.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "cluster/kinds/status.hpp"

namespace straycat::cluster {

struct Request {
  std::string method;  // "GET"
  std::string target;  // "/api/v1/pods?watch=1", as it came
  std::string accept, content_type, authorization, user_agent, if_none_match;
  std::string body;
  std::string upgrade = {};                 // "websocket", "spdy/3.1": in which protocol the client would go on
  std::vector<std::string> protocols = {};  // and what it would speak there, as it likes it best
  // As whom else the caller wants to be treated (Impersonate-User, -Uid, -Group).
  std::string as_user = {}, as_uid = {};
  std::vector<std::string> as_groups = {};

  [[nodiscard]] std::string path() const;
  // The query's parameters, percent-decoded; the first of several wins.
  [[nodiscard]] std::map<std::string, std::string> query() const;
  // All values of one that may be given several times.
  [[nodiscard]] std::vector<std::string> values(const std::string& key) const;
};

struct Response {
  int code = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// A body that comes in pieces: a watch or a followed log. `start` is called once, with what to call for each piece and
// at the end; the stream goes on until it calls `end` or the returned token is destroyed. Neither is called from inside
// `start` after the token is gone.
struct Stream {
  std::string content_type = "application/json";
  std::function<std::shared_ptr<void>(std::function<void(std::string)> write, std::function<void()> end)> start;
};

// A request to hand on to a pod.
struct Forward {
  std::string address;
  int port = 0;
  std::string target;  // path and query at the pod
  std::string method = "GET", accept = {}, content_type = {}, body = {};
};

class Conversation;
struct Voice;

// The connection goes on in another protocol, in which several streams share it.
struct Upgrade {
  // WebSocket messages with a stream's number, without one, those that carry SPDY; or SPDY itself.
  enum class Way { channels, messages, tunnel, spdy };
  Way way = Way::channels;
  std::string protocol;  // of those that the client offered; "" = none
  std::function<std::shared_ptr<Conversation>(Voice)> start;
};

using Answer = std::variant<Response, Stream, Forward, Upgrade>;

[[nodiscard]] Response json_response(int code, const json& body);
[[nodiscard]] Response status_response(const Status& status);
[[nodiscard]] std::string percent_decoded(std::string_view text);

// Where a path points: /api/v1/namespaces/NS/RESOURCE/NAME/SUBRESOURCE/REST...
struct Route {
  std::string group, version, ns, resource, name, subresource;
  std::string rest;  // from its slash on and as it came: a pod behind the proxy decodes it itself
};
// None when the path is no API path with a resource in it.
[[nodiscard]] std::optional<Route> parse_route(const std::string& path);

}  // namespace straycat::cluster
