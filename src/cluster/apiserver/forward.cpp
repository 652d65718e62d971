// Where services/NAME[:PORT]/proxy/... and pods/NAME[:PORT]/proxy/... lead. Like the real API server it picks an
// endpoint itself and says nothing of the data plane.
#include <algorithm>
#include <random>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

// "sayhi", "sayhi:80" -> {"sayhi", "80"}, "http:sayhi:80": a scheme may stand in front when all three are there.
std::pair<std::string, std::string> split_name(std::string text) {
  if (std::count(text.begin(), text.end(), ':') == 2) text.erase(0, text.find(':') + 1);
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string pod_target(const Call& call) {
  const auto mark = call.request.target.find('?');
  return (call.route.rest.empty() ? "/" : call.route.rest) +
         (mark == std::string::npos ? "" : call.request.target.substr(mark));
}

// A request to hand on, as it came.
Forward forward_of(const Call& call, std::string address, int port) {
  const auto& request = call.request;
  return {std::move(address),   port,        pod_target(call), request.method, request.accept,
          request.content_type, request.body};
}

Status unavailable(const std::string& message) { return {503, "ServiceUnavailable", message, nullptr}; }

Answer to_pod(const Call& call, const Store& store, const std::string& name, const std::string& port) {
  const auto pod = store.get("Pod", call.route.ns, name);
  if (!pod) return status_response(not_found(call.resource, name));
  const auto address = text_at(*pod, "/status/podIP");
  if (address.empty()) return status_response(bad_request("address not allowed"));
  auto number = std::atoi(port.c_str());
  if (number == 0) {
    for (const auto& container : array_or_empty(object_or_empty(*pod, "spec"), "containers")) {
      for (const auto& own : array_or_empty(container, "ports")) {
        if (number == 0 && (port.empty() || string_or(own, "name") == port))
          number = static_cast<int>(integer_or(own, "containerPort"));
      }
    }
  }
  return forward_of(call, address, number == 0 ? 80 : number);
}

// The slices' port of a Service port that was named by name or number; "" is the name of an only port.
std::optional<std::string> port_name(const json& service, const std::string& port) {
  const auto& ports = array_or_empty(object_or_empty(service, "spec"), "ports");
  for (const auto& own : ports) {
    if (port == string_or(own, "name") || port == std::to_string(integer_or(own, "port")) ||
        (port.empty() && ports.size() == 1)) {
      return string_or(own, "name");
    }
  }
  return std::nullopt;
}

std::vector<Forward> ready_endpoints(const Call& call, const Store& store, const std::string& service,
                                     const std::string& port) {
  std::vector<Forward> out;
  for (const auto& slice : store.list("EndpointSlice", call.route.ns)) {
    if (string_or(object_or_empty(object_or_empty(*slice, "metadata"), "labels"), "kubernetes.io/service-name") !=
        service)
      continue;
    for (const auto& own : array_or_empty(*slice, "ports")) {
      if (string_or(own, "name") != port || integer_or(own, "port") == 0) continue;
      for (const auto& endpoint : array_or_empty(*slice, "endpoints")) {
        const auto& addresses = array_or_empty(endpoint, "addresses");
        if (object_or_empty(endpoint, "conditions").value("ready", json(true)) == json(false) || addresses.empty())
          continue;
        out.push_back(forward_of(call, addresses[0].get<std::string>(), static_cast<int>(integer_or(own, "port"))));
      }
    }
  }
  return out;
}

}  // namespace

Answer forward_to_pod(const Call& call, const Store& store) {
  const auto [name, port] = split_name(call.route.name);
  // Without its slash a page's own links would lead elsewhere (apimachinery pkg/util/proxy upgradeaware.go).
  if (call.route.rest.empty() && (call.request.method == "GET" || call.request.method == "HEAD")) {
    const auto path = call.request.path();
    return Response{
        301, "text/plain; charset=utf-8", "", {{"Location", path + "/" + call.request.target.substr(path.size())}}};
  }
  if (call.resource.kind == "Pod") return to_pod(call, store, name, port);
  const auto service = store.get("Service", call.route.ns, name);
  if (!service) return status_response(not_found(call.resource, name));
  const auto wanted = port_name(*service, port);
  if (!wanted)
    return status_response(
        unavailable("no service port " + json(port).dump() + " found for service " + json(name).dump()));
  const auto endpoints = ready_endpoints(call, store, name, *wanted);
  if (endpoints.empty())
    return status_response(unavailable("no endpoints available for service " + json(call.route.name).dump()));
  std::random_device source;
  return endpoints[std::uniform_int_distribution<std::size_t>{0, endpoints.size() - 1}(source)];
}

}  // namespace straycat::cluster
