// The embedded cluster as a child process: `straycat cluster`, reached by its kubeconfig alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

#include <straycat/core/result.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/runner/runner.hpp>

namespace straycat::cli {

class EmbeddedCluster {
 public:
  // Starts it and waits until it serves. The process must not have started any thread. `kept`: it may outlive the run.
  // `folder`: the scenario's, whose files its images' commands may name.
  [[nodiscard]] static Result<EmbeddedCluster> start(const plan::ClusterSettings& settings,
                                                     const std::string& data_plane, const std::string& truth_file,
                                                     bool kept = false, const std::filesystem::path& folder = {});
  EmbeddedCluster(EmbeddedCluster&& other) noexcept;
  EmbeddedCluster& operator=(EmbeddedCluster&&) = delete;
  ~EmbeddedCluster();  // stops it

  [[nodiscard]] const std::string& kubeconfig() const { return kubeconfig_; }
  // By which a run hears of its end; none where the kernel has no pidfd_open(2). Valid as long as this is.
  [[nodiscard]] std::optional<runner::Lifeline> lifeline() const;

 private:
  explicit EmbeddedCluster(pid_t child);
  pid_t child_ = -1;
  int pidfd_ = -1;
  std::string kubeconfig_;
};

}  // namespace straycat::cli
