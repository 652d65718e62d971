// The REST layer over an empty store with two namespaces, asked without a transport.
#pragma once

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {

inline const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
inline const std::string pods = "/api/v1/namespaces/default/pods";
inline const std::string services = "/api/v1/namespaces/default/services";

inline json deployment(const std::string& name) {
  auto object = json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","spec":{"selector":{"matchLabels":{"a":"b"}},
    "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"x","image":"i"}]}}}})");
  object["metadata"]["name"] = name;
  return object;
}

// Asked in the words of a client who may do everything.
class RestWorld {
 public:
  Response ask(const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& type = "application/json", const std::string& accept = "application/json") {
    Request request{method, target, accept, type, "Bearer " + tokens.admin(), "test/1", "", body};
    auto answer = rest.handle(request);
    if (auto* response = std::get_if<Response>(&answer)) return *response;
    ADD_FAILURE() << "no plain answer to " << target;
    return {};
  }
  // The answer's object; its code must be `code`.
  json say(int code, const std::string& method, const std::string& target, const std::string& body = "",
           const std::string& type = "application/json") {
    const auto response = ask(method, target, body, type);
    EXPECT_EQ(response.code, code) << method << " " << target << ": " << response.body;
    return json::parse(response.body, nullptr, false);
  }
  std::string refused(int code, const std::string& method, const std::string& target, const std::string& body = "",
                      const std::string& type = "application/json") {
    return string_or(say(code, method, target, body, type), "message");
  }
  boost::asio::io_context context;
  Store store{context.get_executor()};
  Tokens tokens;
  Rest rest{context.get_executor(), store, tokens, {}};
};

class RestTest : public testing::Test, protected RestWorld {
 protected:
  RestTest() {
    for (const char* name : {"default", "other"}) {
      auto object = json::parse(R"({"kind":"Namespace","metadata":{}})");
      object["metadata"]["name"] = name;
      EXPECT_TRUE(store.create(object));
    }
  }
  void make_pods(int count) {
    for (int i = 0; i < count; ++i) {
      auto object =
          json::parse(R"({"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"}]}})");
      object["metadata"]["name"] = "p" + std::to_string(i);
      if (i % 2 == 1) object["metadata"]["labels"]["odd"] = "yes";
      say(201, "POST", pods, object.dump());
    }
  }
};

}  // namespace straycat::cluster
