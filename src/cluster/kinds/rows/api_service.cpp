#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow api_service_row() {
  return {
      .kind = "APIService",
      .group = "apiregistration.k8s.io",
      .version = "v1",
      .plural = "apiservices",
      .singular = "apiservice",
      .namespaced = false,
      .has_status = true,
      .categories = {"api-extensions"},
      .types = {"apiregistration.v1.APIService apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=apiregistration.v1.APIServiceSpec status:3=apiregistration.v1.APIServiceStatus",
                "apiregistration.v1.APIServiceCondition lastTransitionTime:3=t message:5=s reason:4=s status:2=s "
                "type:1=s",
                "apiregistration.v1.APIServiceSpec caBundle:5=y group:2=s groupPriorityMinimum:7=n "
                "insecureSkipTLSVerify:4=b service:1=apiregistration.v1.ServiceReference version:3=s "
                "versionPriority:8=n",
                "apiregistration.v1.APIServiceStatus conditions:1=list(apiregistration.v1.APIServiceCondition;type)",
                "apiregistration.v1.ServiceReference name:2=s namespace:1=s port:3=N"},
  };
}

}  // namespace straycat::cluster
