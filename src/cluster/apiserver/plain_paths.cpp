// Paths without a resource in them: discovery, OpenAPI, version and health.
#include "cluster/apiserver/discovery.hpp"
#include "cluster/apiserver/openapi.hpp"
#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/further.hpp"

namespace straycat::cluster {
namespace {

bool wants_aggregated(const Request& request) {
  return request.accept.find("g=apidiscovery.k8s.io") != std::string::npos &&
         request.accept.find("v=v2;") != std::string::npos;
}

// What is stored, and what is only asked.
Kinds known_kinds(const Store& store) {
  auto out = store.kinds();
  for (const KindRow& further : further_kinds()) out.push_back(&further);
  for (const KindRow& review : review_kinds()) out.push_back(&review);
  return out;
}

Response aggregated(const Store& store, bool core) {
  auto response = json_response(200, aggregated_discovery(known_kinds(store), core));
  response.content_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  return response;
}

// Old clients ask for the v2 document as protobuf alone.
bool takes_json_document(const Request& request) {
  return request.accept.empty() || request.accept.find("json") != std::string::npos ||
         request.accept.find("*/*") != std::string::npos;
}
Response openapi_needs_json() {
  return status_response(
      {406, "NotAcceptable", "only the following media types are accepted: application/json", nullptr});
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
  if (slash == std::string::npos) return unless_null(one_group(known_kinds(store), rest));
  return unless_null(resource_list(known_kinds(store), rest.substr(0, slash), rest.substr(slash + 1)));
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
    return wants_aggregated(request) ? aggregated(store, false) : json_response(200, group_list(known_kinds(store)));
  if (path == "/api/v1") return unless_null(resource_list(known_kinds(store), "", "v1"));
  if (path == "/openapi/v2" && !takes_json_document(request)) return openapi_needs_json();
  if (path.rfind("/openapi/v", 0) == 0) return openapi(request, path, store.kinds());
  if (path.rfind("/apis/", 0) == 0) return group_path(store, path.substr(6));
  return std::nullopt;
}

}  // namespace straycat::cluster
