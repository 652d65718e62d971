// `straycat cluster` as a child process, reached by its kubeconfig alone. Ends with the test.
#pragma once

#include <string>
#include <sys/types.h>

#include <straycat/kube/config.hpp>

namespace straycat::test {

class ClusterProcess {
 public:
  ClusterProcess();
  ~ClusterProcess();
  ClusterProcess(const ClusterProcess&) = delete;
  ClusterProcess& operator=(const ClusterProcess&) = delete;

  // As a person with its kubeconfig; `ns` "" = the file's.
  [[nodiscard]] kube::Config config() const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  // Kills the cluster, as a power cut would.
  void kill();

 private:
  pid_t pid_ = -1;
  std::string kubeconfig_;
};

}  // namespace straycat::test
