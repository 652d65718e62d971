// Small manifests for the tests of `lint`.
#pragma once

#include <string>

namespace straycat::lint::worlds {

// Objects of the usual kinds, a document each. `more` goes where its name says, as lines of YAML.
inline std::string service(const std::string& name, const std::string& selector, const std::string& port = "3000",
                           const std::string& spec = "") {
  return "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: " + name + "\n  labels: {app: " + name +
         "}\nspec:\n  selector: {" + selector + "}\n  ports:\n  - {name: http, port: 80, targetPort: " + port + "}\n" +
         spec;
}

inline std::string maker(const std::string& kind, const std::string& name, const std::string& labels,
                         const std::string& container = "ports: [{name: http, containerPort: 3000}]",
                         const std::string& annotations = "") {
  return "---\napiVersion: apps/v1\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n  annotations: {" +
         annotations + "}\nspec:\n  selector: {matchLabels: {" + labels +
         "}}\n  template:\n    metadata:\n      labels: {" + labels +
         "}\n    spec:\n      containers:\n      - name: main\n        " + container + "\n";
}
inline std::string deployment(const std::string& name, const std::string& labels,
                              const std::string& container = "ports: [{name: http, containerPort: 3000}]") {
  return maker("Deployment", name, labels, container);
}

inline std::string job(const std::string& name, const std::string& labels, const std::string& annotations = "",
                       const std::string& container = "image: x") {
  return "---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: " + name + "\n  annotations: {" + annotations +
         "}\nspec:\n  template:\n    metadata:\n      labels: {" + labels +
         "}\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: main\n        " + container + "\n";
}

inline std::string cron_job(const std::string& name, const std::string& labels, const std::string& spec = "") {
  return "---\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: " + name + "\nspec:\n  schedule: '* * * * *'\n" +
         spec + "  jobTemplate:\n    spec:\n      template:\n        metadata:\n          labels: {" + labels +
         "}\n        spec:\n          containers: [{name: main, image: x}]\n";
}

inline std::string pod(const std::string& name, const std::string& labels, const std::string& annotations = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name + "\n  labels: {" + labels +
         "}\n  annotations: {" + annotations + "}\nspec:\n  containers: [{name: main, image: x}]\n";
}

inline std::string scaler(const std::string& name, const std::string& kind, const std::string& target,
                          const std::string& spec = "  targetCPUUtilizationPercentage: 80\n") {
  return "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: " + name +
         "\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: " + kind + ", name: " + target + "}\n" + spec;
}

inline std::string budget(const std::string& name, const std::string& selector,
                          const std::string& limit = "maxUnavailable: 1") {
  return "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: " + name + "\nspec:\n  " + limit +
         "\n  selector: {matchLabels: {" + selector + "}}\n";
}

inline std::string monitor(const std::string& kind, const std::string& name, const std::string& selector,
                           const std::string& endpoint, const std::string& spec = "") {
  const std::string list = kind == "PodMonitor" ? "podMetricsEndpoints" : "endpoints";
  return "---\napiVersion: monitoring.coreos.com/v1\nkind: " + kind + "\nmetadata:\n  name: " + name +
         "\nspec:\n  selector: {matchLabels: {" + selector + "}}\n  " + list + ": [{" + endpoint + "}]\n" + spec;
}

inline const std::string app = "app: web";
// A Service and its Deployment, and nothing wrong with them.
inline const std::string web = service("web", app) + deployment("web", app);
inline const std::string asks = "resources: {requests: {cpu: 100m}}";

}  // namespace straycat::lint::worlds
