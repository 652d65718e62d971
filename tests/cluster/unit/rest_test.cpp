// The REST layer without its transport: requests in, answers out.
#include "cluster/support/rest_world.hpp"

namespace straycat::cluster {
namespace {

using testing::HasSubstr;

TEST_F(RestTest, UnknownPathsAndMethods) {
  EXPECT_EQ(refused(404, "GET", "/apis/nope/v1/things"), "the server could not find the requested resource");
  EXPECT_EQ(refused(404, "GET", "/api/v1/namespaces/default/pods/p/nope"),
            "the server could not find the requested resource");
  EXPECT_EQ(refused(404, "GET", "/api/v2/pods"), "the server could not find the requested resource");
  EXPECT_EQ(refused(405, "POST", pods + "/p", "{}"), "the server does not allow this method on the requested resource");
  EXPECT_EQ(refused(404, "POST", "/api/v1/namespaces/absent/pods", R"({"metadata":{"name":"p"}})"),
            "namespaces \"absent\" not found");
}

TEST_F(RestTest, AnUnknownFormatIsRefusedInSoManyWords) {
  const auto status = say(415, "POST", "/api/v1/namespaces", "\xd9\xd9\xf7", "application/cbor");
  EXPECT_EQ(status["reason"], "UnsupportedMediaType");
  EXPECT_THAT(string_or(status, "message"), HasSubstr("application/json"));
}

TEST_F(RestTest, DecodingErrors) {
  EXPECT_THAT(refused(400, "POST", deployments, "{"), HasSubstr("invalid JSON"));
  auto object = deployment("d");
  object["spec"]["replicas"] = "3";
  EXPECT_EQ(refused(400, "POST", deployments, object.dump()),
            "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go "
            "struct field "
            "DeploymentSpec.spec.replicas of type int32");
  object = deployment("d");
  object["spec"]["replica"] = 3;
  EXPECT_EQ(refused(400, "POST", deployments + "?fieldValidation=Strict", object.dump()),
            "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field "
            "\"spec.replica\"");
  const auto warned = ask("POST", deployments, object.dump());
  EXPECT_EQ(warned.code, 201);
  ASSERT_EQ(warned.headers.size(), 1U);
  EXPECT_EQ(warned.headers[0].second, "299 - \"unknown field \\\"spec.replica\\\"\"");
  EXPECT_FALSE(json::parse(warned.body)["spec"].contains("replica"));
  EXPECT_EQ(refused(400, "POST", pods, deployment("d").dump()),
            "the API version in the data (apps/v1) does not match the expected API version (v1)");
  EXPECT_EQ(refused(400, "POST", pods, R"({"metadata":{"name":"p","namespace":"other"}})"),
            "the namespace of the provided object does not match the namespace sent on the request");
  EXPECT_EQ(refused(400, "PUT", deployments + "/d", deployment("e").dump()),
            "the name of the object (e) does not match the name on the URL (d)");
}

TEST_F(RestTest, YamlBodiesAreReadAsKubectlReadsThem) {
  const char* yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  k: v\n";
  EXPECT_EQ(say(201, "POST", "/api/v1/namespaces/default/configmaps", yaml, "application/yaml")["data"]["k"], "v");
  const char* boolean = "metadata: {name: c2}\ndata: {k: yes}\n";
  EXPECT_THAT(refused(400, "POST", "/api/v1/namespaces/default/configmaps", boolean, "application/yaml"),
              HasSubstr("cannot unmarshal bool into Go struct field"));
}

struct Invalid {
  const char *name, *path, *value, *message;
};
class Validation : public RestTest, public testing::WithParamInterface<Invalid> {};

// One place of a good Deployment made bad at a time.
TEST_P(Validation, Says) {
  auto object = deployment("d");
  object[json::json_pointer(GetParam().path)] = json::parse(GetParam().value);
  const auto message = refused(422, "POST", deployments, object.dump());
  EXPECT_EQ(message, "Deployment.apps \"" + text_at(object, "/metadata/name") + "\" is invalid: " + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Validation,
    testing::Values(
        Invalid{"Replicas", "/spec/replicas", "-1",
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0"},
        Invalid{"EmptyImage", "/spec/template/spec/containers/0/image", "\"\"",
                "spec.template.spec.containers[0].image: Required value"},
        Invalid{"Containers", "/spec/template/spec/containers", "[]", "spec.template.spec.containers: Required value"},
        Invalid{"Duplicate", "/spec/template/spec/containers", R"([{"name":"x","image":"i"},{"name":"x","image":"j"}])",
                "spec.template.spec.containers[1].name: Duplicate value: \"x\""},
        Invalid{"Restart", "/spec/template/spec/restartPolicy", "\"Never\"",
                "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""},
        Invalid{"Pull", "/spec/template/spec/containers/0/imagePullPolicy", "\"Sometimes\"",
                "spec.template.spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: "
                "\"Always\", \"IfNotPresent\", \"Never\""},
        Invalid{"Port", "/spec/template/spec/containers/0/ports", R"([{"containerPort":70000}])",
                "spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and "
                "65535, inclusive"},
        Invalid{"Probe", "/spec/template/spec/containers/0/readinessProbe", R"({"periodSeconds":1})",
                "spec.template.spec.containers[0].readinessProbe: Required value: must specify a handler type"},
        Invalid{"Liveness", "/spec/template/spec/containers/0/livenessProbe",
                R"({"exec":{"command":["x"]},"successThreshold":2})",
                "spec.template.spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"},
        Invalid{"User", "/spec/template/spec/securityContext", R"({"runAsUser":4294967295,"supplementalGroups":[-1]})",
                "[spec.template.spec.securityContext.runAsUser: Invalid value: 4294967295: must be between 0 and "
                "2147483647, inclusive, spec.template.spec.securityContext.supplementalGroups[0]: Invalid value: -1: "
                "must be between 0 and 2147483647, inclusive]"},
        Invalid{"VolumePath", "/spec/template/spec/volumes",
                R"([{"name":"v","configMap":{"name":"c","items":[{"key":"k","path":"a/../../b"}]}}])",
                "spec.template.spec.volumes[0].configMap.items[0].path: Invalid value: \"a/../../b\": must not contain "
                "'..'"},
        Invalid{"Stuck", "/spec/strategy", R"({"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}})",
                "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"},
        Invalid{"Selector", "/spec/selector", "null", "spec.selector: Required value"},
        Invalid{"Label", "/metadata/labels", R"({"a":"b c"})",
                "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of "
                "alphanumeric characters, '-', '_' or '.', "
                "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
                "regex used for validation is "
                "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"}),
    [](const auto& info) { return info.param.name; });

TEST_F(RestTest, ManyFaultsAreListedTogether) {
  const auto message = refused(422, "POST", services,
                               R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80},{"port":0,"name":"b"}]}})");
  EXPECT_EQ(message,
            "Service \"s\" is invalid: [spec.ports[0].name: Required value, spec.ports[1].port: Invalid value: 0: must "
            "be between 1 and 65535, inclusive, "
            "spec.ports[1].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]");
  EXPECT_EQ(refused(422, "POST", pods, R"({"metadata":{},"spec":{"containers":[{"name":"c","image":"i"}]}})"),
            "Pod \"\" is invalid: metadata.name: Required value: name or generateName is required");
}

TEST_F(RestTest, JobsMustEnd) {
  const char* job =
      R"({"metadata":{"name":"j"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
  EXPECT_EQ(refused(422, "POST", "/apis/batch/v1/namespaces/default/jobs", job),
            "Job.batch \"j\" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "
            "\"OnFailure\", \"Never\"");
}

TEST_F(RestTest, WhatMustNotChange) {
  say(201, "POST", deployments, deployment("d").dump());
  auto moved = deployment("d");
  moved["spec"]["selector"]["matchLabels"] = {{"x", "y"}};
  moved["spec"]["template"]["metadata"]["labels"] = {{"x", "y"}};
  EXPECT_EQ(refused(422, "PUT", deployments + "/d", moved.dump()),
            "Deployment.apps \"d\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"x\":\"y\"}}: field is "
            "immutable");
  make_pods(1);
  EXPECT_THAT(
      refused(422, "PATCH", pods + "/p0", R"({"spec":{"restartPolicy":"Never"}})", "application/merge-patch+json"),
      HasSubstr("pod updates may not change fields other than"));
  say(200, "PATCH", pods + "/p0", R"({"spec":{"containers":[{"name":"c","image":"j"}]}})",
      "application/strategic-merge-patch+json");
  say(201, "POST", services, R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}})");
  EXPECT_THAT(
      refused(422, "PATCH", services + "/s", R"({"spec":{"clusterIP":"10.96.1.1"}})", "application/merge-patch+json"),
      HasSubstr("may not change once set"));
}

TEST_F(RestTest, ReplacingAServiceKeepsItsAddress) {
  const auto made =
      say(201, "POST", services, R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80}],"selector":{"a":"b"}}})");
  const auto replaced = say(200, "PUT", services + "/s", R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":81}]}})");
  EXPECT_EQ(text_at(replaced, "/spec/clusterIP"), text_at(made, "/spec/clusterIP"));
  EXPECT_EQ(replaced["spec"]["ports"][0]["targetPort"], 81);
  EXPECT_FALSE(replaced["spec"].contains("selector"));
}

TEST_F(RestTest, StatusAndSpecAreWrittenApart) {
  say(201, "POST", deployments, deployment("d").dump());
  const auto status = say(200, "PATCH", deployments + "/d/status", R"({"spec":{"replicas":9},"status":{"replicas":3}})",
                          "application/merge-patch+json");
  EXPECT_EQ(status["spec"]["replicas"], 1);
  EXPECT_EQ(status["status"]["replicas"], 3);
  EXPECT_EQ(status["metadata"]["generation"], 1);
  const auto spec = say(200, "PATCH", deployments + "/d", R"({"spec":{"replicas":9},"status":{"replicas":0}})",
                        "application/merge-patch+json");
  EXPECT_EQ(spec["spec"]["replicas"], 9);
  EXPECT_EQ(spec["status"]["replicas"], 3);
  EXPECT_EQ(spec["metadata"]["generation"], 2);
}

TEST_F(RestTest, Scale) {
  say(201, "POST", deployments, deployment("d").dump());
  EXPECT_EQ(say(200, "GET", deployments + "/d/scale")["spec"]["replicas"], 1);
  auto scale = say(200, "PUT", deployments + "/d/scale",
                   R"({"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"d"},"spec":{"replicas":4}})");
  EXPECT_EQ(scale["spec"]["replicas"], 4);
  EXPECT_EQ(say(200, "GET", deployments + "/d")["spec"]["replicas"], 4);
  scale["metadata"]["resourceVersion"] = "1";
  EXPECT_EQ(say(409, "PUT", deployments + "/d/scale", scale.dump())["reason"], "Conflict");
  EXPECT_THAT(
      refused(422, "PATCH", deployments + "/d/scale", R"({"spec":{"replicas":-1}})", "application/merge-patch+json"),
      HasSubstr("must be greater than or equal to 0"));
}

TEST_F(RestTest, StaleWritesConflict) {
  auto object = say(201, "POST", deployments, deployment("d").dump());
  say(200, "PATCH", deployments + "/d", R"({"spec":{"replicas":2}})", "application/merge-patch+json");
  object["spec"]["replicas"] = 3;
  EXPECT_THAT(refused(409, "PUT", deployments + "/d", object.dump()), HasSubstr("the object has been modified"));
}

TEST_F(RestTest, ApplyCreatesChangesAndRemoves) {
  const std::string apply_type = "application/apply-patch+yaml";
  auto manifest = deployment("d");
  manifest["spec"]["replicas"] = 2;
  EXPECT_THAT(refused(422, "PATCH", deployments + "/d", manifest.dump(), apply_type),
              HasSubstr("fieldManager: Required value"));
  say(201, "PATCH", deployments + "/d?fieldManager=me", manifest.dump(), apply_type);
  manifest["spec"].erase("replicas");
  const auto next = say(200, "PATCH", deployments + "/d?fieldManager=me", manifest.dump(), apply_type);
  EXPECT_EQ(next["spec"]["replicas"], 1) << "back to the default";
  EXPECT_EQ(next["metadata"]["generation"], 2);
  say(200, "PATCH", deployments + "/d/scale?fieldManager=you", R"({"spec":{"replicas":5}})",
      "application/merge-patch+json");
  manifest["spec"]["replicas"] = 2;
  EXPECT_EQ(
      refused(409, "PATCH", deployments + "/d?fieldManager=me", manifest.dump(), apply_type),
      "Apply failed with 1 conflict: conflict with \"you\" with subresource \"scale\" using apps/v1: .spec.replicas");
  EXPECT_EQ(
      say(200, "PATCH", deployments + "/d?fieldManager=me&force=true", manifest.dump(), apply_type)["spec"]["replicas"],
      2);
  EXPECT_EQ(refused(500, "PATCH", deployments + "/d?fieldManager=me",
                    R"({"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":"2"}})", apply_type),
            "failed to create typed patch object (/; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int "
            "or float), got string");
}

TEST_F(RestTest, DryRunsLeaveNoTrace) {
  const auto before = store.revision();
  EXPECT_EQ(say(201, "POST", deployments + "?dryRun=All", deployment("d").dump())["spec"]["replicas"], 1);
  EXPECT_EQ(store.revision(), before);
  say(201, "POST", deployments, deployment("d").dump());
  EXPECT_EQ(say(200, "PATCH", deployments + "/d?dryRun=All", R"({"spec":{"replicas":7}})",
                "application/merge-patch+json")["spec"]["replicas"],
            7);
  say(200, "DELETE", deployments + "/d", R"({"dryRun":["All"]})");
  EXPECT_EQ(say(200, "GET", deployments + "/d")["spec"]["replicas"], 1);
}

TEST_F(RestTest, AnUnknownDryRunIsNeverCarriedOut) {
  say(201, "POST", deployments, deployment("d").dump());
  make_pods(1);
  const auto before = store.revision();
  const std::string why = " \"\" is invalid: dryRun: Unsupported value: [\"Foo\"]: supported values: \"All\"",
                    merge = "application/merge-patch+json", one = deployments + "/d",
                    patch = R"({"spec":{"replicas":7}})", options = R"({"dryRun":["Foo"]})",
                    eviction = R"({"deleteOptions":{"dryRun":["Foo"]}})";
  auto changed = deployment("d");
  changed["spec"]["replicas"] = 7;
  EXPECT_EQ(refused(422, "POST", deployments + "?dryRun=Foo", deployment("e").dump()),
            "CreateOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "PUT", one + "?dryRun=Foo", changed.dump()), "UpdateOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "PUT", one + "/status?dryRun=Foo", changed.dump()), "UpdateOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "PATCH", one + "?dryRun=Foo", patch, merge), "PatchOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "PATCH", one + "/scale?dryRun=Foo", patch, merge), "PatchOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "PATCH", one + "?fieldManager=m&dryRun=Foo", changed.dump(), "application/apply-patch+yaml"),
            "PatchOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "DELETE", one + "?dryRun=Foo"), "DeleteOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "DELETE", one, options), "DeleteOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "DELETE", pods + "?dryRun=Foo"), "DeleteOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "DELETE", pods, options), "DeleteOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "POST", pods + "/p0/eviction?dryRun=Foo", "{}"), "CreateOptions.meta.k8s.io" + why);
  EXPECT_EQ(refused(422, "POST", pods + "/p0/eviction", eviction), "DeleteOptions.meta.k8s.io" + why);
  // Nor one beside "All", nor an empty one, nor what is no list.
  refused(422, "DELETE", one + "?dryRun=All&dryRun=Foo");
  refused(422, "DELETE", one + "?dryRun=");
  refused(422, "DELETE", one, R"({"dryRun":["All","Foo"]})");
  refused(400, "DELETE", one, R"({"dryRun":"All"})");
  refused(400, "DELETE", one, R"({"dryRun":[true]})");
  say(200, "DELETE", one, R"({"dryRun":["All","All"]})");
  EXPECT_EQ(store.revision(), before);
}

// A merge patch, or a JSON patch within its own bounds, could add to an object again and again.
TEST_F(RestTest, NoObjectOutgrowsWhatEtcdTakes) {
  say(201, "POST", "/api/v1/namespaces/default/configmaps", R"({"metadata":{"name":"c"}})");
  const std::string one = "/api/v1/namespaces/default/configmaps/c", megabyte(900'000, 'x');
  const auto annotate = [&](const char* key, int code) {
    return say(code, "PATCH", one, json{{"data", {{key, megabyte}}}}.dump(), "application/merge-patch+json");
  };
  annotate("a", 200);
  const auto before = store.revision();
  EXPECT_EQ(annotate("b", 500)["message"], "etcdserver: request is too large");
  EXPECT_EQ(store.revision(), before);
}

TEST_F(RestTest, ListsSelect) {
  make_pods(4);
  const auto names = [&](const std::string& query) {
    std::string out;
    const auto list = say(200, "GET", pods + query);
    for (const auto& item : list["items"]) out += item["metadata"]["name"].get<std::string>() + " ";
    return out;
  };
  EXPECT_EQ(names("?labelSelector=odd%3Dyes"), "p1 p3 ");
  EXPECT_EQ(names("?labelSelector=app%3Dx,!odd"), "p0 p2 ");
  EXPECT_EQ(names("?fieldSelector=metadata.name%3Dp2"), "p2 ");
  EXPECT_EQ(names("?fieldSelector=metadata.name!%3Dp2,status.phase%3DPending"), "p0 p1 p3 ");
  EXPECT_EQ(names("?fieldSelector=spec.nodeName%3D"), "p0 p1 p2 p3 ");
  EXPECT_THAT(refused(400, "GET", pods + "?fieldSelector=spec.image%3Dx"),
              HasSubstr("field label not supported: spec.image"));
  EXPECT_EQ(refused(400, "GET", pods + "?labelSelector=a%20b%20c").rfind("unable to parse requirement", 0), 0U);
  EXPECT_FALSE(say(200, "GET", pods)["items"][0].contains("kind"));
}

TEST_F(RestTest, PagesShowOneMoment) {
  make_pods(5);
  const auto first = say(200, "GET", pods + "?limit=2");
  EXPECT_EQ(first["items"].size(), 2U);
  EXPECT_EQ(first["metadata"]["remainingItemCount"], 3);
  say(200, "DELETE", pods + "/p3");  // between two pages: the list is still that of its first page
  say(201, "POST", pods, R"({"metadata":{"name":"p9"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  const auto rest_of_it = say(200, "GET", pods + "?limit=500&continue=" + text_at(first, "/metadata/continue"));
  ASSERT_EQ(rest_of_it["items"].size(), 3U);
  EXPECT_EQ(rest_of_it["items"][1]["metadata"]["name"], "p3");
  EXPECT_EQ(rest_of_it["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
  for (int i = 0; i < 4100; ++i) {
    ASSERT_TRUE(store.mutate("Namespace", "", "other", [&](json& object) {
      object["metadata"]["labels"]["i"] = std::to_string(i);
      return true;
    }));
  }
  const auto lost = say(410, "GET", pods + "?limit=2&continue=" + text_at(first, "/metadata/continue"));
  EXPECT_EQ(lost["reason"], "Expired");
  EXPECT_THAT(refused(400, "GET", pods + "?continue=%25%25"), HasSubstr("continue key is not valid"));
}

TEST_F(RestTest, Tables) {
  make_pods(1);
  const auto table =
      json::parse(ask("GET", pods, "", "", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json").body);
  EXPECT_EQ(table["kind"], "Table");
  EXPECT_EQ(table["rows"][0]["cells"][2], "Pending");
  EXPECT_EQ(
      json::parse(ask("GET", pods + "/p0", "", "", "application/json;as=Table;v=v1;g=meta.k8s.io").body)["rows"].size(),
      1U);
}

TEST_F(RestTest, Deletions) {
  say(201, "POST", deployments, deployment("d").dump());
  const auto gone = say(200, "DELETE", deployments + "/d", R"({"propagationPolicy":"Background"})");
  EXPECT_EQ(gone["status"], "Success");
  EXPECT_EQ(gone["details"]["kind"], "deployments");
  EXPECT_EQ(gone["details"]["group"], "apps");
  say(404, "DELETE", deployments + "/d");
  make_pods(4);
  EXPECT_EQ(say(200, "DELETE", pods + "/p0")["kind"], "Pod");
  EXPECT_EQ(say(200, "DELETE", pods + "?labelSelector=odd")["items"].size(), 2U);
  EXPECT_EQ(say(200, "GET", pods)["items"].size(), 1U);
  EXPECT_THAT(refused(422, "DELETE", pods + "/p2", R"({"propagationPolicy":"Sideways"})"),
              HasSubstr("Unsupported value: \"Sideways\""));
  EXPECT_EQ(say(409, "DELETE", pods + "/p2", R"({"preconditions":{"uid":"x"}})")["reason"], "Conflict");
}

TEST_F(RestTest, OpenApiIsKeptByItsEtag) {
  const auto index = ask("GET", "/openapi/v3");
  const auto path = json::parse(index.body)["paths"]["apis/apps/v1"]["serverRelativeURL"].get<std::string>();
  const auto document = ask("GET", path);
  EXPECT_TRUE(json::parse(document.body)["components"]["schemas"].contains("io.k8s.api.core.v1.Container"));
  Request again{"GET", path, "", "", "Bearer " + tokens.admin(), "", document.headers.at(0).second, ""};
  EXPECT_EQ(std::get<Response>(rest.handle(again)).code, 304);
}

// A token for a service account: who holds it is somebody, until it is over or what it is bound to is gone.
// One object in two forms (pkg/apis/autoscaling/v1 and events/v1 conversion.go).
TEST_F(RestTest, AFurtherVersionShowsTheSameObjects) {
  const std::string one = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
                    two = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
  const auto made =
      say(201, "POST", one + "?fieldValidation=Strict",
          R"({"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{
        "maxReplicas":3,"targetCPUUtilizationPercentage":70,
        "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}}})");
  EXPECT_EQ(made["apiVersion"], "autoscaling/v1");
  EXPECT_EQ(made["spec"]["targetCPUUtilizationPercentage"], 70);
  auto stored = say(200, "GET", two + "/h");
  EXPECT_EQ(stored["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"], 70);
  stored["spec"]["metrics"].push_back(json::parse(
      R"({"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}})"));
  say(200, "PUT", two + "/h", stored.dump());
  say(200, "PATCH", one + "/h", R"({"spec":{"maxReplicas":5}})", "application/strategic-merge-patch+json");
  const auto after = say(200, "GET", two + "/h")["spec"];
  EXPECT_EQ(after["maxReplicas"], 5);
  EXPECT_EQ(after["metrics"], stored["spec"]["metrics"]) << "what the older version has no word for stays";
  EXPECT_EQ(say(200, "GET", one)["items"][0]["spec"]["maxReplicas"], 5);
  EXPECT_EQ(say(200, "GET", "/apis/autoscaling")["preferredVersion"]["version"], "v2");

  say(201, "POST", "/apis/events.k8s.io/v1/namespaces/default/events",
      R"({"metadata":{"name":"e"},"note":"n","reason":"r","regarding":{"kind":"Pod","name":"p","namespace":"default"}})");
  EXPECT_EQ(say(200, "GET", "/api/v1/namespaces/default/events/e")["message"], "n");
  const std::string events = "/apis/events.k8s.io/v1/namespaces/default/events";
  EXPECT_EQ(say(200, "GET", events + "/e")["regarding"]["name"], "p");
  EXPECT_EQ(say(200, "GET", events + "?fieldSelector=regarding.name%3Dp")["items"].size(), 1U);
  EXPECT_EQ(say(200, "GET", events + "?fieldSelector=reportingController%3Dx")["items"].size(), 0U);
}

TEST_F(RestTest, AServiceThatBecomesAnExternalNameLetsItsAddressGo) {
  auto service =
      say(201, "POST", services, R"({"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"port":80}]}})");
  ASSERT_NE(string_or(service["spec"], "clusterIP"), "");
  service["spec"]["type"] = "ExternalName";
  service["spec"]["externalName"] = "example.org";
  const auto now = say(200, "PUT", services + "/s", service.dump())["spec"];
  EXPECT_FALSE(now.contains("clusterIP") || now.contains("clusterIPs"));
  EXPECT_FALSE(now["ports"][0].contains("nodePort"));
}

TEST_F(RestTest, SecretsTakeWordsAndStayWhenTheyAreImmutable) {
  const std::string secrets = "/api/v1/namespaces/default/secrets";
  const auto made =
      say(201, "POST", secrets, R"({"metadata":{"name":"s"},"data":{"a":"Yg=="},"stringData":{"k":"hello"}})");
  EXPECT_EQ(made["data"], json::parse(R"({"a":"Yg==","k":"aGVsbG8="})"));
  EXPECT_FALSE(made.contains("stringData"));
  const auto patch = [&](int code, const char* body) {
    return say(code, "PATCH", secrets + "/s", body, "application/merge-patch+json");
  };
  patch(200, R"({"immutable":true})");
  EXPECT_THAT(string_or(patch(422, R"({"stringData":{"k":"other"}})"), "message"),
              HasSubstr("data: Forbidden: field is immutable when `immutable` is set"));
  patch(422, R"({"immutable":false})");
  patch(200, R"({"metadata":{"labels":{"a":"b"}}})");
}

}  // namespace
}  // namespace straycat::cluster
