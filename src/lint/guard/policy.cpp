// A guard as the API server takes it, and as Kyverno does.
#include <fmt/format.h>

#include "lint/guard/cel.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>
#include <straycat/yaml/write.hpp>

namespace straycat::lint {
namespace {

using nlohmann::ordered_json;

ordered_json words(std::initializer_list<const char*> all) {
  return ordered_json(std::vector<std::string>(all.begin(), all.end()));
}

ordered_json objects_of(const char* group, std::initializer_list<const char*> resources) {
  return {{"apiGroups", words({group})},
          {"apiVersions", words({"v1"})},
          {"operations", words({"CREATE", "UPDATE"})},
          {"resources", words(resources)}};
}

// Pods, and whatever makes pods: who applies it is told at once, not its controller later.
ordered_json guarded_objects() {
  return ordered_json::array({objects_of("", {"pods", "replicationcontrollers"}),
                              objects_of("apps", {"deployments", "replicasets", "statefulsets", "daemonsets"}),
                              objects_of("batch", {"jobs", "cronjobs"})});
}

ordered_json variables_of(const Guard& guard) {
  ordered_json out = ordered_json::array();
  for (const CelVariable& one : guard_variables(guard))
    out.push_back({{"name", one.name}, {"expression", one.expression}});
  return out;
}

ordered_json validations_of(const Guard& guard) {
  return ordered_json::array({{{"expression", guard_condition()},
                               {"message", guard_message(guard)},
                               {"messageExpression", guard_message_expression(guard)}}});
}

std::string policy_name(const Guard& guard) { return fmt::format("straycat-guard.{}.{}", guard.ns, guard.service); }

ordered_json policy_of(const Guard& guard) {
  const ordered_json here = {{"matchLabels", {{"kubernetes.io/metadata.name", guard.ns}}}};
  return {{"apiVersion", "admissionregistration.k8s.io/v1"},
          {"kind", "ValidatingAdmissionPolicy"},
          {"metadata", {{"name", policy_name(guard)}}},
          {"spec",
           // Ignore: a policy that cannot be evaluated holds nobody up.
           {{"failurePolicy", "Ignore"},
            {"matchConstraints", {{"namespaceSelector", here}, {"resourceRules", guarded_objects()}}},
            {"variables", variables_of(guard)},
            {"validations", validations_of(guard)}}}};
}

ordered_json binding_of(const Guard& guard) {
  return {{"apiVersion", "admissionregistration.k8s.io/v1"},
          {"kind", "ValidatingAdmissionPolicyBinding"},
          {"metadata", {{"name", policy_name(guard)}}},
          {"spec",
           {{"policyName", policy_name(guard)},
            {"validationActions", guard.deny ? words({"Deny", "Audit"}) : words({"Warn", "Audit"})}}}};
}

ordered_json kyverno_rule(const Guard& guard) {
  const ordered_json kinds =
      words({"Pod", "ReplicationController", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"});
  const ordered_json resources = {{"kinds", kinds}, {"operations", words({"CREATE", "UPDATE"})}};
  return {{"name", "keep-others-out"},
          {"match", {{"any", ordered_json::array({{{"resources", resources}}})}}},
          {"validate",
           {{"failureAction", guard.deny ? "Enforce" : "Audit"},
            {"cel", {{"variables", variables_of(guard)}, {"expressions", validations_of(guard)}}}}}};
}

std::string names_in(const std::vector<model::ObjectRef>& all) {
  std::string out;
  for (const model::ObjectRef& one : all) out += (out.empty() ? "" : ", ") + finding::display(one);
  return out;
}

std::string heading_of(const Guard& guard) {
  std::string out =
      fmt::format("# Keeps the pods of others than {} from standing behind Service/{} in namespace {} ({}).\n",
                  names_in(guard.meant), guard.service, guard.ns, model::to_string(guard.selector));
  out += fmt::format("# For whom it is: {}.\n", finding::safe(guard.basis));
  out += guard.deny ? "# It refuses them.\n"
                    : "# It warns whoever applies them, and writes into the audit log (--deny: refuses them).\n";
  if (!guard.kept_out.empty()) out += fmt::format("# Seen, and kept out: {}.\n", names_in(guard.kept_out));
  out += "# The selector and the names stand in it as they were: make it anew when one of them changes.\n";
  return out;
}

}  // namespace

std::string admission_policy(const Guard& guard) {
  return heading_of(guard) + yaml::write(policy_of(guard)) + "---\n" + yaml::write(binding_of(guard));
}

std::string kyverno_policy(const Guard& guard) {
  const ordered_json policy = {
      {"apiVersion", "kyverno.io/v1"},
      {"kind", "Policy"},
      {"metadata",
       {{"name", "straycat-guard-" + guard.service},
        {"namespace", guard.ns},
        // The rule names each kind itself.
        {"annotations", {{"pod-policies.kyverno.io/autogen-controllers", "none"}}}}},
      {"spec", {{"emitWarning", true}, {"background", true}, {"rules", ordered_json::array({kyverno_rule(guard)})}}}};
  return heading_of(guard) + yaml::write(policy);
}

}  // namespace straycat::lint
