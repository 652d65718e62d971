// Questions that are answered and forgotten: who a token is, and who may do what (authentication.k8s.io,
// authorization.k8s.io); and tokens for service accounts.
#include <algorithm>

#include "cluster/apiserver/decode.hpp"
#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

KindRow review_row(const char* group, const char* kind, const char* plural, bool namespaced = false) {
  KindRow row;
  row.kind = kind;
  row.group = group;
  row.version = "v1";
  row.plural = plural;
  row.singular = std::string(plural, std::string_view(plural).size() - 1);
  row.namespaced = namespaced;
  row.verbs = {"create"};
  return row;
}

constexpr const char* authentication = "authentication.k8s.io";
constexpr const char* authorization = "authorization.k8s.io";

std::vector<std::string> texts_of(const json& list) {
  std::vector<std::string> out;
  for (const auto& item : list)
    if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

Attributes asked_attributes(const json& spec) {
  const auto& asked = object_or_empty(spec, "resourceAttributes");
  if (asked.empty()) {
    const auto& plain = object_or_empty(spec, "nonResourceAttributes");
    return {string_or(plain, "verb"), "", "", "", "", "", string_or(plain, "path")};
  }
  return {string_or(asked, "verb"),
          string_or(asked, "group"),
          string_or(asked, "resource"),
          string_or(asked, "subresource"),
          string_or(asked, "namespace"),
          string_or(asked, "name"),
          ""};
}

json user_info(const User& user) {
  json out = {{"username", user.name}, {"groups", user.groups}};
  if (!user.uid.empty()) out["uid"] = user.uid;
  if (!user.extra.empty()) out["extra"] = user.extra;
  return out;
}

json token_status(const json& spec, const Store& store, const Tokens& tokens) {
  const auto token = string_or(spec, "token");
  auto audiences = texts_of(array_or_empty(spec, "audiences"));
  const auto user = token.empty() ? std::nullopt : tokens.who(token);
  if (!user || !tokens.good_for(token, store, audiences))
    return {{"authenticated", false}, {"user", json::object()}, {"error", "invalid bearer token"}};
  // Whoever looks for its own among them must find only those that the token is for.
  std::erase_if(audiences, [&](const std::string& one) { return !tokens.good_for(token, store, {one}); });
  if (audiences.empty()) audiences = {token_issuer};
  return {{"authenticated", true}, {"user", user_info(*user)}, {"audiences", audiences}};
}

json answer_to(const std::string& kind, const json& spec, const Store& store, const Tokens& tokens, const User& user) {
  if (kind == "SelfSubjectAccessReview") return {{"allowed", allowed(store, user, asked_attributes(spec))}};
  if (kind == "SubjectAccessReview" || kind == "LocalSubjectAccessReview") {
    const User subject{.name = string_or(spec, "user"), .groups = texts_of(array_or_empty(spec, "groups"))};
    return {{"allowed", allowed(store, subject, asked_attributes(spec))}};
  }
  if (kind == "SelfSubjectRulesReview") return rules_for(store, user, string_or(spec, "namespace"));
  if (kind == "TokenReview") return token_status(spec, store, tokens);
  return {{"userInfo", user_info(user)}};
}

// What everybody may ask about itself (the cluster role system:basic-user).
bool asks_for_itself(const KindRow& row) { return row.kind.starts_with("SelfSubject"); }

}  // namespace

const std::vector<KindRow>& review_kinds() {
  static const std::vector<KindRow> rows = {
      review_row(authentication, "SelfSubjectReview", "selfsubjectreviews"),
      review_row(authentication, "TokenReview", "tokenreviews"),
      review_row(authorization, "LocalSubjectAccessReview", "localsubjectaccessreviews", true),
      review_row(authorization, "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
      review_row(authorization, "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
      review_row(authorization, "SubjectAccessReview", "subjectaccessreviews")};
  return rows;
}

std::optional<Response> answer_review(const Request& request, const Route& route, const Store& store,
                                      const Tokens& tokens, const User& user) {
  const auto& all = review_kinds();
  const auto row = std::find_if(all.begin(), all.end(), [&](const KindRow& one) {
    return one.group == route.group && one.version == route.version && one.plural == route.resource;
  });
  if (row == all.end() || request.method != "POST") return std::nullopt;
  if (row->namespaced == route.ns.empty() || !route.name.empty()) return std::nullopt;  // there is no such path
  const Attributes asked{"create", row->group, row->plural, "", route.ns, "", ""};
  const bool signed_in = std::find(user.groups.begin(), user.groups.end(), "system:authenticated") != user.groups.end();
  if (!(asks_for_itself(*row) && signed_in) && !allowed(store, user, asked))
    return status_response(forbidden_for(user, asked));
  if (request.accept.find("as=Table") != std::string::npos && request.accept.find(',') == std::string::npos)
    return status_response({406, "NotAcceptable",
                            "only the following media types are accepted: application/json, application/yaml, "
                            "application/vnd.kubernetes.protobuf",
                            nullptr});  // an answer has no metadata of which a table could be made
  auto body = read_body(request);
  if (!body) return status_response(body.error());
  const auto& spec = object_or_empty(body->object, "spec");
  if (row->namespaced &&
      text_at(spec, "/resourceAttributes/namespace") != route.ns)  // a right here says nothing of others
    return status_response(bad_request("spec.resourceAttributes.namespace must match metadata.namespace"));
  json answer = {{"kind", row->kind}, {"apiVersion", row->api_version()}, {"metadata", json::object()}};
  if (!spec.empty()) answer["spec"] = spec;
  answer["status"] = answer_to(row->kind, spec, store, tokens, user);
  return json_response(201, answer);
}

// POST serviceaccounts/NAME/token (pkg/registry/core/serviceaccount/storage/token.go).
Answer create_token(const Call& call, const Store& store, Tokens& tokens) {
  const auto account = store.get("ServiceAccount", call.route.ns, call.route.name);
  if (!account) return status_response(not_found(call.resource, call.route.name));
  auto body = read_body(call.request);
  if (!body) return status_response(body.error());
  const auto& spec = object_or_empty(body->object, "spec");
  TokenOrder order{call.route.ns, call.route.name, text_at(*account, "/metadata/uid")};
  order.audiences = texts_of(array_or_empty(spec, "audiences"));
  order.seconds = integer_or(spec, "expirationSeconds", order.seconds);
  constexpr std::int64_t least = 600, most = std::int64_t{1} << 32;
  if (order.seconds < least || order.seconds > most) {
    const char* why = order.seconds < least ? "may not specify a duration less than 10 minutes"
                                            : "may not specify a duration larger than 2^32 seconds";
    return status_response(
        {422, "Invalid",
         "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: " +
             std::to_string(order.seconds) + ": " + why,
         nullptr});
  }
  if (const auto& bound = object_or_empty(spec, "boundObjectRef"); string_or(bound, "kind") == "Pod") {
    order.pod = string_or(bound, "name");
    const auto pod = store.get("Pod", order.ns, order.pod);
    if (!pod) return status_response(not_found(*resource_by_kind("Pod"), order.pod));
    if (text_at(*pod, "/spec/serviceAccountName") != order.account)
      return status_response(bad_request("cannot bind token for serviceaccount " + json(order.account).dump() +
                                         " to pod running with different serviceaccount name."));
    order.pod_uid = text_at(*pod, "/metadata/uid");
    order.node = text_at(*pod, "/spec/nodeName");
    if (const auto node = store.get("Node", "", order.node)) order.node_uid = text_at(*node, "/metadata/uid");
    if (const auto uid = string_or(bound, "uid"); !uid.empty() && uid != order.pod_uid)
      return status_response(conflict(*resource_by_kind("Pod"), order.pod,
                                      "the UID in the bound object reference (" + uid +
                                          ") does not match the UID in record. The object might have been deleted and "
                                          "then recreated"));
  } else if (!bound.empty()) {
    return status_response(bad_request("cannot bind token for serviceaccount " + json(order.account).dump() +
                                       " to object: the embedded cluster binds tokens to pods alone"));
  }
  const auto issued = tokens.issue(order);
  json answer = {{"kind", "TokenRequest"}, {"apiVersion", "authentication.k8s.io/v1"}};
  answer["metadata"] = {{"name", call.route.name}, {"namespace", call.route.ns}, {"creationTimestamp", nullptr}};
  answer["spec"] = {{"audiences", order.audiences.empty() ? std::vector<std::string>{token_issuer} : order.audiences},
                    {"expirationSeconds", order.seconds},
                    {"boundObjectRef", spec.value("boundObjectRef", json())}};
  answer["status"] = {{"token", issued.token}, {"expirationTimestamp", kube_time(issued.expires)}};
  return json_response(201, answer);
}

// OpenID Connect discovery of who issues the tokens.
std::optional<Response> answer_issuer_path(const std::string& path, const Tokens& tokens) {
  if (path == "/openid/v1/jwks") {
    auto response = json_response(200, tokens.public_keys());
    response.content_type = "application/jwk-set+json";
    return response;
  }
  if (path != "/.well-known/openid-configuration") return std::nullopt;
  return json_response(200, {{"issuer", token_issuer},
                             {"jwks_uri", std::string(token_issuer) + "/openid/v1/jwks"},
                             {"response_types_supported", json::array({"id_token"})},
                             {"subject_types_supported", json::array({"public"})},
                             {"id_token_signing_alg_values_supported", json::array({"ES256"})}});
}

}  // namespace straycat::cluster
