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
using testing::Pair;

const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const std::string widgets = "/apis/example.org/v1/namespaces/default/widgets";

json definition(const std::string& kind = "Widget", const std::string& scope = "Namespaced") {
  auto plural = kind + "s";
  std::transform(plural.begin(), plural.end(), plural.begin(), [](unsigned char c) { return std::tolower(c); });
  auto object = json::parse(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "spec":{"group":"example.org","names":{"shortNames":["wd"]},"versions":[
      {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"subresources":{"status":{}}},
      {"name":"v1beta1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}},
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

// A definition whose schema says something (apiextensions-apiserver's structural schemas).
json strict_definition() {
  auto object = definition();
  object["spec"]["versions"] = json::parse(R"([{"name":"v1","served":true,"storage":true,
    "subresources":{"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}},
    "selectableFields":[{"jsonPath":".spec.color"}],
    "schema":{"openAPIV3Schema":{"type":"object","description":"What turns.","properties":{
      "spec":{"type":"object","required":["size"],"properties":{
        "size":{"type":"integer","minimum":1},
        "color":{"type":"string","enum":["red","blue"],"default":"red"},
        "cron":{"type":"string","pattern":"^\\d+$"},
        "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
        "parts":{"type":"array","maxItems":2,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
          "items":{"type":"object","properties":{"name":{"type":"string"},"weight":{"type":"integer","default":1}}}}}}}}}}])");
  return object;
}

json strict_widget(const char* spec, const std::string& name = "w") {
  json object = {{"apiVersion", "example.org/v1"}, {"kind", "Widget"}, {"metadata", {{"name", name}}}};
  object["spec"] = json::parse(spec);
  return object;
}

TEST_F(CustomKindsTest, HaveTheFieldsOfTheirSchema) {
  say(201, "POST", definitions, strict_definition());
  const auto object = strict_widget(R"({"size":1,"other":2,"free":{"any":null},"parts":[{"name":"a"}]})");
  EXPECT_THAT(string_or(say(400, "POST", widgets + "?fieldValidation=Strict", object), "message"),
              HasSubstr("strict decoding error: unknown field \"spec.other\""));
  const auto response = ask("POST", widgets, object);
  ASSERT_EQ(response.code, 201) << response.body;
  EXPECT_THAT(response.headers, Contains(Pair("Warning", HasSubstr("unknown field"))));
  EXPECT_EQ(json::parse(response.body)["spec"],
            json::parse(R"({"color":"red","free":{"any":null},"parts":[{"name":"a","weight":1}],"size":1})"));
  const auto applied =
      say(500, "PATCH", widgets + "/w?fieldManager=m", strict_widget(R"({"other":2})"), "application/apply-patch+yaml");
  EXPECT_THAT(string_or(applied, "message"), HasSubstr(".spec.other: field not declared in schema"));
}

TEST_F(CustomKindsTest, AreRefusedWhereTheirSchemaDoesNotFit) {
  say(201, "POST", definitions, strict_definition());
  for (const auto& [spec, words] : std::vector<std::pair<const char*, const char*>>{
           {R"({})", "spec.size: Required value"},
           {R"({"size":"x"})", "Invalid value: \"string\": spec.size in body must be of type integer: \"string\""},
           {R"({"size":0})", "spec.size in body should be greater than or equal to 1"},
           {R"({"size":1,"color":"green"})", "Unsupported value: \"green\": supported values: \"red\", \"blue\""},
           {R"({"size":1,"cron":"a"})", "spec.cron in body should match '^\\d+$'"},
           {R"({"size":1,"parts":[{},{},{}]})", "spec.parts: Too many: 3: must have at most 2 items"}})
    EXPECT_THAT(string_or(say(422, "POST", widgets, strict_widget(spec)), "message"), HasSubstr(words)) << spec;
}

TEST_F(CustomKindsTest, AreScaledAndSelectedByPathsOfTheirOwn) {
  say(201, "POST", definitions, strict_definition());
  say(201, "POST", widgets, strict_widget(R"({"size":3,"color":"blue"})", "b"));
  say(201, "POST", widgets, strict_widget(R"({"size":1})", "r"));
  EXPECT_EQ(say(200, "GET", widgets + "?fieldSelector=spec.color%3Dblue")["items"].size(), 1U);
  say(400, "GET", widgets + "?fieldSelector=spec.size%3D1");
  auto scale = say(200, "GET", widgets + "/b/scale");
  EXPECT_EQ(scale["spec"]["replicas"], 3);
  scale["spec"]["replicas"] = 5;
  say(200, "PUT", widgets + "/b/scale", scale);
  EXPECT_EQ(say(200, "GET", widgets + "/b")["spec"]["size"], 5);
}

TEST_F(CustomKindsTest, ShowADefaultThatCameLater) {
  auto earlier = strict_definition();
  earlier["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["color"].erase(
      "default");
  say(201, "POST", definitions, earlier);
  EXPECT_FALSE(say(201, "POST", widgets, strict_widget(R"({"size":1})"))["spec"].contains("color"));
  say(200, "PUT", definitions + "/widgets.example.org", strict_definition());
  EXPECT_EQ(say(200, "GET", widgets + "/w")["spec"]["color"], "red");
  EXPECT_EQ(say(200, "GET", widgets)["items"][0]["spec"]["color"], "red");
}

TEST_F(CustomKindsTest, ArePublished) {
  EXPECT_FALSE(say(200, "GET", "/openapi/v3")["paths"].contains("apis/example.org/v1"));
  say(201, "POST", definitions, strict_definition());
  EXPECT_TRUE(say(200, "GET", "/openapi/v3")["paths"].contains("apis/example.org/v1"));
  const auto schema =
      say(200, "GET", "/openapi/v3/apis/example.org/v1")["components"]["schemas"]["org.example.v1.Widget"];
  EXPECT_EQ(schema["description"], "What turns.");
  EXPECT_EQ(schema["properties"]["spec"]["required"], json::array({"size"}));
  EXPECT_EQ(schema["x-kubernetes-group-version-kind"][0]["kind"], "Widget");
  const auto old = say(200, "GET", "/openapi/v2")["definitions"];
  EXPECT_EQ(old["org.example.v1.Widget"]["properties"]["metadata"]["$ref"],
            "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  EXPECT_FALSE(old["org.example.v1.Widget"]["properties"]["spec"]["properties"]["free"].contains("type"))
      << "what keeps unknown fields has no type there";
  say(200, "DELETE", definitions + "/widgets.example.org");
  EXPECT_FALSE(say(200, "GET", "/openapi/v2")["definitions"].contains("org.example.v1.Widget"));
}

TEST_F(CustomKindsTest, AKeyThatStandsTwiceIsTold) {
  say(201, "POST", definitions, strict_definition());
  const auto post = [&](const std::string& body, const std::string& type) {
    const Request request{"POST", widgets + "?fieldValidation=Strict", "", type, "Bearer " + tokens.admin(), "t", "",
                          body};
    return std::get<Response>(rest.handle(request)).body;
  };
  EXPECT_THAT(post(R"({"metadata":{"name":"w"},"spec":{"size":1,"parts":[{},{"name":"a","name":"b"}],"size":2}})",
                   "application/json"),
              HasSubstr(R"(duplicate field \"spec.parts[1].name\", duplicate field \"spec.size\")"));
  EXPECT_THAT(post("metadata: {name: w}\nspec:\n  size: 1\n  size: 2\n", "application/yaml"),
              HasSubstr(R"(line 4: key \"size\" already set in map)"));
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
