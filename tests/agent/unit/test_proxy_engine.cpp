// What the API server's proxy says, in the words of a real one (Kubernetes 1.36), and what it means.
#include <cerrno>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/proxy_engine.hpp"

namespace straycat::agent {
namespace {

std::string status(int code, const std::string& message) {
  return nlohmann::json::object(
             {{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"message", message}, {"code", code}})
      .dump();
}

struct Row {
  const char* name;
  int code;
  std::string body;
  std::optional<FailureKind> kind;
  int error_number = 0;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class ProxyWords : public testing::TestWithParam<Row> {};

TEST_P(ProxyWords, mean_this) {
  const Row& row = GetParam();
  const auto failure = proxy_failure(row.code, row.body);
  ASSERT_EQ(failure.has_value(), row.kind.has_value());
  if (!failure) return;
  EXPECT_EQ(failure->kind, *row.kind);
  EXPECT_EQ(failure->error_number, row.error_number);
}

const char* refused = "error trying to reach service: dial tcp 10.244.0.44:3000: connect: connection refused";

INSTANTIATE_TEST_SUITE_P(
    All, ProxyWords,
    testing::Values(Row{"refused", 503, status(503, refused), FailureKind::refused, ECONNREFUSED},
                    Row{"no_endpoint", 503, status(503, "no endpoints available for service \"sayhi\""),
                        FailureKind::refused},
                    Row{"no_route", 503,
                        status(503, "error trying to reach service: dial tcp 10.0.0.1:80: connect: no route to host"),
                        FailureKind::unreachable, EHOSTUNREACH},
                    Row{"timeout", 503, status(503, "error trying to reach service: dial tcp 10.0.0.1:80: i/o timeout"),
                        FailureKind::connect_timeout, ETIMEDOUT},
                    Row{"closed", 503, status(503, "error trying to reach service: EOF"), FailureKind::closed_early},
                    Row{"not_http", 503, status(503, "error trying to reach service: malformed HTTP response \"x\""),
                        FailureKind::protocol},
                    Row{"words_of_tomorrow", 503, status(503, "error trying to reach service: the moon is wrong"),
                        FailureKind::protocol},
                    Row{"no_such_service", 404, status(404, "services \"sayhi\" not found"), FailureKind::unreachable},
                    Row{"no_right", 403, status(403, "services \"sayhi\" is forbidden"), FailureKind::local_exhaustion},
                    Row{"too_busy", 429, "Too many requests, please try again later.\n", FailureKind::local_exhaustion},
                    Row{"own_429", 429, "slow down", std::nullopt},
                    Row{"status_of_wrong_types", 503, "{\"kind\":7,\"apiVersion\":[],\"message\":{}}", std::nullopt},
                    Row{"no_sign_in", 401, status(401, "Unauthorized"), FailureKind::local_exhaustion},
                    // From here on the target itself speaks.
                    Row{"own_503", 503, "try later", std::nullopt},
                    Row{"wrong_types", 503, R"({"kind":7,"apiVersion":["v1"],"message":{}})", std::nullopt},
                    Row{"no_words", 503, R"({"kind":"Status","apiVersion":"v1","message":7})", std::nullopt},
                    Row{"own_json_503", 503, "{\"kind\":\"Status\"}", std::nullopt},
                    Row{"own_status_of_an_api", 503, status(503, "etcd is down"), std::nullopt},
                    Row{"own_404", 404, "<h1>no such page</h1>", std::nullopt}, Row{"ok", 200, "hi", std::nullopt},
                    Row{"ok_that_quotes", 200, status(503, refused), std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ProxyPath, names_the_service_or_the_pod_and_keeps_the_query) {
  const auto url = *probe::parse_url("http://sayhi/hi?x=1");
  EXPECT_EQ(proxy_path("services", "shop", "sayhi", 80, url), "/api/v1/namespaces/shop/services/sayhi:80/proxy/hi?x=1");
  EXPECT_EQ(proxy_path("pods", "shop", "sayhi-a", 3000, url), "/api/v1/namespaces/shop/pods/sayhi-a:3000/proxy/hi?x=1");
  const auto tls = *probe::parse_url("https://sayhi/");
  EXPECT_EQ(proxy_path("services", "shop", "sayhi", 443, tls),
            "/api/v1/namespaces/shop/services/https:sayhi:443/proxy/");
}

}  // namespace
}  // namespace straycat::agent
