// What a pod's /etc says of names. Pure.
//
// Rules: kubernetes pkg/kubelet/network/dns/dns.go (dnsPolicy, dnsConfig) and pkg/kubelet/kubelet_pods.go
// (managedHostsFileContent, hostAliases). There is no IPv6 here, so that "localhost" is 127.0.0.1 alone.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace straycat::cluster {

// `address`: the pod's own.
[[nodiscard]] std::string hosts_file(const nlohmann::json& pod, const std::string& hostname,
                                     const std::string& address);
// `name_server`: the cluster's. A pod with dnsPolicy Default has none: the node of this cluster has nobody to ask.
[[nodiscard]] std::string resolv_conf(const nlohmann::json& pod, const std::string& name_server);
// As a container's C library needs it to ask a name server at all.
inline constexpr const char* nsswitch_conf = "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n";

}  // namespace straycat::cluster
