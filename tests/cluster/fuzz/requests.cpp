// libFuzzer: any request to the REST layer gets an answer. The input's first byte picks method and content type, its
// first line is the target, the rest the body.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <boost/asio/io_context.hpp>

#include "cluster/apiserver/rest.hpp"

using namespace straycat::cluster;

namespace {

struct World {
  boost::asio::io_context context;
  Store store{context.get_executor()};
  Tokens tokens;
  Rest rest{context.get_executor(), store, tokens, {}};
  World() {
    (void)store.create(json::parse(R"({"kind":"Namespace","metadata":{"name":"a"}})"));
    (void)store.create(json::parse(
        R"({"kind":"Deployment","metadata":{"name":"d","namespace":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},
      "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"x","image":"i","ports":[{"containerPort":1}]}]}}}})"));
    (void)store.create(
        json::parse(R"({"kind":"Service","metadata":{"name":"s","namespace":"a"},"spec":{"ports":[{"port":80}]}})"));
  }
};

const char* const methods[] = {"GET", "POST", "PUT", "PATCH", "PATCH", "PATCH", "PATCH", "DELETE"};
const char* const types[] = {"application/json",
                             "application/json",
                             "application/json",
                             "application/merge-patch+json",
                             "application/json-patch+json",
                             "application/strategic-merge-patch+json",
                             "application/apply-patch+yaml",
                             "application/json"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  World world;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto line = text.find('\n');
  Request request;
  request.method = methods[data[0] % 8];
  request.content_type = types[data[0] % 8];
  request.accept = data[0] & 0x80 ? "application/json;as=Table;v=v1;g=meta.k8s.io" : "application/json";
  request.target = text.substr(0, line);
  request.authorization = "Bearer " + world.tokens.admin();
  if (line != std::string::npos) request.body = text.substr(line + 1);
  auto answer = world.rest.handle(request);  // an exception is a finding
  if (const auto* response = std::get_if<Response>(&answer)) {
    if (response->code < 200 || response->code > 599) std::abort();
  } else if (auto* stream = std::get_if<Stream>(&answer);
             stream != nullptr && stream->content_type == "application/json") {
    const auto token = stream->start([](const std::string&) {}, [] {});
  }
  return 0;
}
