// A container's command line and environment, by kubelet's rules.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cluster/node/pod_spec.hpp"
#include "cluster/node/sources.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// "$(NAME)" becomes the variable's value, "$$" a dollar; an unknown name stays as written
// (third_party/forked/golang/expansion/expand.go). `missing` is told one.
[[nodiscard]] std::string expand(const std::string& text, const std::map<std::string, std::string>& variables,
                                 std::string* missing = nullptr);

// The Services of the pod's namespace as variables, docker-link style: SAYHI_SERVICE_HOST, SAYHI_PORT_80_TCP_ADDR, ...
// (pkg/kubelet/envvars/envvars.go). Headless Services have none.
[[nodiscard]] std::map<std::string, std::string> service_links(const std::vector<const nlohmann::json*>& services);

// The whole environment, sorted. Later wins: service links, data plane, `envFrom`, the container's own `env` in its
// order. An error names what cannot be filled, as kubelet does (CreateContainerConfigError).
[[nodiscard]] Result<std::map<std::string, std::string>> environment(const PodSpec& pod, const ContainerSpec& container,
                                                                     const PodFacts& facts,
                                                                     const std::map<std::string, std::string>& links);

// `command` replaces the image's entry point and its arguments, `args` only the arguments
// (a program of the machine is all entry point: `args` are added to it).
[[nodiscard]] std::vector<std::string> command_line(const ContainerSpec& container,
                                                    const std::map<std::string, std::string>& variables);

}  // namespace straycat::cluster
