// Where load_config reads from: files and environment, so that its rules can be tested without either. Private to
// `kube`.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <straycat/kube/config.hpp>

namespace straycat::kube {

struct Surroundings {
  std::function<std::optional<std::string>(const std::string& name)> env;
  // None: there is no such file. Errors: it cannot be read.
  std::function<Result<std::optional<std::string>>(const std::string& path)> read;
};
[[nodiscard]] Surroundings real_surroundings();

[[nodiscard]] Result<Config> load_config(const ConfigRequest& request, const Surroundings& around);

// A pod's own sign-in (kubernetes/client-go rest.InClusterConfig).
[[nodiscard]] Result<Config> load_in_cluster(const ConfigRequest& request, const Surroundings& around);

}  // namespace straycat::kube
