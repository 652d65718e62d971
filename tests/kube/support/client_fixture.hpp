// The client against a server that answers as the test dictates; and files of its own. For the loopback tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/support/tls_server.hpp"
#include <straycat/kube/client.hpp>

namespace straycat::kube {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::Exchange;

inline const ResourceType pods = *resource_for_kind("Pod");

struct ClientTest : testing::Test {
  asio::io_context context;
  std::optional<test::TlsServer> server;
  std::optional<Client> client;
  std::vector<std::string> seen;  // "GET /path"
  std::filesystem::path directory;

  void SetUp() override {
    char name[] = "/tmp/straycat-kube-test-XXXXXX";
    directory = ::mkdtemp(name);
  }
  void TearDown() override {
    client.reset();
    server.reset();
    std::filesystem::remove_all(directory);
  }
  void serve(test::Handler handler, Config config = {}) {
    server.emplace(context, [this, handler = std::move(handler)](Exchange& exchange) -> asio::awaitable<void> {
      seen.push_back(exchange.method + " " + exchange.target);
      co_await handler(exchange);
    });
    config.server = server->url();
    config.tls.ca_pem = server->ca_pem();
    client.emplace(context.get_executor(), std::move(config));
  }
  template <class T>
  T run(asio::awaitable<T> work) {
    std::optional<T> out;
    asio::co_spawn(context, std::move(work), [&](const std::exception_ptr& error, T value) {
      if (!error) out.emplace(std::move(value));
      context.stop();
    });
    context.restart();
    context.run_for(100s);
    if (!out) throw std::runtime_error("the coroutine did not end");
    return std::move(*out);
  }
  std::string file(const std::string& name, const std::string& text, int mode = 0600) {
    const auto path = directory / name;
    std::ofstream{path} << text;
    ::chmod(path.c_str(), static_cast<mode_t>(mode));
    return path;
  }
};

// What a server says that has, and takes, whatever is asked for.
inline std::string fitting(const std::string& target) {
  const std::string path = target.substr(0, target.find('?'));
  if (path == "/version") return R"({"gitVersion":"v1.36.3"})";
  const bool scale = path.ends_with("/scale");
  const std::string of = scale ? path.substr(0, path.size() - 6) : path;
  const std::string name = of.substr(of.rfind('/') + 1);
  const char* kind = scale ? "Scale" : of.find("/jobs/") != std::string::npos ? "Job" : "Pod";
  return json{{"kind", kind}, {"metadata", {{"name", name}}}}.dump();
}

inline asio::awaitable<void> ok(Exchange& exchange) { co_await exchange.answer(200, fitting(exchange.target)); }

}  // namespace straycat::kube
