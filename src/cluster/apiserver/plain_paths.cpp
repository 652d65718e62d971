// Paths without a resource in them: discovery, OpenAPI, version and health.
#include "cluster/apiserver/discovery.hpp"
#include "cluster/apiserver/openapi.hpp"
#include "cluster/apiserver/rest.hpp"

namespace straycat::cluster {
namespace {

bool wants_aggregated(const Request& request) {
  return request.accept.find("g=apidiscovery.k8s.io") != std::string::npos &&
         request.accept.find("v=v2;") != std::string::npos;
}

Response aggregated(const Store& store, bool core) {
  auto response = json_response(200, aggregated_discovery(store.kinds(), core));
  response.content_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  return response;
}

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::optional<Response> unless_null(const json& found) {
  if (found.is_null()) return std::nullopt;
  return json_response(200, found);
}

// /apis/GROUP and /apis/GROUP/VERSION
std::optional<Response> group_path(const Store& store, const std::string& rest) {
  const auto slash = rest.find('/');
  if (slash == std::string::npos) return unless_null(one_group(store.kinds(), rest));
  return unless_null(resource_list(store.kinds(), rest.substr(0, slash), rest.substr(slash + 1)));
}

}  // namespace

std::optional<Response> answer_plain_path(const Request& request, const Store& store) {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const auto path = without_trailing_slash(request.path());
  if (path == "/readyz" || path == "/healthz" || path == "/livez")
    return Response{200, "text/plain; charset=utf-8", "ok", {}};
  if (path == "/version") return json_response(200, version_info());
  if (path == "/api") return wants_aggregated(request) ? aggregated(store, true) : json_response(200, core_versions());
  if (path == "/apis")
    return wants_aggregated(request) ? aggregated(store, false) : json_response(200, group_list(store.kinds()));
  if (path == "/api/v1") return unless_null(resource_list(store.kinds(), "", "v1"));
  if (path.rfind("/openapi/v3", 0) == 0) return openapi(request, path);
  if (path.rfind("/apis/", 0) == 0) return group_path(store, path.substr(6));
  return std::nullopt;
}

}  // namespace straycat::cluster
