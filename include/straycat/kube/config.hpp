// How to reach a cluster and as whom: kubeconfig as kubectl reads it, or a pod's service account files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/net/http.hpp>

namespace straycat::kube {

struct ConfigRequest {
  std::string kubeconfig;                  // --kubeconfig; "" = $KUBECONFIG (a list, merged), else ~/.kube/config
  std::string context, cluster, user, ns;  // overrides; "" = the file's
  bool in_cluster = false;                 // the pod's own files and KUBERNETES_SERVICE_HOST/PORT
};

// Where a cluster is and how to sign in. Holds secrets: never log or print anything of it but `describe`.
struct Config {
  std::string server;  // https://host:port[/path]
  net::Tls tls;
  std::string proxy;
  std::string ns = "default";
  std::string context, cluster, user;  // names, for people
  std::string bearer_token, token_file;
  std::string basic_user, basic_password;
  std::string impersonate_user, impersonate_uid;
  std::vector<std::string> impersonate_groups;
  std::vector<std::pair<std::string, std::string>> impersonate_extra;
  // An exec credential plugin, when the user entry has one.
  struct Exec {
    std::string api_version, command;
    std::vector<std::string> args;
    std::vector<std::pair<std::string, std::string>> env;
    std::string interactive_mode;
    bool provide_cluster_info = false;
    std::string install_hint;
  };
  std::optional<Exec> exec;
  // Not of the kubeconfig: calls that may be made again are, while the API server's last answer is not older than this.
  // An API server that is being replaced is away for some seconds. Before its first answer: three tries, of 2 s at
  // most.
  Nanos outage_patience = std::chrono::seconds{15};

  // "cluster kind-dev (https://127.0.0.1:6443), context kind-dev, user admin": no secret in it.
  [[nodiscard]] std::string describe() const;
  // What the person must know each time: that nothing verifies whom the secrets are sent to. "" = nothing.
  [[nodiscard]] std::string warning() const;
};

// Reads files and environment. Errors (bad_input) point into the file: "~/.kube/config:12:5: ...".
[[nodiscard]] Result<Config> load_config(const ConfigRequest& request);

}  // namespace straycat::kube
