// RBAC as kubernetes pkg/registry/rbac/validation and plugin/pkg/auth/authorizer/rbac evaluate it.
#include <algorithm>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

bool names(const json& list, const std::string& value) {
  return std::any_of(list.begin(), list.end(), [&](const json& item) { return item == "*" || item == value; });
}

bool rule_allows(const json& rule, const Attributes& asked) {
  if (!names(array_or_empty(rule, "verbs"), asked.verb)) return false;
  if (!asked.path.empty()) {
    const auto& urls = array_or_empty(rule, "nonResourceURLs");
    return std::any_of(urls.begin(), urls.end(), [&](const json& url) {
      if (!url.is_string()) return false;
      const auto text = url.get<std::string>();
      return text == asked.path ||
             (!text.empty() && text.back() == '*' && asked.path.rfind(text.substr(0, text.size() - 1), 0) == 0);
    });
  }
  const auto resource = asked.subresource.empty() ? asked.resource : asked.resource + "/" + asked.subresource;
  const auto& only = array_or_empty(rule, "resourceNames");
  const auto& resources = array_or_empty(rule, "resources");
  const bool any_of_resource =
      names(resources, resource) || (!asked.subresource.empty() && names(resources, "*/" + asked.subresource));
  return names(array_or_empty(rule, "apiGroups"), asked.group) && any_of_resource &&
         (only.empty() || std::find(only.begin(), only.end(), json(asked.name)) != only.end());
}

bool is_subject(const json& subject, const User& user, const std::string& binding_ns) {
  const auto kind = string_or(subject, "kind");
  const auto name = string_or(subject, "name");
  if (kind == "User") return user.name == name;
  if (kind == "Group") return std::find(user.groups.begin(), user.groups.end(), name) != user.groups.end();
  return kind == "ServiceAccount" &&
         user.name == "system:serviceaccount:" + string_or(subject, "namespace", binding_ns) + ":" + name;
}

bool binding_allows(const Store& store, const json& binding, const User& user, const Attributes& asked) {
  const auto ns = text_at(binding, "/metadata/namespace");
  const auto& subjects = array_or_empty(binding, "subjects");
  if (std::none_of(subjects.begin(), subjects.end(),
                   [&](const json& subject) { return is_subject(subject, user, ns); }))
    return false;
  const auto kind = text_at(binding, "/roleRef/kind");
  const auto role = store.get(kind, kind == "Role" ? ns : "", text_at(binding, "/roleRef/name"));
  if (!role) return false;
  const auto& rules = array_or_empty(*role, "rules");
  return std::any_of(rules.begin(), rules.end(), [&](const json& rule) { return rule_allows(rule, asked); });
}

bool any_binding_allows(const Store& store, const std::string& kind, const std::string& ns, const User& user,
                        const Attributes& asked) {
  const auto bindings = store.list(kind, ns);
  return std::any_of(bindings.begin(), bindings.end(),
                     [&](const Object& binding) { return binding_allows(store, *binding, user, asked); });
}

// The cluster roles system:discovery and system:basic-user, which every cluster binds to all who have signed in.
bool every_user_may(const Attributes& asked) {
  static const std::vector<std::string> paths = {"/api",     "/apis",  "/openapi", "/version",
                                                 "/healthz", "/livez", "/readyz"};
  return asked.verb == "get" && std::any_of(paths.begin(), paths.end(), [&](const auto& path) {
           return asked.path == path || asked.path.rfind(path + "/", 0) == 0;
         });
}

// What an account may read beside: who has issued its token (the cluster role system:service-account-issuer-discovery).
bool every_account_may(const Attributes& asked) {
  return asked.verb == "get" &&
         (asked.path == "/.well-known/openid-configuration" || asked.path.starts_with("/openid/v1/jwks"));
}

// The rules that bindings of `kind` give a user, as a SubjectRulesReviewStatus has them.
void collect_rules(json& status, const Store& store, const std::string& kind, const std::string& ns, const User& user) {
  for (const auto& binding : store.list(kind, ns)) {
    const auto own_ns = text_at(*binding, "/metadata/namespace");
    const auto& subjects = array_or_empty(*binding, "subjects");
    const bool meant = std::any_of(subjects.begin(), subjects.end(),
                                   [&](const json& subject) { return is_subject(subject, user, own_ns); });
    const auto role_kind = text_at(*binding, "/roleRef/kind");
    const auto role = store.get(role_kind, role_kind == "Role" ? own_ns : "", text_at(*binding, "/roleRef/name"));
    if (!meant || !role) continue;
    for (const auto& rule : array_or_empty(*role, "rules"))
      status[rule.contains("nonResourceURLs") ? "nonResourceRules" : "resourceRules"].push_back(rule);
  }
}

}  // namespace

json rules_for(const Store& store, const User& user, const std::string& ns) {
  json status = {{"resourceRules", json::array()}, {"nonResourceRules", json::array()}, {"incomplete", false}};
  const auto everything = json::array({"*"});
  if (std::find(user.groups.begin(), user.groups.end(), "system:masters") != user.groups.end()) {
    json rule = {{"verbs", everything}, {"apiGroups", everything}, {"resources", everything}};
    json plain = {{"verbs", everything}, {"nonResourceURLs", everything}};
    status["resourceRules"].push_back(std::move(rule));
    status["nonResourceRules"].push_back(std::move(plain));
  }
  collect_rules(status, store, "ClusterRoleBinding", "", user);
  if (!ns.empty()) collect_rules(status, store, "RoleBinding", ns, user);
  return status;
}

bool allowed(const Store& store, const User& user, const Attributes& asked) {
  const auto in = [&](const char* group) {
    return std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end();
  };
  if (in("system:masters")) return true;
  if (in("system:authenticated") && every_user_may(asked)) return true;
  if (in("system:serviceaccounts") && every_account_may(asked)) return true;
  if (any_binding_allows(store, "ClusterRoleBinding", "", user, asked)) return true;
  return !asked.ns.empty() && any_binding_allows(store, "RoleBinding", asked.ns, user, asked);
}

Status forbidden_for(const User& user, const Attributes& asked) {
  const auto quoted = [](const std::string& text) { return json(text).dump(); };
  Status status{403, "Forbidden", "", nullptr};
  status.details = json::object();
  if (!asked.path.empty()) {
    status.message = "forbidden: User " + quoted(user.name) + " cannot " + asked.verb + " path " + quoted(asked.path);
    return status;
  }
  const auto resource = asked.subresource.empty() ? asked.resource : asked.resource + "/" + asked.subresource;
  const auto qualified = asked.group.empty() ? asked.resource : asked.resource + "." + asked.group;
  status.message = qualified + (asked.name.empty() ? "" : " " + quoted(asked.name)) + " is forbidden: User " +
                   quoted(user.name) + " cannot " + asked.verb + " resource " + quoted(resource) + " in API group " +
                   quoted(asked.group) +
                   (asked.ns.empty() ? " at the cluster scope" : " in the namespace " + quoted(asked.ns));
  status.details["kind"] = asked.resource;
  if (!asked.name.empty()) status.details["name"] = asked.name;
  if (!asked.group.empty()) status.details["group"] = asked.group;
  return status;
}

}  // namespace straycat::cluster
