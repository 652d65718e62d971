// What typed Go clients send and ask for: zero values for what was left out, protobuf, and lists of formats.
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using testing::HasSubstr;

class TypedClient : public testing::Test {
 protected:
  TypedClient() { EXPECT_TRUE(store.create(json::parse(R"({"kind":"Namespace","metadata":{"name":"default"}})"))); }

  Response ask(const std::string& method, const std::string& target, const std::string& body, const std::string& type,
               const std::string& accept = "application/vnd.kubernetes.protobuf,application/json") {
    const Request request{method, target, accept, type, "Bearer " + tokens.admin(), "test/1", "", body};
    auto answer = rest.handle(request);
    return std::get<Response>(answer);
  }
  json made(const std::string& plural, const char* object) {
    const auto answer = ask("POST", plural, object, "application/json");
    EXPECT_EQ(answer.code, 201) << answer.body;
    return json::parse(answer.body);
  }

  boost::asio::io_context context;
  Store store{context.get_executor()};
  Tokens tokens;
  Rest rest{context.get_executor(), store, tokens, {}};
  const std::string core = "/api/v1/namespaces/default/", apps = "/apis/apps/v1/namespaces/default/";
};

TEST_F(TypedClient, AZeroThatMeansNothingIsDefaulted) {
  const auto service = made(core + "services", R"({"metadata":{"name":"s"},"spec":{"type":"","sessionAffinity":"",
    "ports":[{"name":"a","port":80,"protocol":"","targetPort":0,"nodePort":0},{"name":"b","port":81,"targetPort":""},
             {"name":"c","port":82,"targetPort":"http"},{"name":"d","port":83,"targetPort":8083}]}})");
  EXPECT_EQ(service["spec"]["type"], "ClusterIP");
  EXPECT_EQ(service["spec"]["sessionAffinity"], "None");
  const auto& ports = service["spec"]["ports"];
  EXPECT_EQ(ports[0]["targetPort"], 80);
  EXPECT_EQ(ports[0]["protocol"], "TCP");
  EXPECT_EQ(ports[1]["targetPort"], 81);
  EXPECT_EQ(ports[2]["targetPort"], "http");
  EXPECT_EQ(ports[3]["targetPort"], 8083);
  const auto pod = made(core + "pods", R"({"metadata":{"name":"p"},"spec":{"restartPolicy":"","dnsPolicy":"",
    "containers":[{"name":"c","image":"i","imagePullPolicy":"","ports":[{"containerPort":80,"protocol":""}],
      "readinessProbe":{"httpGet":{"path":"","port":80,"scheme":""},"timeoutSeconds":0,"periodSeconds":0,
                        "successThreshold":0,"failureThreshold":0}}]}})")["spec"];
  EXPECT_EQ(pod["restartPolicy"], "Always");
  EXPECT_EQ(pod["dnsPolicy"], "ClusterFirst");
  const auto& probe = pod["containers"][0]["readinessProbe"];
  EXPECT_EQ(probe["httpGet"], json::parse(R"({"path":"/","port":80,"scheme":"HTTP"})"));
  EXPECT_EQ(probe["failureThreshold"], 3);
  EXPECT_EQ(probe["periodSeconds"], 10);
}

TEST_F(TypedClient, AZeroThatSaysSomethingStays) {
  const auto spec =
      made(apps + "deployments", R"({"metadata":{"name":"d"},"spec":{"replicas":0,"revisionHistoryLimit":0,
    "selector":{"matchLabels":{"a":"b"}},"strategy":{},"template":{"metadata":{"labels":{"a":"b"}},
    "spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"i","resources":{}}]}}}})")["spec"];
  EXPECT_EQ(spec["replicas"], 0);
  EXPECT_EQ(spec["revisionHistoryLimit"], 0);
  EXPECT_EQ(spec["strategy"]["type"], "RollingUpdate");
  EXPECT_EQ(spec["template"]["spec"]["terminationGracePeriodSeconds"], 0);
}

// The bytes of `kubectl create namespace` (Namespace/shop): k8s\0, {typeMeta {v1, Namespace}, raw {metadata {name}}}.
const std::string namespace_shop("k8s\0\n\x0f\n\x02v1\x12\tNamespace\x12\x08\n\x06\n\x04shop\x1a\0\"\0", 35);

TEST_F(TypedClient, ProtobufBodiesAreTaken) {
  const auto created = ask("POST", "/api/v1/namespaces", namespace_shop, "application/vnd.kubernetes.protobuf");
  EXPECT_EQ(created.code, 201) << created.body;
  EXPECT_EQ(created.content_type, "application/json");
  EXPECT_TRUE(store.get("Namespace", "", "shop"));
  EXPECT_EQ(ask("POST", "/api/v1/namespaces", "k8s", "application/vnd.kubernetes.protobuf").code, 400);
  // meta.v1.DeleteOptions {gracePeriodSeconds: 0, propagationPolicy: "Orphan"}
  const std::string options("k8s\0\n\x13\n\x02v1\x12\rDeleteOptions\x12\x0a\x08\x00\"\x06Orphan\x1a\0\"\0", 41);
  made(core + "configmaps", R"({"metadata":{"name":"m"}})");
  const auto gone = ask("DELETE", core + "configmaps/m", options, "application/vnd.kubernetes.protobuf");
  EXPECT_EQ(gone.code, 200) << gone.body;
  ASSERT_TRUE(store.get("ConfigMap", "default", "m")) << "Orphan leaves a finalizer";
  EXPECT_EQ(store.get("ConfigMap", "default", "m")->at("metadata")["finalizers"], json::array({"orphan"}));
}

TEST_F(TypedClient, OtherFormatsAreRefusedInTheWordsThatMakeClientsFallBack) {
  EXPECT_EQ(ask("POST", "/api/v1/namespaces", "\xd9\xd9\xf7", "application/cbor").code, 415);
  EXPECT_EQ(ask("GET", "/api/v1/namespaces", "", "", "application/vnd.kubernetes.protobuf").code, 406);
  EXPECT_EQ(ask("GET", "/api/v1/namespaces", "", "", "application/cbor").code, 406);
  for (const char* accept : {"application/vnd.kubernetes.protobuf,application/json", "application/cbor, */*", "",
                             "application/vnd.kubernetes.protobuf;q=0.9,application/*;q=0.8"}) {
    const auto answer = ask("GET", "/api/v1/namespaces", "", "", accept);
    EXPECT_EQ(answer.code, 200) << accept;
    EXPECT_EQ(answer.content_type, "application/json") << accept;
  }
}

}  // namespace
}  // namespace straycat::cluster
