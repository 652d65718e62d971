#include "cluster/apiserver/rest.hpp"

#include <algorithm>

#include "cluster/apiserver/decode.hpp"
#include "cluster/apiserver/dry_run.hpp"
#include "cluster/kinds/further.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

bool is_watch(const Call& call) { return call.flag("watch"); }

// Opens a connection into a pod.
bool connects(const Call& call) {
  const auto& sub = call.route.subresource;
  return sub == "exec" || sub == "attach" || sub == "portforward";
}

std::string verb_of(const Call& call) {
  const auto& method = call.request.method;
  const bool one = !call.route.name.empty();
  if (method == "GET" || method == "HEAD") return one ? "get" : is_watch(call) ? "watch" : "list";
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return one ? "delete" : "deletecollection";
  return method;
}

// All of which must be allowed. A connection may begin with GET, but whoever opens one into a pod makes something there
// (AuthorizePodWebsocketUpgradeCreatePermission).
std::vector<std::string> verbs_of(const Call& call) {
  const auto verb = verb_of(call);
  if (connects(call) && verb != "create") return {verb, "create"};
  return {verb};
}

Status no_such_resource() {
  Status status{404, "NotFound", "the server could not find the requested resource", nullptr};
  status.details = json::object();
  return status;
}

Status no_such_method() {
  Status status{405, "MethodNotAllowed", "the server does not allow this method on the requested resource", nullptr};
  status.details = json::object();
  return status;
}

bool known_subresource(const Call& call) {
  const auto& sub = call.route.subresource;
  const auto& resource = call.resource;
  if (sub.empty() || (sub == "status" && resource.has_status) || (sub == "scale" && resource.has_scale)) return true;
  return std::any_of(resource.subresources.begin(), resource.subresources.end(),
                     [&](const Subresource& own) { return own.name == sub; });
}

bool open_to_all(const std::string& path) {
  return path == "/readyz" || path == "/healthz" || path == "/livez" || path == "/version" || path == "/version/";
}

Attributes attributes_of(const Call& call, const std::string& verb) {
  const auto name =
      call.route.name.substr(0, call.route.subresource == "proxy" ? call.route.name.find(':') : std::string::npos);
  return {verb,
          call.route.group,
          call.resource.plural,
          call.route.subresource,
          call.resource.kind == "Namespace" ? call.route.name : call.route.ns,
          name,
          ""};
}

// Whether its query holds the options of a write. What goes on to a pod is the pod's.
bool has_write_options(const Call& call) {
  const auto& method = call.request.method;
  return method != "GET" && method != "HEAD" && call.route.subresource != "proxy" && !connects(call);
}

// Whether a client takes what this server has to give: JSON, or text where it answers with that.
bool takes_json(const Request& request) {
  const auto& accept = request.accept;
  if (accept.find("protobuf") == std::string::npos && accept.find("cbor") == std::string::npos) return true;
  return accept.find("json") != std::string::npos || accept.find("*/*") != std::string::npos ||
         accept.find("application/*") != std::string::npos;
}

Status not_acceptable() {
  return {406, "NotAcceptable",
          "only the following media types are accepted: application/json, application/json;stream=watch", nullptr};
}

// Another identity, for who may take it on (apiserver pkg/endpoints/filters/impersonation.go).
StoreResult<User> impersonated(const Request& request, const Store& store, const User& caller) {
  const static std::string account_prefix = "system:serviceaccount:";
  const auto check = [&](const Attributes& asked) -> StoreResult<void> {
    if (allowed(store, caller, asked)) return {};
    return forbidden_for(caller, asked);
  };
  User out{.name = request.as_user, .groups = request.as_groups, .uid = request.as_uid};
  Attributes asked{"impersonate", "", "users", "", "", out.name, ""};
  if (out.name.starts_with(account_prefix)) {
    const auto rest = out.name.substr(account_prefix.size());
    asked.resource = "serviceaccounts";
    asked.ns = rest.substr(0, rest.find(':'));
    asked.name = rest.substr(rest.find(':') + 1);
    if (out.groups.empty()) out.groups = {"system:serviceaccounts", "system:serviceaccounts:" + asked.ns};
  }
  if (auto fine = check(asked); !fine) return fine.error();
  for (const auto& group : request.as_groups)
    if (auto fine = check({"impersonate", "", "groups", "", "", group, ""}); !fine) return fine.error();
  if (!out.uid.empty())
    if (auto fine = check({"impersonate", "authentication.k8s.io", "uids", "", "", out.uid, ""}); !fine)
      return fine.error();
  const bool anonymous = out.name == "system:anonymous";
  const std::string everybody = anonymous ? "system:unauthenticated" : "system:authenticated";
  if (std::find(out.groups.begin(), out.groups.end(), everybody) == out.groups.end()) out.groups.push_back(everybody);
  return out;
}

}  // namespace

std::string bearer(const std::string& header) {
  static const std::string scheme = "Bearer ";
  return header.rfind(scheme, 0) == 0 ? header.substr(scheme.size()) : header;
}

std::string Call::param(const std::string& key) const {
  const auto at = query.find(key);
  return at == query.end() ? std::string{} : at->second;
}

bool Call::flag(const std::string& key) const {
  const auto value = param(key);
  return value == "true" || value == "1" || value == "True";
}

bool Call::wants_table() const { return request.accept.find("as=Table") != std::string::npos; }

Rest::Rest(boost::asio::any_io_executor executor, Store& store, Tokens& tokens, PodFaces pods)
    : executor_(std::move(executor)), store_(store), tokens_(tokens), pods_(std::move(pods)) {}

namespace {

const KindRow* resource_at(const Route& route, const Store& store) {
  for (const auto* kind : store.kinds())
    if (kind->group == route.group && kind->version == route.version && kind->plural == route.resource) return kind;
  for (const auto& kind : further_kinds())
    if (kind.group == route.group && kind.version == route.version && kind.plural == route.resource) return &kind;
  return nullptr;
}

Answer dispatch_one(const Call& call, Store& store, Tokens& tokens, const PodFaces& pods,
                    const boost::asio::any_io_executor& executor) {
  const auto& sub = call.route.subresource;
  if (sub == "proxy") return forward_to_pod(call, store);
  const auto& method = call.request.method;
  if (sub == "token")
    return method == "POST" ? create_token(call, store, tokens) : Answer{status_response(no_such_method())};
  if (sub == "eviction") return method == "POST" ? evict_pod(call, store) : Answer{status_response(no_such_method())};
  if (sub == "log")
    return method == "GET" ? read_log(call, store, pods.logs) : Answer{status_response(no_such_method())};
  if (connects(call))
    return method == "GET" || method == "POST" ? connect_to_pod(call, store, pods.streams, executor)
                                               : Answer{status_response(no_such_method())};
  if (method == "GET" || method == "HEAD") return get_object(call, store);
  if (method == "PUT") return replace_object(call, store);
  if (method == "PATCH") return patch_object(call, store);
  if (method == "DELETE" && sub.empty()) return delete_object(call, store);
  return status_response(no_such_method());
}

Answer dispatch_all(const Call& call, Store& store, const boost::asio::any_io_executor& executor) {
  const auto& method = call.request.method;
  if (method == "GET" || method == "HEAD")
    return is_watch(call) ? watch_objects(call, store, executor) : list_objects(call, store);
  if (method == "POST") return create_object(call, store);
  if (method == "DELETE") return delete_collection(call, store);
  return status_response(no_such_method());
}

}  // namespace

Answer Rest::handle(const Request& request) {
  const auto token = bearer(request.authorization);
  auto user = tokens_.who(token);
  if (!user || !tokens_.good_for(token, store_, {}))
    return status_response({401, "Unauthorized", "Unauthorized", nullptr});
  if (!request.as_user.empty()) {
    auto other = impersonated(request, store_, *user);
    if (!other) return status_response(other.error());
    user = std::move(*other);
  }
  const auto path = request.path();
  const auto route = parse_route(path);
  const auto* resource = route ? resource_at(*route, store_) : nullptr;
  if (route) {
    if (auto review = answer_review(request, *route, store_, tokens_, *user)) return std::move(*review);
  }
  if (resource == nullptr) {
    const Attributes asked{request.method == "GET" ? "get" : request.method, "", "", "", "", "", path};
    if (!open_to_all(path) && !allowed(store_, *user, asked)) return status_response(forbidden_for(*user, asked));
    if (auto found = answer_issuer_path(path, tokens_)) return std::move(*found);
    if (auto found = answer_plain_path(request, store_)) return std::move(*found);
    return status_response(no_such_resource());
  }
  const Call call{request, *route, *resource, request.query()};
  for (const auto& verb : verbs_of(call))
    if (const auto asked = attributes_of(call, verb); !allowed(store_, *user, asked))
      return status_response(forbidden_for(*user, asked));
  if (!known_subresource(call) || (!resource->namespaced && !route->ns.empty()))
    return status_response(no_such_resource());
  if (!takes_json(request)) return status_response(not_acceptable());
  if (has_write_options(call))
    if (const auto dry = dry_run_of(request); !dry) return status_response(dry.error());
  return route->name.empty() ? dispatch_all(call, store_, executor_)
                             : dispatch_one(call, store_, tokens_, pods_, executor_);
}

}  // namespace straycat::cluster
