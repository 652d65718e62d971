#include <algorithm>

#include "cluster/kinds/defaults.hpp"

namespace straycat::cluster {
namespace {

// plugin/pkg/admission/serviceaccount: a pod finds its account's token unless it, or else the account, opts out.
StoreResult<void> admit_new_pod(const Newcomer& newcomer, const std::vector<Object>& own) {
  if (newcomer.current || string_or(newcomer.object, "kind") != "Pod") return {};
  auto& spec = newcomer.object["spec"];
  if (!spec.is_object()) return {};
  const auto name = string_or(spec, "serviceAccountName", "default");
  const auto account =
      std::find_if(own.begin(), own.end(), [&](const Object& one) { return text_at(*one, "/metadata/name") == name; });
  const auto& asked = spec.value("automountServiceAccountToken", json());
  const bool opted_out =
      account != own.end() && (*account)->value("automountServiceAccountToken", json(true)) == json(false);
  if (asked == json(false) || (asked.is_null() && opted_out)) return {};
  mount_token(spec);
  return {};
}

}  // namespace

KindRow service_account_row() {
  return {
      .kind = "ServiceAccount",
      .deleted_as_object = true,
      .subresources = {{"token", "TokenRequest", {"create"}, "authentication.k8s.io", "v1"}},
      .types = {"core.v1.ServiceAccount apiVersion=s automountServiceAccountToken:4=B "
                "imagePullSecrets:3=list(core.v1.LocalObjectReference) kind=s metadata:1=meta.v1.ObjectMeta "
                "secrets:2=list(core.v1.ObjectReference;name)"},
      .admit = admit_new_pod,
  };
}

}  // namespace straycat::cluster
