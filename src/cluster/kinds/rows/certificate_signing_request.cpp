#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow certificate_signing_request_row() {
  return {
      .kind = "CertificateSigningRequest",
      .group = "certificates.k8s.io",
      .version = "v1",
      .plural = "certificatesigningrequests",
      .singular = "certificatesigningrequest",
      .short_names = {"csr"},
      .namespaced = false,
      .has_status = true,
      .subresources = {{"approval", "", {"get", "patch", "update"}}},
      .selectable = {"spec.signerName"},
      .types = {"certificates.v1.CertificateSigningRequest apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=certificates.v1.CertificateSigningRequestSpec "
                "status:3=certificates.v1.CertificateSigningRequestStatus",
                "certificates.v1.CertificateSigningRequestSpec expirationSeconds:8=N "
                "extra:6=map(list(s)) groups:4=list(s) request:1=y signerName:7=s uid:3=s "
                "usages:5=list(s) username:2=s",
                "certificates.v1.CertificateSigningRequestStatus certificate:2=y "
                "conditions:1=list(certificates.v1.CertificateSigningRequestCondition;type,type)",
                "certificates.v1.CertificateSigningRequestCondition lastTransitionTime:5=t lastUpdateTime:4=t "
                "message:3=s reason:2=s status:6=s type:1=s"},
  };
}

}  // namespace straycat::cluster
