// What the API server lets callers cost: strangers that only connect, and watchers that do not read.
#include <atomic>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/apiserver/session.hpp"
#include "cluster/support/api_world.hpp"

namespace straycat::cluster {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_world::ApiWorld;
namespace asio = boost::asio;
using asio::ip::tcp;

// A TLS connection that stays.
class Client {
 public:
  explicit Client(ApiWorld& world) : world_(world) {
    tls_.add_certificate_authority(asio::buffer(world.certificate_authority()));
    stream_.next_layer().connect({asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(world.port())});
    stream_.handshake(asio::ssl::stream_base::client);
  }
  // What it was answered; "" when the server had closed.
  std::string ask(const std::string& target, bool signed_in) {
    send(target, signed_in);
    std::string out;
    boost::system::error_code error;
    while (!error && out.find("\r\n\r\n") == std::string::npos) out += read(error);
    return out;
  }
  void send(const std::string& target, bool signed_in, const std::string& more = "") {
    auto text = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + more;
    if (signed_in) text += "Authorization: Bearer " + world_.tokens().admin() + "\r\n";
    boost::system::error_code ignored;
    asio::write(stream_, asio::buffer(text + "\r\n"), ignored);
  }
  std::string read(boost::system::error_code& error) {
    char data[64 * 1024];
    return {data, stream_.read_some(asio::buffer(data), error)};
  }
  std::size_t read_to_the_end() {
    boost::system::error_code error;
    std::size_t size = 0;
    while (!error) size += read(error).size();
    return size;
  }

 private:
  ApiWorld& world_;
  asio::io_context context_;
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  asio::ssl::stream<tcp::socket> stream_{context_, tls_};
};

// Whether the other side has closed, once it had `patience` to do so.
bool closed_within(tcp::socket& socket, std::chrono::milliseconds patience) {
  pollfd waited{socket.native_handle(), POLLIN, 0};
  char byte = 0;
  return ::poll(&waited, 1, static_cast<int>(patience.count())) == 1 && ::recv(waited.fd, &byte, 1, MSG_PEEK) <= 0;
}

TEST(ApiLimits, ACrowdOfStrangersNeitherStaysNorKeepsAnybodyOut) {
  ApiLimits limits;
  limits.strangers = 8;
  ApiWorld world{limits};
  Client known{world};
  EXPECT_THAT(known.ask("/version", true), HasSubstr("200 OK"));
  asio::io_context context;
  std::vector<tcp::socket> crowd;
  for (int i = 0; i < 60; ++i) {
    crowd.emplace_back(context).connect(
        {asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(world.port())});
  }
  EXPECT_EQ(world.get("/version").code, 200) << "a new client comes in";
  EXPECT_THAT(known.ask("/version", true), HasSubstr("200 OK")) << "who has signed in stays";
  int open = 0;
  for (auto& one : crowd) open += closed_within(one, open < 9 ? 200ms : 0ms) ? 0 : 1;
  EXPECT_LE(open, 8);
  EXPECT_GE(open, 1) << "the newest have their time";
}

TEST(ApiLimits, AStrangerHasLittleTimeWhateverItSays) {
  ApiLimits limits;
  limits.stranger_life = 3s;  // a busy machine takes some of it for the handshake
  ApiWorld world{limits};
  Client known{world};
  EXPECT_THAT(known.ask("/version", true), HasSubstr("200 OK"));
  Client anonymous{world};
  EXPECT_THAT(anonymous.ask("/version", false), HasSubstr("200 OK"));
  asio::io_context context;
  tcp::socket silent{context};
  silent.connect({asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(world.port())});
  std::string last = "200";
  for (const auto end = std::chrono::steady_clock::now() + 60s;
       std::chrono::steady_clock::now() < end && !last.empty();)
    last = anonymous.ask("/version", false);
  EXPECT_EQ(last, "") << "an anonymous client stayed for a minute";
  EXPECT_TRUE(closed_within(silent, 60s));
  EXPECT_THAT(known.ask("/version", true), HasSubstr("200 OK"));
}

TEST(ApiLimits, AStrangersBodyIsSmall) {
  ApiWorld world;
  const std::string body(100'000, 'x');
  const auto path = "/api/v1/namespaces/default/configmaps";
  EXPECT_EQ(world.request("POST", path, {"Content-Type: application/json"}, body, "").code, 413);
  EXPECT_EQ(world.request("POST", path, {"Content-Type: application/json"}, body, "a token that nobody issued").code,
            413);
  EXPECT_EQ(world.request("POST", path, {"Content-Type: application/json"}, body, world.tokens().admin()).code, 400);
}

// They are all still sending when they are refused.
TEST(ApiLimits, WhoeverIsRefusedInTheMiddleOfABodyReadsWhy) {
  ApiWorld world;
  const std::string body(2'000'000, 'x');
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(
        world.request("POST", "/api/v1/namespaces/default/configmaps", {"Content-Type: application/json"}, body, "")
            .code,
        413);
}

json big_config_map(int number) {
  json object = {{"kind", "ConfigMap"},
                 {"metadata", {{"name", "m" + std::to_string(number)}, {"namespace", "default"}}}};
  object["data"]["x"] = std::string(500'000, 'x');
  return object;
}

TEST(ApiLimits, WatchersThatDoNotReadGoAndTheOthersMissNothing) {
  constexpr int changes = 30;  // 15 MB for each: more than the kernel keeps for a connection
  ApiLimits limits;
  limits.stream = 1 << 20;
  limits.streams = 2 << 20;
  ApiWorld world{limits};
  const std::string target = "/api/v1/namespaces/default/configmaps?watch=1";
  std::vector<std::unique_ptr<Client>> asleep;
  for (int i = 0; i < 3; ++i) {
    asleep.push_back(std::make_unique<Client>(world));
    EXPECT_THAT(asleep.back()->ask(target, true), HasSubstr("200 OK"));
  }
  Client awake{world};
  awake.send(target, true);
  std::atomic<int> seen = -1;  // by the one that reads; -2: it was dropped
  std::thread reader{[&] {
    std::string tail;
    boost::system::error_code error;
    while (!error && seen < changes - 1) {
      tail = tail.substr(tail.size() - std::min<std::size_t>(tail.size(), 64)) + awake.read(error);
      if (tail.find("\"m" + std::to_string(seen + 1) + "\"") == std::string::npos) continue;
      ++seen;
      seen.notify_one();
    }
    EXPECT_FALSE(error) << "the one that reads was dropped: " << error.message();
    if (error) seen = -2;
    seen.notify_one();
  }};
  for (int i = 0; i < changes && seen != -2; ++i) {
    world.with_store([&](Store& store) { EXPECT_TRUE(store.create(big_config_map(i))); });
    for (int now = seen; now != -2 && now < i; now = seen) seen.wait(now);
  }
  reader.join();
  for (auto& one : asleep) EXPECT_LT(one->read_to_the_end(), std::size_t{changes} * 500'000);
}

TEST(ApiLimits, AReaderThatTakesNothingGoesInTheEnd) {
  ApiLimits limits;
  limits.reader_patience = 300ms;
  ApiWorld world{limits};
  world.with_store([&](Store& store) {
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(store.create(big_config_map(i)));
  });
  Client asleep{world};
  asleep.send("/api/v1/configmaps", true, "Connection: close\r\n");  // 15 MB
  boost::system::error_code error;
  EXPECT_THAT(asleep.read(error), HasSubstr("200 OK"));  // the server has begun
  std::this_thread::sleep_for(3s);                       // what is tried: a client that does not read for long
  EXPECT_LT(asleep.read_to_the_end(), std::size_t{30} * 500'000);
}

TEST(ApiLimits, WhatAPodAnswersIsNotHeldWithoutEnd) {
  asio::io_context context;
  tcp::acceptor pod{context, {asio::ip::address_v4::loopback(), 0}};
  tcp::socket called{context};
  pod.async_accept(called, [&](const boost::system::error_code& error) {
    ASSERT_FALSE(error);
    asio::write(called, asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n")));
  });
  Response answer;
  asio::co_spawn(context, forward({"127.0.0.1", pod.local_endpoint().port(), "/"}),
                 [&](const std::exception_ptr& error, Response response) {
                   ASSERT_FALSE(error);
                   answer = std::move(response);
                 });
  context.run();
  EXPECT_EQ(answer.code, 503);
  EXPECT_THAT(answer.body, HasSubstr("an answer of more than 67108864 bytes"));
}

}  // namespace
}  // namespace straycat::cluster
