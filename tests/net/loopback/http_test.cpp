#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/support/tls_server.hpp"
#include <straycat/net/http.hpp>

namespace straycat::net {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::Exchange;
using test::TlsServer;
using testing::HasSubstr;

struct HttpTest : testing::Test {
  asio::io_context context;
  std::optional<TlsServer> server;
  std::optional<Http> http;

  void serve(test::Handler handler, TlsServer::Options options = {}) {
    server.emplace(context, options, std::move(handler));
  }
  void TearDown() override {
    http.reset();
    server.reset();
  }
  Request request(std::string path = "/") const {
    Request out;
    out.url = server->url() + path;
    out.tls.ca_pem = server->ca_pem();
    out.timeout = 5s;
    return out;
  }
  Http& client() {
    if (!http) http.emplace(context.get_executor());
    return *http;
  }
  template <class T>
  T run(asio::awaitable<T> work) {
    std::optional<T> out;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T value) {
      if (!error) out.emplace(std::move(value));
      context.stop();
    });
    context.restart();
    context.run_for(20s);
    if (!out) throw std::runtime_error("the coroutine did not end");
    return std::move(*out);
  }
  Result<Response> fetch(Request wanted) { return run(client().fetch(std::move(wanted))); }
};

asio::awaitable<void> echo(Exchange& exchange) {
  co_await exchange.answer(200, exchange.method + " " + exchange.target + " " + exchange.body,
                           {{"X-Mixed-Case", " v "}});
}

TEST_F(HttpTest, FetchesOverVerifiedTls) {
  serve(echo);
  auto wanted = request("/a?b=c");
  wanted.method = "PATCH";
  wanted.body = "{}";
  const auto answer = fetch(wanted);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "PATCH /a?b=c {}");
  EXPECT_EQ(answer->headers.at("x-mixed-case"), "v");
}

TEST_F(HttpTest, KeepsAConnection) {
  serve(echo);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(fetch(request()));
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(HttpTest, SendsHeadersAsTheyAreAndNoneOfItsOwn) {
  std::map<std::string, std::string> seen;
  serve([&](Exchange& exchange) -> asio::awaitable<void> {
    seen = exchange.headers;
    co_await exchange.answer(200, "");
  });
  auto wanted = request();
  wanted.method = "POST";
  wanted.body = std::string(5000, 'x');  // long enough for curl to want "Expect: 100-continue"
  wanted.headers = {{"Authorization", "Bearer t"}};
  wanted.repeated_headers = {{"Impersonate-Group", "a,b"}, {"Impersonate-Group", "c"}};
  ASSERT_TRUE(fetch(wanted));
  EXPECT_EQ(seen["authorization"], "Bearer t");
  EXPECT_EQ(seen["impersonate-group"], "a,b | c");
  EXPECT_EQ(seen.count("expect"), 0u);
  EXPECT_EQ(seen.count("content-type"), 0u);
}

TEST_F(HttpTest, AnyStatusIsAnAnswer) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.answer(503, "later", {{"Retry-After", "2"}});
  });
  const auto answer = fetch(request());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->headers.at("retry-after"), "2");
}

TEST_F(HttpTest, RefusesACertificateOfAnotherAuthority) {
  serve(echo);
  auto wanted = request();
  wanted.tls.ca_pem = test::make_certificate("127.0.0.1").certificate_pem;
  const auto answer = fetch(wanted);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::own_trouble);
  EXPECT_THAT(answer.error().message, HasSubstr("certificate"));
  EXPECT_THAT(answer.error().message, HasSubstr(server->url()));
}

TEST_F(HttpTest, RefusesACertificateOfAnotherNameUnlessItIsToldThatName) {
  std::string sni, host;
  serve(
      [&](Exchange& exchange) -> asio::awaitable<void> {
        sni = exchange.server_name;
        host = exchange.headers["host"];
        co_await exchange.answer(200, "");
      },
      {.certificate_name = "api.cluster.test"});
  EXPECT_FALSE(fetch(request()));
  auto wanted = request();
  wanted.tls.server_name = "api.cluster.test";
  const auto answer = fetch(wanted);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(sni, "api.cluster.test");
  EXPECT_EQ(host, "127.0.0.1:" + std::to_string(server->port()));
}

TEST_F(HttpTest, InsecureVerifiesNothing) {
  serve(echo, {.certificate_name = "other.test"});
  auto wanted = request();
  wanted.tls = {.ca_pem = "", .client_cert_pem = "", .client_key_pem = "", .server_name = "", .insecure = true};
  EXPECT_TRUE(fetch(wanted));
}

TEST_F(HttpTest, ShowsItsClientCertificate) {
  std::string name;
  serve(
      [&](Exchange& exchange) -> asio::awaitable<void> {
        name = exchange.client_name;
        co_await exchange.answer(200, "");
      },
      {.ask_client_certificate = true});
  const auto pair = test::make_certificate("jane");
  auto wanted = request();
  wanted.tls.client_cert_pem = pair.certificate_pem;
  wanted.tls.client_key_pem = pair.key_pem;
  const auto answer = fetch(wanted);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(name, "jane");
}

TEST_F(HttpTest, NeverTakesAProxyFromTheEnvironment) {
  serve(echo, {.tls = false});
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  const auto answer = fetch(request());
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
  EXPECT_TRUE(answer) << answer.error().message;
}

TEST_F(HttpTest, UsesTheProxyThatItIsGivenWhateverNoProxySays) {
  serve(echo, {.tls = false});
  ::setenv("no_proxy", "*", 1);
  auto wanted = request();
  wanted.url = "http://nowhere.invalid/x";
  wanted.proxy = server->url();
  const auto answer = fetch(wanted);
  ::unsetenv("no_proxy");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "GET http://nowhere.invalid/x ");
}

TEST_F(HttpTest, NamesWhoRefused) {
  serve(echo);
  auto wanted = request();
  server.reset();
  const auto answer = fetch(wanted);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("Connection refused"));
  EXPECT_THAT(answer.error().message, HasSubstr("GET https://127.0.0.1:"));
}

TEST_F(HttpTest, NoUrlIsBadInput) {
  Request wanted;
  wanted.url = "::not a url";
  const auto answer = fetch(wanted);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::bad_input);
}

TEST_F(HttpTest, TimesOut) {
  serve([](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.wait(20s); });
  auto wanted = request();
  wanted.timeout = 100ms;
  const auto answer = fetch(wanted);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("timed out"));
}

TEST_F(HttpTest, ALongerAnswerIsAnErrorNotMemory) {
  serve([](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(200, std::string(100'000, 'x')); });
  auto wanted = request();
  wanted.max_body = 50'000;
  const auto answer = fetch(wanted);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("longer than 50000 bytes"));
  wanted.max_body = 100'000;
  EXPECT_TRUE(fetch(wanted));
}

TEST_F(HttpTest, StreamsPiecesAfterTheHeader) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.begin_stream();
    for (const char* text : {"one", "two", "three"}) {
      co_await exchange.piece(text);
      co_await exchange.wait(20ms);
    }
    co_await exchange.piece("");
  });
  std::vector<std::string> seen;
  const auto answer = run(client().stream(
      request(), [&](const Response& head) { seen.push_back(std::to_string(head.status)); },
      [&](std::string_view piece) {
        seen.emplace_back(piece);
        return true;
      }));
  ASSERT_TRUE(answer);
  ASSERT_GE(seen.size(), 3u);  // pieces may have met on the way, but not all: they came 20 ms apart
  EXPECT_EQ(seen[0], "200");
  std::string joined;
  for (std::size_t i = 1; i < seen.size(); ++i) joined += seen[i];
  EXPECT_EQ(joined, "onetwothree");
  EXPECT_EQ(answer->body, "");
}

TEST_F(HttpTest, ARefusedStreamComesWhole) {
  serve([](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.answer(410, "gone"); });
  int pieces = 0;
  const auto answer = run(client().stream(request(), nullptr, [&](std::string_view) {
    ++pieces;
    return true;
  }));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 410);
  EXPECT_EQ(answer->body, "gone");
  EXPECT_EQ(pieces, 0);
}

asio::awaitable<void> say_and_stall(Exchange& exchange) {
  co_await exchange.begin_stream();
  co_await exchange.piece("hello");
  co_await exchange.wait(20s);
}

TEST_F(HttpTest, FalseEndsAStream) {
  serve(say_and_stall);
  const auto answer = run(client().stream(request(), nullptr, [](std::string_view) { return false; }));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST_F(HttpTest, ASilentStreamEndsWithAnError) {
  serve(say_and_stall);
  auto wanted = request();
  wanted.timeout = 0ns;
  wanted.idle_timeout = 100ms;
  std::string seen;
  const auto answer = run(client().stream(wanted, nullptr, [&](std::string_view piece) {
    seen += piece;
    return true;
  }));
  ASSERT_FALSE(answer);
  EXPECT_EQ(seen, "hello");
  EXPECT_THAT(answer.error().message, HasSubstr("no byte for 100ms"));
}

TEST_F(HttpTest, ACutStreamIsAnErrorAfterItsBytes) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.begin_stream();
    co_await exchange.piece("half");
    co_await exchange.wait(50ms);
    exchange.reset();
  });
  std::string seen;
  const auto answer = run(client().stream(request(), nullptr, [&](std::string_view piece) {
    seen += piece;
    return true;
  }));
  EXPECT_FALSE(answer);
  EXPECT_EQ(seen, "half");
}

TEST_F(HttpTest, ManyStreamsAtOnceDoNotHoldEachOtherUp) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.begin_stream();
    if (exchange.target == "/stall") co_await exchange.wait(20s);
    co_await exchange.piece("x");
    co_await exchange.piece("");
  });
  for (int i = 0; i < 8; ++i)
    asio::co_spawn(context, client().stream(request("/stall"), nullptr, [](std::string_view) { return true; }),
                   asio::detached);
  const auto answer = run(client().stream(request("/go"), nullptr, [](std::string_view) { return true; }));
  EXPECT_TRUE(answer);
}

TEST_F(HttpTest, CancellingAbortsTheTransfer) {
  serve(say_and_stall);
  asio::cancellation_signal cancel;
  std::optional<Result<Response>> out;
  auto wanted = request();
  wanted.timeout = 0ns;
  asio::co_spawn(context,
                 client().stream(wanted, nullptr,
                                 [&](std::string_view) {
                                   cancel.emit(asio::cancellation_type::terminal);
                                   return true;
                                 }),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result<Response> result) {
                   out.emplace(std::move(result));
                   context.stop();
                 }));
  context.run_for(5s);
  ASSERT_TRUE(out);
  EXPECT_FALSE(*out);
}

// The loop that runs a callback is not who can do something about what it throws.
TEST_F(HttpTest, WhatACallbackThrowsLeavesTheCoroutineThatAsked) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    co_await exchange.begin_stream();
    co_await exchange.piece("x");
    co_await exchange.wait(20s);
  });
  const auto heard = [&](asio::awaitable<Result<Response>> work) {
    std::string words;
    asio::co_spawn(context, std::move(work), [&](const std::exception_ptr& error, const Result<Response>&) {
      try {
        if (error) std::rethrow_exception(error);
      } catch (const std::exception& thrown) {
        words = thrown.what();
      }
      context.stop();
    });
    context.restart();
    context.run_for(10s);
    return words;
  };
  const OnData takes = [](std::string_view) { return true; };
  EXPECT_EQ(heard(client().stream(
                request(), [](const Response&) { throw std::runtime_error("no header"); }, takes)),
            "no header");
  const OnData refuses = [](std::string_view) -> bool { throw std::runtime_error("no data"); };
  EXPECT_EQ(heard(client().stream(request(), nullptr, refuses)), "no data");
}

TEST_F(HttpTest, ACallbackMayStartAnotherRequest) {
  serve([](Exchange& exchange) -> asio::awaitable<void> {
    if (exchange.target != "/a") co_return co_await echo(exchange);
    co_await exchange.begin_stream();
    co_await exchange.piece("go");
    co_await exchange.wait(100ms);
    co_await exchange.piece("");
  });
  std::string inner;
  const auto answer = run(client().stream(request("/a"), nullptr, [&](std::string_view) {
    asio::co_spawn(context, client().fetch(request("/b")), [&](std::exception_ptr, Result<Response> result) {
      if (result) inner = result->body;
    });
    return true;
  }));
  ASSERT_TRUE(answer);
  EXPECT_EQ(inner, "GET /b ");
}

TEST_F(HttpTest, ARequestMayOutliveItsClient) {
  serve(say_and_stall);
  auto wanted = request();
  wanted.timeout = 200ms;
  auto work = client().fetch(wanted);
  http.reset();
  EXPECT_FALSE(run(std::move(work)));
}

}  // namespace
}  // namespace straycat::net
