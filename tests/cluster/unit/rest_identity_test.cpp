// Who asks, and what that one may: reviews, tokens, impersonation, subresources with rights of their own.
#include "cluster/support/rest_world.hpp"

namespace straycat::cluster {
namespace {

using testing::HasSubstr;

TEST_F(RestTest, AConnectionIntoAPodNeedsTheMethodsVerbAndCreate) {
  store.create(json::parse(R"({"kind":"RoleBinding","metadata":{"name":"b","namespace":"default"},
    "roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"a"}]})"));
  const auto token = tokens.issue_token("default", "a");
  const auto code = [&](const std::string& method, const std::string& upgrade) {
    const Request request{method, pods + "/p/exec?command=x&stdout=1", "", "", "Bearer " + token, "", "", "", upgrade};
    const auto answer = rest.handle(request);
    const auto* response = std::get_if<Response>(&answer);
    return response == nullptr ? 0 : response->code;
  };
  const auto grant = [&](const json& verbs) {
    json role = {{"kind", "Role"}, {"metadata", {{"name", "r"}, {"namespace", "default"}}}};
    role["rules"] = json::array({json{{"apiGroups", {""}}, {"resources", {"pods/exec"}}, {"verbs", verbs}}});
    store.purge("Role", "default", "r");
    EXPECT_TRUE(store.create(role));
  };
  grant({"create"});
  EXPECT_EQ(code("POST", "spdy/3.1"), 404) << "it may, but there is no such pod";
  EXPECT_EQ(code("GET", "websocket"), 403);
  grant({"get"});
  EXPECT_EQ(code("GET", "spdy/3.1"), 403);
  EXPECT_EQ(code("GET", "websocket"), 403);
  EXPECT_EQ(code("POST", "spdy/3.1"), 403);
  grant({"get", "create"});
  EXPECT_EQ(code("GET", "websocket"), 404);
  EXPECT_EQ(refused(405, "DELETE", pods + "/p/exec"),
            "the server does not allow this method on the requested resource");
}

TEST_F(RestTest, AccessReviews) {
  const auto ask_for = [&](const std::string& token) {
    Request request{"POST",
                    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                    "",
                    "application/json",
                    "Bearer " + token,
                    "",
                    "",
                    R"({"spec":{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}})"};
    return json::parse(std::get<Response>(rest.handle(request)).body)["status"]["allowed"];
  };
  EXPECT_EQ(ask_for(tokens.admin()), true);
  EXPECT_EQ(ask_for(tokens.issue_token("default", "nobody")), false);
}

TEST_F(RestTest, TokensOfServiceAccounts) {
  ASSERT_TRUE(store.create(json::parse(R"({"kind":"ServiceAccount","metadata":{"name":"a","namespace":"default"}})")));
  say(201, "POST", pods,
      R"({"metadata":{"name":"p0"},"spec":{"serviceAccountName":"a","containers":[{"name":"c","image":"i"}]}})");
  const std::string accounts = "/api/v1/namespaces/default/serviceaccounts";
  const auto review = [&](const std::string& token, const char* audience = "") {
    json body = {{"spec", {{"token", token}}}};
    if (*audience != 0) body["spec"]["audiences"] = {audience};
    return say(201, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", body.dump())["status"];
  };
  EXPECT_THAT(refused(422, "POST", accounts + "/a/token", R"({"spec":{"expirationSeconds":5}})"),
              HasSubstr("may not specify a duration less than 10 minutes"));
  const auto made = say(201, "POST", accounts + "/a/token",
                        R"({"spec":{"boundObjectRef":{"kind":"Pod","name":"p0"},"audiences":["vault"]}})");
  const auto token = string_or(made["status"], "token");
  EXPECT_EQ(review(token)["authenticated"], false) << "made for another audience";
  EXPECT_EQ(review(token, "vault")["user"]["username"], "system:serviceaccount:default:a");
  EXPECT_EQ(review(token, "vault")["user"]["extra"]["authentication.kubernetes.io/pod-name"], json::array({"p0"}));
  EXPECT_EQ(review("nonsense")["authenticated"], false);
  store.purge("Pod", "default", "p0");
  EXPECT_EQ(review(token, "vault")["authenticated"], false) << "the pod is gone";
  EXPECT_EQ(std::count(token.begin(), token.end(), '.'), 2) << "header.claims.signature";
  EXPECT_EQ(say(200, "GET", "/openid/v1/jwks")["keys"][0]["crv"], "P-256");
}

TEST_F(RestTest, WhoMayImpersonateIsTakenForTheOther) {
  const auto list_as = [&](const std::string& token, const std::string& user, std::vector<std::string> groups = {}) {
    Request request{"GET", pods, "", "", "Bearer " + token, "", "", ""};
    request.as_user = user;
    request.as_groups = std::move(groups);
    return std::get<Response>(rest.handle(request)).code;
  };
  EXPECT_EQ(list_as(tokens.admin(), "jane"), 403) << "jane may nothing";
  EXPECT_EQ(list_as(tokens.admin(), "jane", {"system:masters"}), 200);
  EXPECT_EQ(list_as(tokens.issue_token("default", "a"), "jane", {"system:masters"}), 403) << "nobody allowed it that";
}

TEST_F(RestTest, EphemeralContainersHaveAnEndpointOfTheirOwn) {
  make_pods(1);
  const auto patch = [&](int code, const char* list) {
    return say(code, "PATCH", pods + "/p0/ephemeralcontainers",
               std::string(R"({"spec":{"ephemeralContainers":)") + list + "}}",
               "application/strategic-merge-patch+json");
  };
  EXPECT_EQ(patch(200, R"([{"name":"d","image":"i"}])")["spec"]["ephemeralContainers"][0]["terminationMessagePolicy"],
            "File");
  EXPECT_THAT(string_or(patch(422, R"([{"name":"d","image":"j"}])"), "message"),
              HasSubstr("may not be removed or changed"));
  auto pod = say(200, "GET", pods + "/p0");
  pod["spec"].erase("ephemeralContainers");
  pod["metadata"]["labels"]["x"] = "y";
  EXPECT_EQ(say(200, "PUT", pods + "/p0", pod.dump())["spec"]["ephemeralContainers"].size(), 1U) << "none of PUT's";
}

TEST_F(RestTest, AReviewHasItsOwnPathAndSpeaksOfItsOwnNamespace) {
  const std::string reviews = "/apis/authorization.k8s.io/v1";
  const char* spec =
      R"({"spec":{"user":"jane","resourceAttributes":{"namespace":"other","verb":"get","resource":"pods"}}})";
  say(404, "POST", "/apis/authentication.k8s.io/v1/namespaces/default/tokenreviews", R"({"spec":{"token":"x"}})");
  say(404, "POST", reviews + "/namespaces/default/subjectaccessreviews", spec);
  say(404, "POST", reviews + "/localsubjectaccessreviews", spec);
  EXPECT_THAT(refused(400, "POST", reviews + "/namespaces/default/localsubjectaccessreviews", spec),
              HasSubstr("must match metadata.namespace"));
  say(201, "POST", reviews + "/namespaces/other/localsubjectaccessreviews", spec);
}

TEST_F(RestTest, EphemeralContainersComeByNoOtherWay) {
  make_pods(1);
  auto pod = say(200, "GET", pods + "/p0");
  pod["spec"]["ephemeralContainers"] = json::parse(R"([{"name":"d","image":"i"}])");
  EXPECT_FALSE(say(200, "PUT", pods + "/p0", pod.dump())["spec"].contains("ephemeralContainers"));
  pod["metadata"] = {{"name", "p9"}};
  EXPECT_THAT(refused(422, "POST", pods, pod.dump()), HasSubstr("cannot be set on create"));
}

}  // namespace
}  // namespace straycat::cluster
