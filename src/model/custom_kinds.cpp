// Names as the makers' own definitions have them (prometheus-operator, cert-manager, Gateway API, KEDA, autoscaler).
#include <algorithm>
#include <array>

#include <straycat/core/json_access.hpp>
#include <straycat/model/custom_kinds.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::model {
namespace {

constexpr std::string_view monitoring = "monitoring.coreos.com/v1";
constexpr std::string_view certificates = "cert-manager.io/v1";
constexpr std::string_view gateways = "gateway.networking.k8s.io/v1";

constexpr std::array known_to_us{
    CustomKind{"ServiceMonitor", monitoring, "servicemonitors"},
    CustomKind{"PodMonitor", monitoring, "podmonitors"},
    CustomKind{"Probe", monitoring, "probes"},
    CustomKind{"PrometheusRule", monitoring, "prometheusrules"},
    CustomKind{"ScrapeConfig", "monitoring.coreos.com/v1alpha1", "scrapeconfigs"},
    CustomKind{"Certificate", certificates, "certificates"},
    CustomKind{"Issuer", certificates, "issuers"},
    CustomKind{"ClusterIssuer", certificates, "clusterissuers", false},
    CustomKind{"VerticalPodAutoscaler", "autoscaling.k8s.io/v1", "verticalpodautoscalers"},
    CustomKind{"ScaledObject", "keda.sh/v1alpha1", "scaledobjects"},
    CustomKind{"Gateway", gateways, "gateways"},
    CustomKind{"HTTPRoute", gateways, "httproutes"},
};

}  // namespace

std::string CustomKind::singular() const {
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::span<const CustomKind> known_custom_kinds() { return known_to_us; }

const CustomKind* known_custom_kind(std::string_view name, std::string_view group) {
  const auto* found = std::find_if(known_to_us.begin(), known_to_us.end(), [&](const CustomKind& kind) {
    return kind.name == name && group_of(kind.api_version) == group;
  });
  return found == known_to_us.end() ? nullptr : found;
}

std::string qualified_kind(std::string_view name, std::string_view group) {
  return std::string(name) + "." + std::string(group);
}

std::optional<std::string> defined_by(const nlohmann::json& object) {
  if (text_at(object, "/kind") != resource_definition.name) return std::nullopt;
  return qualified_kind(text_at(object, "/spec/names/kind"), text_at(object, "/spec/group"));
}

bool is_custom(std::string_view api_version, std::string_view kind) {
  const auto* known_here = kind_named(kind);
  if (known_here != nullptr) return !api_version.empty() && !known_here->served_in(group_of(api_version));
  return kind != resource_definition.name;
}

}  // namespace straycat::model
