#include "kube/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/base64.hpp"
#include "kube/exec_plugin.hpp"
#include "kube/json_text.hpp"
#include "kube/query.hpp"
#include "kube/sign_in.hpp"
#include "kube/support/recording.hpp"
#include "kube/watch_machine.hpp"

namespace straycat::kube {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct RecordedError {
  const char* recording;
  int code;
  const char* reason;
  const char* message;
  Fault fault;
};
struct RecordedErrorTest : testing::TestWithParam<RecordedError> {};

TEST_P(RecordedErrorTest, IsToldInTheServersOwnWords) {
  const auto error = error_from(test::read_recording(GetParam().recording).response);
  EXPECT_EQ(error.code, GetParam().code);
  EXPECT_EQ(error.reason, GetParam().reason);
  EXPECT_THAT(error.message, HasSubstr(GetParam().message));
  EXPECT_EQ(error.to_error().fault, GetParam().fault);
}

INSTANTIATE_TEST_SUITE_P(
    All, RecordedErrorTest,
    testing::Values(
        RecordedError{"get-not-found", 404, "NotFound", "services \"absent\" not found", Fault::own_trouble},
        RecordedError{"error-bad-token", 401, "Unauthorized", "Unauthorized", Fault::own_trouble},
        RecordedError{"error-anonymous", 403, "Forbidden", "cannot list resource \"pods\"", Fault::own_trouble},
        RecordedError{"namespace-create-conflict", 409, "AlreadyExists", "already exists", Fault::own_trouble},
        RecordedError{"apply-selector-mismatch", 422, "Invalid", "does not match template", Fault::bad_input},
        RecordedError{"apply-unknown-field-strict", 500, "", ".spec.replica: field not declared in schema",
                      Fault::own_trouble}));

TEST(Answers, AProxysPageIsShownShortAndHarmless) {
  const auto error = error_from({502, {}, "<html>\x1b[31m" + std::string(1000, 'x')});
  EXPECT_EQ(error.code, 502);
  EXPECT_THAT(error.message, HasSubstr("HTTP 502: <html> [31mxxx"));
  EXPECT_LT(error.message.size(), 230u);
}

TEST(Answers, AServersWordsAreOneLine) {
  const auto error =
      error_from({409, {}, R"({"kind":"Status","reason":"A\nB","message":"no\n\u001b[31mstraycat: all is well"})"});
  EXPECT_EQ(error.message, "no  [31mstraycat: all is well");
  EXPECT_EQ(error.reason, "A B");
}

TEST(Answers, SayWhatWasAskedAndTheCode) {
  const auto said = [](net::Response response) {
    auto error = error_from(response);
    error.asked = "GET /api/v1/namespaces/shop/services";
    return error.to_error();
  };
  const std::string gone = R"({"kind":"Status","code":404,"reason":"NotFound","message":"no such thing"})";
  const std::string reasonless = R"({"kind":"Status","message":"slow down"})";
  const std::string start = "GET /api/v1/namespaces/shop/services: ";
  EXPECT_EQ(said({404, {}, gone}), own_trouble(start + "404 NotFound: no such thing"));
  EXPECT_EQ(said({409, {}, gone}), own_trouble(start + "409 NotFound: no such thing"));
  EXPECT_EQ(said({429, {}, reasonless}), own_trouble(start + "429: slow down"));
  EXPECT_EQ(said({422, {}, reasonless}), bad_input(start + "422: slow down"));
  EXPECT_EQ(said({302, {{"location", "https://login/x?token=s3cret"}}, "Found"}),
            own_trouble(start + "HTTP 302 (to https://login/x): Found"));
  EXPECT_EQ(said({404, {}, "404 page not found"}), own_trouble(start + "HTTP 404: 404 page not found"));
  EXPECT_EQ(said({401, {}, reasonless}),
            own_trouble("the API server does not accept these credentials: " + start + "401: slow down"));
  EXPECT_EQ(said({500, {}, reasonless}), own_trouble("the API server failed: " + start + "500: slow down"));
  EXPECT_EQ(error_from_transport(own_trouble("GET https://x: refused")).to_error(),
            own_trouble("GET https://x: refused"));
}

TEST(Answers, RetriesOnlyWhatIsSafe) {
  const auto error = [](int code, std::optional<Nanos> after) { return ApiError{code, "", "", after, ""}; };
  struct Case {
    ApiError error;
    bool idempotent;
    int tries;
    std::optional<Nanos> wait;
  };
  const Case cases[] = {{error(429, 2s), false, 1, 2s},  // was never carried out
                        {error(429, std::nullopt), true, 1, 1s},
                        {error(429, 3600s), true, 1, 30s},        // bounded
                        {error(429, 0s), true, 1, 100ms},         // never in a hot loop
                        {error(429, 1s), true, 5, std::nullopt},  // bounded
                        {error(503, 1s), true, 1, 1s},
                        {error(503, 1s), false, 1, std::nullopt},  // may have been carried out
                        {error(503, std::nullopt), true, 1, std::nullopt},
                        {error(500, 1s), true, 1, std::nullopt},
                        {error(0, std::nullopt), true, 1, std::nullopt}};
  for (const auto& each : cases) {
    const auto retry = retry_for(each.error, each.idempotent, each.tries);
    EXPECT_EQ(retry ? std::optional{retry->after} : std::nullopt, each.wait) << each.error.code << " " << each.tries;
  }
}

TEST(Answers, AnOutageIsNobodysAnswer) {
  const auto outage = [](int code) { return is_outage({code, "", "", std::nullopt}); };
  for (const int code : {0, 502, 503, 504}) EXPECT_TRUE(outage(code)) << code;
  for (const int code : {400, 401, 404, 409, 410, 429, 500}) EXPECT_FALSE(outage(code)) << code;
  EXPECT_EQ(outage_pause(1), Nanos{100ms});
  EXPECT_EQ(outage_pause(3), Nanos{400ms});
  EXPECT_EQ(outage_pause(100), Nanos{1600ms});
}

TEST(Answers, RetryAfterIsANumberOfSeconds) {
  const auto after = [](const char* text) { return error_from({429, {{"retry-after", text}}, ""}).retry_after; };
  EXPECT_EQ(after("3"), Nanos{3s});
  for (const char* text : {"-1", "x", "", "3x", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999"})
    EXPECT_EQ(after(text), std::nullopt) << text;
}

TEST(Query, EncodesWhatMeansSomething) {
  EXPECT_EQ(query_string({}), "");
  EXPECT_EQ(query_string({{"labelSelector", "a in (b,c),!d"}, {"x", "ä&+ ~"}}),
            "?labelSelector=a%20in%20%28b%2Cc%29%2C%21d&x=%C3%A4%26%2B%20~");
  EXPECT_EQ(query_string(list_query({"a=b", ""}, 500, "t")), "?labelSelector=a%3Db&limit=500&continue=t");
  EXPECT_EQ(query_string(watch_query({"", "metadata.name=x"}, "7", 60)),
            "?fieldSelector=metadata.name%3Dx&watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=60");
}

TEST(Resources, HaveTheirPlaceInTheApi) {
  EXPECT_EQ(resource_for_kind("Pod")->path("ns", "p"), "/api/v1/namespaces/ns/pods/p");
  EXPECT_EQ(resource_for_kind("Deployment")->path("", ""), "/apis/apps/v1/deployments");
  EXPECT_EQ(resource_for_kind("Node")->path("ns", "n"), "/api/v1/nodes/n");
  EXPECT_EQ(resource_for_kind("Event")->group, "");
  EXPECT_FALSE(resource_for_kind("Kitten"));
}

TEST(Resources, AreFoundByApiVersionAndKind) {
  const auto found = [](const char* version, const char* kind) {
    return resource_for(json{{"apiVersion", version}, {"kind", kind}});
  };
  EXPECT_EQ(found("batch/v1", "Job")->plural, "jobs");
  EXPECT_EQ(found("events.k8s.io/v1", "Event")->group, "events.k8s.io");
  EXPECT_EQ(found("apps/v1beta1", "Deployment").error().message, "Deployment is served as apps/v1, not apps/v1beta1");
  EXPECT_THAT(found("x/v1", "Kitten").error().message, HasSubstr("unknown kind Kitten (x/v1); known are Namespace, "));
  EXPECT_EQ(resource_for(json::array()).error().fault, Fault::bad_input);
  EXPECT_FALSE(resource_for(json{{"kind", 3}}));
}

// Kinds of other makers: a few are known, others by a definition that the person brings.
TEST(Resources, KindsOfOtherMakers) {
  const auto monitor = resource_for(json{{"apiVersion", "monitoring.coreos.com/v1"}, {"kind", "ServiceMonitor"}});
  ASSERT_TRUE(monitor);
  EXPECT_EQ(monitor->path("ns", "m"), "/apis/monitoring.coreos.com/v1/namespaces/ns/servicemonitors/m");
  EXPECT_EQ(resource_for_kind("ClusterIssuer")->path("ns"), "/apis/cert-manager.io/v1/clusterissuers");
  EXPECT_FALSE(resource_for(json{{"apiVersion", "example.org/v1"}, {"kind", "Widget"}}));
  const auto definition = json::parse(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "spec":{"group":"example.org","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets"}}})");
  EXPECT_EQ(resource_for(definition)->path("ns", "x"), "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x");
  const auto widget = resource_defined_by(definition, {{"apiVersion", "example.org/v1beta1"}, {"kind", "Widget"}});
  ASSERT_TRUE(widget);
  EXPECT_EQ(widget->path("ns", "w"), "/apis/example.org/v1beta1/namespaces/ns/widgets/w");
  EXPECT_FALSE(resource_defined_by(definition, {{"apiVersion", "example.com/v1"}, {"kind", "Widget"}}));
  EXPECT_FALSE(resource_defined_by(definition, {{"apiVersion", "example.org/v1"}, {"kind", "Gadget"}}));
  EXPECT_FALSE(
      resource_defined_by(json{{"kind", "ConfigMap"}}, {{"apiVersion", "example.org/v1"}, {"kind", "Widget"}}));
}

TEST(JsonText, RefusesWhatWouldBreakTheStack) {
  EXPECT_TRUE(parse_json(R"({"a":"[[[[","b":[1,{"c":"\"{"}]})"));
  EXPECT_TRUE(parse_json(std::string(400, '[') + std::string(400, ']')));
  EXPECT_FALSE(parse_json(std::string(600, '[') + std::string(600, ']')));
  for (const char* text : {"", "{", "<html>", "1e999", "{\"a\":\"\xff\"}"}) EXPECT_FALSE(parse_json(text)) << text;
}

TEST(Base64, BothWays) {
  for (const std::string text : {"", "a", "ab", "abc", "user:p\xc3\xa4ss"})
    EXPECT_EQ(base64_decode(base64_encode(text)), text);
  EXPECT_EQ(base64_encode("ab"), "YWI=");
  EXPECT_EQ(base64_decode("YW\n I="), "ab");
  for (const char* text : {"YWI", "*", "Y===", "====", "=YWI", "YW=I"})
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
}

TEST(SignIn, KeysOfExtraInformationAreHeaderNames) {
  EXPECT_EQ(header_key("Example.org/Team"), "example.org%2Fteam");
  EXPECT_EQ(header_key("a b"), "a%20b");
}

TEST(SignIn, FixedHeaders) {
  Config config;
  config.basic_user = "jane";
  config.basic_password = "pw";
  config.impersonate_user = "admin";
  EXPECT_THAT(fixed_headers(config), testing::UnorderedElementsAre(testing::Pair("Authorization", "Basic amFuZTpwdw=="),
                                                                   testing::Pair("Impersonate-User", "admin")));
}

struct Printed {
  const char* name;
  std::string output, says;  // says "" = good
};
struct PrintedTest : testing::TestWithParam<Printed> {};

TEST_P(PrintedTest, IsReadOrRefusedWithoutShowingIt) {
  Config::Exec exec;
  exec.command = "login";
  exec.api_version = "client.authentication.k8s.io/v1";
  const auto credential = read_credential(exec, GetParam().output);
  ASSERT_EQ(bool(credential), GetParam().says.empty());
  if (credential) return;
  EXPECT_THAT(credential.error().message, HasSubstr("credential plugin login: "));
  EXPECT_THAT(credential.error().message, HasSubstr(GetParam().says));
  EXPECT_THAT(credential.error().message, testing::Not(HasSubstr("s3cret")));
}

std::string exec_credential(const std::string& status, const std::string& version = "v1") {
  return R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/)" + version + R"(","status":)" +
         status + "}";
}

INSTANTIATE_TEST_SUITE_P(
    All, PrintedTest,
    testing::Values(
        Printed{"Token", exec_credential(R"({"token":"s3cret","expirationTimestamp":"2026-11-25T00:00:00Z"})"), ""},
        Printed{"Certificate", exec_credential(R"({"clientCertificateData":"C","clientKeyData":"K"})"), ""},
        Printed{"NoJson", "s3cret", "did not print an ExecCredential"},
        Printed{"OtherVersion", exec_credential(R"({"token":"s3cret"})", "v1beta1"),
                "asks for client.authentication.k8s.io/v1, it answered"},
        Printed{"Nothing", exec_credential("{}"), "neither a token nor a client certificate"},
        Printed{"HalfACertificate", exec_credential(R"({"clientCertificateData":"s3cret"})"), "without its key"},
        Printed{"NoTime", exec_credential(R"({"token":"s3cret","expirationTimestamp":"soon"})"), "is no time"}),
    [](const auto& each) { return each.param.name; });

TEST(ExecInfo, TellsThePluginWhatItAskedFor) {
  Config config;
  config.server = "https://x";
  config.tls.ca_pem = "CA";
  config.exec = Config::Exec{};
  config.exec->api_version = "client.authentication.k8s.io/v1";
  EXPECT_EQ(exec_info(config, false),
            R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}})");
  config.exec->provide_cluster_info = true;
  EXPECT_THAT(exec_info(config, true),
              HasSubstr(R"("cluster":{"certificate-authority-data":"Q0E=","server":"https://x"},"interactive":true)"));
}

// A real API server's stream, byte for byte as it came, through the machine.
struct RecordedStreamTest : testing::TestWithParam<const char*> {};

TEST_P(RecordedStreamTest, IsUnderstoodWhole) {
  const auto recording = test::read_recording(GetParam());
  ASSERT_GT(recording.lines.size(), 5u);
  WatchMachine machine{{.resource = *resource_for_kind("Pod"), .seed = 1}};
  machine.resume(WatchStart{});
  machine.resume(
      ListAnswered{Stamp{1}, {200, {}, R"({"kind":"PodList","metadata":{"resourceVersion":"293"},"items":[]})"}});
  machine.resume(StreamOpened{Stamp{2}, "application/json"});
  std::size_t told = 0, bookmarks = 0;
  for (const auto& [when, line] : recording.lines) {
    if (line.find("\"BOOKMARK\"") != std::string::npos) ++bookmarks;
    const auto step = machine.resume(StreamBytes{Stamp{when * 1'000'000 + 3}, line + "\n"});
    EXPECT_EQ(step.action, WatchAction{KeepReading{}});
    told += step.items.size();
  }
  EXPECT_EQ(told, recording.lines.size() - bookmarks);
  EXPECT_GT(bookmarks, 0u);
}
INSTANTIATE_TEST_SUITE_P(All, RecordedStreamTest, testing::Values("watch-pods", "watch-endpointslices"));

TEST(RecordedStream, AForgottenVersionIsAnErrorUnder200) {
  const auto recording = test::read_recording("watch-too-old");
  EXPECT_EQ(recording.response.status, 200);
  WatchMachine machine{{.resource = *resource_for_kind("Pod"), .seed = 1}};
  machine.resume(WatchStart{});
  machine.resume(
      ListAnswered{Stamp{1}, {200, {}, R"({"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[]})"}});
  machine.resume(StreamOpened{Stamp{2}, recording.response.headers.at("Content-Type")});
  EXPECT_TRUE(std::holds_alternative<FetchPage>(machine.resume(StreamBytes{Stamp{3}, recording.response.body}).action));
}

}  // namespace
}  // namespace straycat::kube
