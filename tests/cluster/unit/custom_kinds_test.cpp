// Kinds of other makers: served from the moment at which their definition is stored, and gone with it.
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const std::string widgets = "/apis/example.org/v1/namespaces/default/widgets";

json definition(const std::string& kind = "Widget", const std::string& scope = "Namespaced") {
  auto plural = kind + "s";
  std::transform(plural.begin(), plural.end(), plural.begin(), [](unsigned char c) { return std::tolower(c); });
  auto object = json::parse(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "spec":{"group":"example.org","names":{"shortNames":["wd"]},"versions":[
      {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}},"subresources":{"status":{}}},
      {"name":"v1beta1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}},
      {"name":"v1alpha1","served":false,"storage":false}]}})");
  object["metadata"]["name"] = plural + ".example.org";
  object["spec"]["scope"] = scope;
  object["spec"]["names"]["kind"] = kind;
  object["spec"]["names"]["plural"] = plural;
  return object;
}

json widget(const std::string& name = "w") {
  auto object = json::parse(
      R"({"apiVersion":"example.org/v1","kind":"Widget","spec":{"any":{"thing":[1,null,{}]},"none":{}},"more":7})");
  object["metadata"]["name"] = name;
  return object;
}

class CustomKindsTest : public testing::Test {
 protected:
  CustomKindsTest() { EXPECT_TRUE(store.create(json::parse(R"({"kind":"Namespace","metadata":{"name":"default"}})"))); }

  Response ask(const std::string& method, const std::string& target, const json& body = nullptr,
               const std::string& type = "application/json", const std::string& accept = "application/json") {
    Request request{
        method, target, accept, type, "Bearer " + tokens.admin(), "test/1", "", body.is_null() ? "" : body.dump()};
    auto answer = rest.handle(request);
    if (auto* response = std::get_if<Response>(&answer)) return *response;
    ADD_FAILURE() << "no plain answer to " << target;
    return {};
  }
  json say(int code, const std::string& method, const std::string& target, const json& body = nullptr,
           const std::string& type = "application/json") {
    const auto response = ask(method, target, body, type);
    EXPECT_EQ(response.code, code) << method << " " << target << ": " << response.body;
    return json::parse(response.body, nullptr, false);
  }

  boost::asio::io_context context;
  Store store{context.get_executor()};
  Tokens tokens;
  Rest rest{context.get_executor(), store, tokens, {}};
};

TEST_F(CustomKindsTest, AreServedOnceTheyAreDefined) {
  say(404, "POST", widgets, widget());
  const auto made = say(201, "POST", definitions + "?fieldValidation=Strict", definition());
  EXPECT_EQ(made["status"]["conditions"][1]["type"], "Established");
  EXPECT_EQ(made["status"]["acceptedNames"]["singular"], "widget");
  EXPECT_EQ(made["status"]["storedVersions"], json::array({"v1"}));
  const auto stored = say(201, "POST", widgets + "?fieldValidation=Strict", widget());
  EXPECT_EQ(stored["spec"], widget()["spec"]) << "as it came";
  EXPECT_EQ(stored["more"], 7);
  EXPECT_EQ(say(200, "GET", widgets)["kind"], "WidgetList");
  EXPECT_EQ(say(200, "GET", widgets)["items"].size(), 1U);
}

TEST_F(CustomKindsTest, TakeEveryVerb) {
  say(201, "POST", definitions, definition());
  auto made = say(201, "POST", widgets, widget());
  made["spec"]["any"] = 8;
  EXPECT_EQ(say(200, "PUT", widgets + "/w", made)["metadata"]["generation"], 2);
  EXPECT_EQ(say(200, "PATCH", widgets + "/w", {{"spec", {{"any", 9}}}}, "application/merge-patch+json")["spec"]["any"],
            9);
  say(415, "PATCH", widgets + "/w", {{"spec", {{"any", 9}}}}, "application/strategic-merge-patch+json");
  const auto status = say(200, "PUT", widgets + "/w/status", [&] {
    auto o = say(200, "GET", widgets + "/w");
    o["status"]["x"] = 1;
    return o;
  }());
  EXPECT_EQ(status["status"]["x"], 1);
  const auto table = json::parse(ask("GET", widgets, nullptr, "", "application/json;as=Table;v=v1;g=meta.k8s.io").body);
  EXPECT_EQ(table["rows"][0]["cells"][0], "w");
  say(200, "DELETE", widgets + "/w");
  say(404, "GET", widgets + "/w");
}

TEST_F(CustomKindsTest, AreApplied) {
  say(201, "POST", definitions, definition());
  const auto apply = [&](int code, const json& body) {
    return say(code, "PATCH", widgets + "/w?fieldManager=me&fieldValidation=Strict", body,
               "application/apply-patch+yaml");
  };
  const auto made = apply(201, widget());
  EXPECT_EQ(apply(200, widget())["metadata"]["resourceVersion"], made["metadata"]["resourceVersion"]);
  auto less = widget();
  less.erase("more");
  EXPECT_FALSE(apply(200, less).contains("more")) << "what is left out goes";
}

TEST_F(CustomKindsTest, AreDiscoveredInAllTheirVersions) {
  say(404, "GET", "/apis/example.org");
  say(201, "POST", definitions, definition());
  const auto group = say(200, "GET", "/apis/example.org");
  EXPECT_EQ(group["versions"].size(), 2U) << "what is not served is not listed";
  EXPECT_EQ(group["preferredVersion"]["version"], "v1");
  const auto list = say(200, "GET", "/apis/example.org/v1beta1");
  EXPECT_EQ(list["resources"][0]["kind"], "Widget");
  EXPECT_EQ(list["resources"][0]["shortNames"], json::array({"wd"}));
  auto beta = widget("b");
  beta["apiVersion"] = "example.org/v1beta1";
  say(201, "POST", "/apis/example.org/v1beta1/namespaces/default/widgets", beta);
  EXPECT_EQ(say(200, "GET", widgets + "/b")["apiVersion"], "example.org/v1");
  EXPECT_EQ(say(200, "GET", "/apis/example.org/v1beta1/namespaces/default/widgets/b")["apiVersion"],
            "example.org/v1beta1");
}

TEST_F(CustomKindsTest, GoWithTheirDefinition) {
  say(201, "POST", definitions, definition());
  say(201, "POST", widgets, widget());
  say(200, "DELETE", definitions + "/widgets.example.org");
  say(404, "GET", widgets + "/w");
  say(201, "POST", definitions, definition());
  EXPECT_THAT(say(200, "GET", widgets)["items"], IsEmpty()) << "their objects went, too";
}

// Knative has a Service, too: it is none of ours.
TEST_F(CustomKindsTest, MayBeCalledAsOneOfKubernetes) {
  say(201, "POST", definitions, definition("Service"));
  const auto path = "/apis/example.org/v1/namespaces/default/services";
  auto object = widget("s");
  object["kind"] = "Service";
  const auto made = say(201, "POST", path, object);
  EXPECT_FALSE(made["spec"].contains("clusterIP"));
  say(404, "GET", "/api/v1/namespaces/default/services/s");
  EXPECT_THAT(say(200, "GET", "/api/v1/namespaces/default/services")["items"], IsEmpty());
  EXPECT_EQ(say(200, "GET", path)["items"].size(), 1U);
}

TEST_F(CustomKindsTest, AWrongDefinitionIsRefused) {
  auto nameless = definition();
  nameless["metadata"]["name"] = "widgets";
  EXPECT_THAT(string_or(say(422, "POST", definitions, nameless), "message"),
              HasSubstr("must be spec.names.plural+\".\"+spec.group"));
  auto nowhere = definition();
  nowhere["spec"]["versions"][0]["storage"] = false;
  EXPECT_THAT(string_or(say(422, "POST", definitions, nowhere), "message"), HasSubstr("exactly one version"));
  for (const char* spec : {"7", "[]", "{}", R"({"versions":[7,{}],"names":[]})"}) {
    auto broken = definition();
    broken["spec"] = json::parse(spec);
    const auto code = ask("POST", definitions, broken).code;
    EXPECT_TRUE(code == 422 || code == 400) << spec << " " << code;
  }
}

TEST_F(CustomKindsTest, SayThatNobodyWorksAtThem) {
  say(201, "POST", definitions, definition());
  const auto response = ask("POST", widgets, widget());
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_THAT(response.headers[0].second,
              HasSubstr("Widget has no effect on the embedded cluster: nobody works at it"));
}

// Charts bring these without their definition.
TEST_F(CustomKindsTest, MonitorsNeedNoDefinition) {
  const auto monitors = "/apis/monitoring.coreos.com/v1/namespaces/default/servicemonitors";
  auto object = widget("m");
  object["apiVersion"] = "monitoring.coreos.com/v1";
  object["kind"] = "ServiceMonitor";
  say(201, "POST", monitors, object);
  EXPECT_EQ(say(200, "GET", monitors)["items"].size(), 1U);
  say(201, "POST", "/apis/cert-manager.io/v1/clusterissuers", [&] {
    object["apiVersion"] = "cert-manager.io/v1";
    object["kind"] = "ClusterIssuer";
    return object;
  }());
}

// What owns, and is owned, may be of any kind.
TEST(CustomKindsInTheCluster, AreCollectedAndEmptied) {
  ControlWorld world;
  world.make(definition());
  auto owner = widget("owner");
  owner["metadata"]["namespace"] = world.ns;
  const auto made = world.make(owner);
  auto owned = widget("owned");
  owned["metadata"]["namespace"] = world.ns;
  owned["metadata"]["ownerReferences"] =
      json::array({{{"apiVersion", "example.org/v1"}, {"kind", "Widget"}, {"name", "owner"}, {"uid", uid_of(*made)}}});
  world.make(owned);
  world.settle();
  EXPECT_EQ(world.store.list("Widget.example.org").size(), 2U);
  EXPECT_THAT(world.events("Widget"),
              ElementsAre("NotSupported: Widget has no effect on the embedded cluster: nobody works at it",
                          "NotSupported: Widget has no effect on the embedded cluster: nobody works at it"));
  (void)world.store.remove("Widget.example.org", world.ns, "owner");
  world.settle();
  EXPECT_THAT(world.store.list("Widget.example.org"), IsEmpty()) << "the owned one goes with its owner";
  world.make(owner);
  world.settle();
  (void)world.store.remove("Namespace", "", world.ns);
  world.settle();
  EXPECT_EQ(world.store.get("Namespace", "", world.ns), nullptr);
  EXPECT_THAT(world.store.list("Widget.example.org"), IsEmpty());
}

// Of what stands in no namespace a run hears in its own.
TEST(CustomKindsInTheCluster, ARunHearsOfWhatStandsInNoNamespace) {
  ControlWorld world;
  (void)world.store.mutate("Namespace", "", world.ns, [](json& ns) {
    ns["metadata"]["labels"]["straycat.dev/run"] = "r1";
    return true;
  });
  auto issuer = widget("issuer");
  issuer["apiVersion"] = "cert-manager.io/v1";
  issuer["kind"] = "ClusterIssuer";
  issuer["metadata"]["labels"]["straycat.dev/run"] = "r1";
  world.make(issuer);
  world.settle();
  EXPECT_THAT(world.events("ClusterIssuer"), ElementsAre(HasSubstr("no certificate is made")));
  world.make(json::parse(R"({"kind":"PriorityClass","metadata":{"name":"high"},"value":7})"));
  world.settle();
  EXPECT_THAT(world.events("PriorityClass"), IsEmpty()) << "nobody's run";
}

}  // namespace
}  // namespace straycat::cluster
