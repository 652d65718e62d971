#include <map>
#include <set>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "runner/verbs.hpp"
#include <straycat/kube/client.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/runner/rights.hpp>

namespace straycat::runner {

namespace asio = boost::asio;

namespace {

void add_watches(Rights& rights) {
  for (const model::Kind& kind : model::kinds())
    if (kind.watched) rights.add(kind.name, {"list", "watch"}, kind.watched->cost);
}

void add_agent_pods(Rights& rights) {
  rights.add("Pod", {"create", "delete", "get"});
  rights.add("Pod", {"get"}, "", "/log");
  rights.add("ServiceAccount", {"create", "delete", "get"});
  rights.add("Role", {"create", "delete", "get"});
  rights.add("RoleBinding", {"create", "delete", "get"});
  // What the agent's own role holds must be held by whoever makes it (RBAC lets nobody grant more).
  rights.add("EndpointSlice", {"get", "list", "watch"});
  rights.add("Service", {"get", "list", "watch"});
  rights.add("EndpointSlice", {"create", "patch", "delete"},
             "the clocks of runner and agent are bound from one side only");
}

void add_vantages(Rights& rights, const plan::Plan& plan) {
  for (const plan::TrafficPlan& traffic : plan.traffic) {
    switch (traffic.from) {
      case Origin::nodes:
        rights.add("Node", {"list"});
        [[fallthrough]];
      case Origin::pod:
        add_agent_pods(rights);
        break;
      case Origin::api:
        rights.add("Service", {"get"}, "", "/proxy");
        rights.add("Service", {"get"});
        rights.add("Pod", {"get"}, "which endpoint refuses when it is asked directly", "/proxy");
        [[fallthrough]];
      case Origin::host:
        rights.add("EndpointSlice", {"list", "watch"});
        break;
      case Origin::unknown:
        break;
    }
  }
}

json rule_of(const std::string& group, const std::set<std::string>& resources, const std::set<std::string>& verbs) {
  json rule;
  rule["apiGroups"] = json::array({group});
  rule["resources"] = resources;
  rule["verbs"] = verbs;
  return rule;
}

// Resources of one group that need the same verbs share a rule.
json rules_of(const std::vector<Right>& rights) {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> verbs;
  for (const Right& right : rights) verbs[{right.group, right.resource}].insert(right.verb);
  std::map<std::pair<std::string, std::set<std::string>>, std::set<std::string>> same;
  for (const auto& [resource, wanted] : verbs) same[{resource.first, wanted}].insert(resource.second);
  json rules = json::array();
  for (const auto& [key, resources] : same) rules.push_back(rule_of(key.first, resources, key.second));
  return rules;
}

json role(const std::string& kind, const std::string& name, const std::string& ns, const std::vector<Right>& rights) {
  json out;
  out["apiVersion"] = "rbac.authorization.k8s.io/v1";
  out["kind"] = kind;
  out["metadata"]["name"] = name;
  if (kind == "Role") out["metadata"]["namespace"] = ns;
  out["rules"] = rules_of(rights);
  return out;
}

json binding(const json& granted, const json& subject) {
  json out;
  const std::string kind = granted["kind"];
  out["apiVersion"] = "rbac.authorization.k8s.io/v1";
  out["kind"] = kind + "Binding";
  out["metadata"] = granted["metadata"];
  out["roleRef"]["apiGroup"] = "rbac.authorization.k8s.io";
  out["roleRef"]["kind"] = kind;
  out["roleRef"]["name"] = granted["metadata"]["name"];
  json who = subject;
  if (subject.value("kind", "") != "ServiceAccount") who["apiGroup"] = "rbac.authorization.k8s.io";
  out["subjects"] = json::array({who});
  return out;
}

json review_of(const Right& right, const std::string& ns) {
  json attributes;
  const auto slash = right.resource.find('/');
  attributes["group"] = right.group;
  attributes["resource"] = right.resource.substr(0, slash);
  attributes["verb"] = right.verb;
  if (slash != std::string::npos) attributes["subresource"] = right.resource.substr(slash + 1);
  if (right.namespaced && !ns.empty()) attributes["namespace"] = ns;
  json out;
  out["apiVersion"] = "authorization.k8s.io/v1";
  out["kind"] = "SelfSubjectAccessReview";
  out["spec"]["resourceAttributes"] = attributes;
  return out;
}

constexpr const char* access_reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

struct Preflight {
  Preflight(asio::io_context& context, const kube::Config& cluster) : client(context.get_executor(), cluster) {}

  asio::awaitable<void> ask(std::string ns, std::vector<Right> rights) {
    for (const Right& right : rights) {
      const std::string body = review_of(right, ns).dump();
      const auto answer = co_await client.raw("POST", access_reviews, body, "application/json");
      if (!answer && (answer.error().code == 404 || answer.error().code == 403)) co_return;  // it reviews nothing
      if (!answer) {
        failed = answer.error().to_error();
        co_return;
      }
      const json review = json::parse(answer->body, nullptr, false);
      const json::json_pointer allowed("/status/allowed");
      if (review.is_object() && review.contains(allowed) && review[allowed] == false) missing.push_back(right);
    }
  }

  kube::Client client;
  std::vector<Right> missing;
  std::optional<Error> failed;
};

}  // namespace

std::vector<Right> survey_rights() {
  Rights rights;
  for (const model::Kind& kind : model::kinds())
    if (kind.listed) rights.add(kind.name, {"list"}, kind.listed->use);
  return rights.take();
}

std::vector<Right> run_rights(const plan::Plan& plan, bool own_namespace) {
  Rights rights;
  if (own_namespace) rights.add("Namespace", {"create", "delete", "get"});
  add_vantages(rights, plan);
  for (const plan::Step& step : plan.steps)
    std::visit([&](const auto& action) { doing(action).rights(action, rights); }, step.action);
  add_watches(rights);
  return rights.take();
}

std::vector<json> roles_for(const std::vector<Right>& rights, const std::string& name, const std::string& ns,
                            const json& subject) {
  std::vector<Right> here;
  std::vector<Right> everywhere;
  for (const Right& right : rights) (right.namespaced && !ns.empty() ? here : everywhere).push_back(right);
  std::vector<json> out;
  if (!here.empty()) out.push_back(role("Role", name, ns, here));
  if (!everywhere.empty()) out.push_back(role("ClusterRole", name, "", everywhere));
  const std::size_t roles = out.size();
  for (std::size_t i = 0; i < roles && subject.is_object(); ++i) out.push_back(binding(out[i], subject));
  return out;
}

Result<std::vector<Right>> missing_rights(const kube::Config& cluster, const std::string& ns,
                                          const std::vector<Right>& rights) {
  asio::io_context context{1};
  Preflight preflight{context, cluster};
  spawn(context.get_executor(), preflight.ask(ns, rights), [&](const std::string& why) {
    preflight.failed = own_trouble("what this user may do could not be asked: " + why);
  });
  context.run();
  if (preflight.failed) return *preflight.failed;
  return preflight.missing;
}

std::string describe(const Right& right) {
  return fmt::format("{} {}{}", right.verb, right.resource, right.group.empty() ? "" : "." + right.group);
}

}  // namespace straycat::runner
