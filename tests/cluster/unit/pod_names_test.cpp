// What a pod's /etc says of names.
#include "cluster/node/pod_names.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace straycat::cluster {
namespace {

nlohmann::json pod_with(const char* spec) {
  return {{"metadata", {{"namespace", "shop"}, {"name", "web-0"}}}, {"spec", nlohmann::json::parse(spec)}};
}

TEST(PodNames, ResolversByPolicy) {
  const std::pair<const char*, const char*> table[] = {
      {"{}", "search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"},
      {R"({"dnsPolicy":"Default"})", ""},
      {R"({"dnsPolicy":"None","dnsConfig":{"nameservers":["1.2.3.4"],"searches":["a","b"],"options":[{"name":"ndots","value":"2"},{"name":"edns0"}]}})",
       "search a b\nnameserver 1.2.3.4\noptions ndots:2 edns0\n"},
      {R"({"dnsConfig":{"nameservers":["10.96.0.10","1.2.3.4"],"searches":["cluster.local","mine"],"options":[{"name":"ndots","value":"1"},{"name":"timeout","value":"2"}]}})",
       "search shop.svc.cluster.local svc.cluster.local cluster.local mine\nnameserver 10.96.0.10\nnameserver "
       "1.2.3.4\noptions ndots:1 timeout:2\n"},
      {R"({"dnsPolicy":"None","dnsConfig":{"nameservers":["1.2.3.4\nnameserver 6.6.6.6","5.5.5.5"],"searches":["a b"],"options":[{"name":"x y"},7]}})",
       "nameserver 5.5.5.5\n"},
      {R"({"dnsPolicy":"None","dnsConfig":{"nameservers":["1.1.1.1","2.2.2.2","3.3.3.3","4.4.4.4"]}})",
       "nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\n"},
  };
  for (const auto& [spec, text] : table) EXPECT_EQ(resolv_conf(pod_with(spec), "10.96.0.10"), text) << spec;
}

TEST(PodNames, HostsWithTheirAliases) {
  EXPECT_EQ(hosts_file(pod_with("{}"), "web-0", "10.244.0.5"),
            "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n10.244.0.5\tweb-0\n");
  EXPECT_EQ(
      hosts_file(
          pod_with(R"({"subdomain":"db","hostAliases":[{"ip":"1.2.3.4","hostnames":["a","b"]},{"ip":"5.6.7.8"}]})"),
          "web-0", "10.244.0.5"),
      "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n10.244.0.5\tweb-0.db.shop.svc.cluster.local\tweb-0\n"
      "\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n");
}

}  // namespace
}  // namespace straycat::cluster
