// Where the API server's proxy sends a request, whatever the names in its path are.
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "cluster/apiserver/rest.hpp"

namespace straycat::cluster {
namespace {

class ForwardTest : public testing::Test {
 protected:
  void serve(const std::string& ns, const std::string& name) {
    if (!store.get("Namespace", "", ns)) {
      EXPECT_TRUE(store.create(json::object({{"kind", "Namespace"}, {"metadata", {{"name", ns}}}})));
    }
    const json meta = {{"name", name}, {"namespace", ns}};
    json pod = {{"kind", "Pod"}, {"metadata", meta}};
    pod["spec"]["containers"] =
        json::array({json{{"name", "c"}, {"image", "i"}, {"ports", json::array({json{{"containerPort", 3000}}})}}});
    pod["status"]["podIP"] = "10.244.0.7";
    EXPECT_TRUE(store.create(pod));
    json service = {{"kind", "Service"}, {"metadata", meta}};
    service["spec"]["ports"] = json::array({json{{"port", 80}}});
    EXPECT_TRUE(store.create(service));
    json slice = {{"kind", "EndpointSlice"}, {"metadata", meta}, {"addressType", "IPv4"}};
    slice["metadata"]["labels"]["kubernetes.io/service-name"] = name;
    slice["ports"] = json::array({json{{"name", ""}, {"port", 3000}}});
    slice["endpoints"] = json::array({json{{"addresses", json::array({"10.244.0.7"})}}});
    EXPECT_TRUE(store.create(slice));
  }

  std::string redirected(const std::string& target) {
    const auto answer = rest.handle({"GET", target, "", "", "Bearer " + tokens.admin(), "", "", ""});
    const auto* response = std::get_if<Response>(&answer);
    return response != nullptr && response->code == 301 ? response->headers.at(0).second : "";
  }

  // What the pod is asked for; the status' message when it is asked nothing.
  std::string asked(const std::string& target) {
    const Request request{"GET", target, "", "", "Bearer " + tokens.admin(), "", "", ""};
    const auto answer = rest.handle(request);
    if (const auto* forward = std::get_if<Forward>(&answer)) {
      EXPECT_EQ(forward->address, "10.244.0.7") << target;
      EXPECT_EQ(forward->port, 3000) << target;
      return forward->target;
    }
    return std::get<Response>(answer).body;
  }

  boost::asio::io_context context;
  Store store{context.get_executor()};
  Tokens tokens;
  Rest rest{context.get_executor(), store, tokens, {}};
};

TEST_F(ForwardTest, NoNameInThePathHidesWhereThePodsPathBegins) {
  for (const std::string ns : {"default", "proxy", "services", "api"}) {
    for (const std::string name : {"sayhi", "proxy", "pods", "proxy-proxy", "namespaces", "status", "log"}) {
      serve(ns, name);
      for (const std::string kind : {"services", "pods"}) {
        const auto root = "/api/v1/namespaces/" + ns + "/" + kind + "/" + name;
        EXPECT_EQ(redirected(root + "/proxy?q=1"), root + "/proxy/?q=1");
        EXPECT_EQ(asked(root + "/proxy/"), "/");
        EXPECT_EQ(asked(root + "/proxy/hi"), "/hi");
        EXPECT_EQ(asked(root + "/proxy/proxy/x"), "/proxy/x");
        EXPECT_EQ(asked(root + "/proxy/a/proxy?q=/proxy&r=1"), "/a/proxy?q=/proxy&r=1");
        EXPECT_EQ(asked(root + "/proxy/a%2Fb/%20/"), "/a%2Fb/%20/");
        EXPECT_EQ(asked(root + (kind == "pods" ? ":3000" : ":80") + "/proxy/hi"), "/hi");
        EXPECT_EQ(asked("/api/v1/namespaces/" + ns + "/" + kind + "/http:" + name + ":" +
                        (kind == "pods" ? "3000" : "80") + "/proxy/hi"),
                  "/hi");
      }
    }
  }
}

}  // namespace
}  // namespace straycat::cluster
