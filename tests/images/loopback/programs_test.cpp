#include <cerrno>
#include <chrono>
#include <signal.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "images/support/child.hpp"

namespace straycat::images {
namespace {

using std::chrono::steady_clock;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string get_hi = "GET /hi HTTP/1.1\r\nHost: sayhi\r\n\r\n";
const std::string get_healthz = "GET /healthz HTTP/1.1\r\nHost: sayhi\r\n\r\n";

std::vector<std::string> on_any_port(std::string program, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{std::move(program), "--listen", "127.0.0.1", "--port", "0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::int64_t since_ms(steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start).count();
}

TEST(Sayhi, says_hi) {
  Child child(on_any_port("sayhi"));
  Client client(child.port());
  client.send(get_hi);
  const auto answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nhi🐈\n"));
  client.send(get_healthz);  // the same connection goes on
  EXPECT_THAT(client.read_answer(), EndsWith("\r\n\r\nok\n"));
  client.send("GET /other HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 404 "));
  client.send("POST /hi HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 405 "));
}

TEST(Sayhi, answers_a_client_that_closes_its_side_first) {
  Child child(on_any_port("sayhi"));
  for (const auto* more : {"", "GET /nothing HTTP/1.1\r\nHalf: "}) {
    Client client(child.port());
    client.send(get_hi + get_healthz + more);
    client.end_output();
    const auto all = client.read_until_close();
    EXPECT_THAT(all, HasSubstr("hi🐈\n"));
    EXPECT_THAT(all, EndsWith("ok\n"));
  }
}

TEST(Sayhi, closes_when_asked_and_on_noise) {
  Child child(on_any_port("sayhi"));
  Client polite(child.port());
  polite.send("GET /hi HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(polite.read_until_close(), EndsWith("hi🐈\n"));
  Client noise(child.port());
  noise.send("what?\r\n\r\n");
  EXPECT_THAT(noise.read_until_close(), StartsWith("HTTP/1.1 400 "));
  Client after(child.port());
  after.send(get_hi);
  EXPECT_THAT(after.read_answer(), EndsWith("hi🐈\n"));
}

TEST(Sayhi, serves_on_after_sigterm_for_the_drain_then_ends_with_0) {
  Child child(on_any_port("sayhi", {"--drain", "400ms"}));
  Client old(child.port());
  old.send(get_hi);
  EXPECT_THAT(old.read_answer(), Not(HasSubstr("Connection: close")));
  const auto start = steady_clock::now();
  child.signal(SIGTERM);
  int served = 0;
  for (; since_ms(start) < 250; ++served) {
    Client client(child.port());
    ASSERT_TRUE(client.connected());
    client.send(get_hi);
    ASSERT_THAT(client.read_answer(), EndsWith("hi🐈\n"));
  }
  EXPECT_GT(served, 0);
  old.send(get_hi);
  EXPECT_THAT(old.read_until_close(), HasSubstr("Connection: close"));  // told to go elsewhere
  EXPECT_EQ(child.wait(), 0);
  EXPECT_GE(since_ms(start), 399);
  Client late(child.port());
  EXPECT_EQ(late.error(), ECONNREFUSED);
}

TEST(Sayhi, finishes_answers_under_way_at_the_end_of_the_drain) {
  Child child(on_any_port("sayhi", {"--drain", "50ms", "--latency", "300ms"}));
  Client client(child.port());
  client.send(get_hi);
  Client second(child.port());
  child.signal(SIGTERM);
  EXPECT_THAT(client.read_answer(), EndsWith("hi🐈\n"));
  EXPECT_EQ(child.wait(), 0);
}

TEST(Sayhi, exits_at_once_or_ignores) {
  Child hasty(on_any_port("sayhi", {"--on-sigterm=exit"}));
  hasty.port();
  hasty.signal(SIGTERM);
  EXPECT_EQ(hasty.wait(), 0);
  Child deaf(on_any_port("sayhi", {"--on-sigterm=ignore"}));
  deaf.port();
  deaf.signal(SIGTERM);
  Client client(deaf.port());
  client.send(get_hi);
  EXPECT_THAT(client.read_answer(), EndsWith("hi🐈\n"));
  deaf.signal(SIGKILL);
  EXPECT_EQ(deaf.wait(), -SIGKILL);
}

TEST(Sayhi, delays_start_and_answers) {
  const auto start = steady_clock::now();
  Child child(on_any_port("sayhi", {"--start-delay", "150ms", "--latency", "100ms"}));
  const int port = child.port();
  EXPECT_GE(since_ms(start), 150);
  const auto asked = steady_clock::now();
  Client a(port), b(port);
  a.send(get_hi + get_hi);
  b.send(get_hi);
  EXPECT_THAT(a.read_answer(), EndsWith("hi🐈\n"));
  EXPECT_THAT(b.read_answer(), EndsWith("hi🐈\n"));
  EXPECT_GE(since_ms(asked), 100);
  EXPECT_THAT(a.read_answer(), EndsWith("hi🐈\n"));
  EXPECT_GE(since_ms(asked), 200);  // one after the other on one connection
}

TEST(Sayhi, fails_healthz_until_and_after) {
  Child young(on_any_port("sayhi", {"--healthz-fail-until", "1h"}));
  Client first(young.port());
  first.send(get_healthz + get_hi);
  EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(first.read_answer(), EndsWith("hi🐈\n"));
  Child old(on_any_port("sayhi", {"--healthz-fail-after", "1ms", "--start-delay", "2ms"}));
  Client second(old.port());
  second.send(get_healthz);
  EXPECT_THAT(second.read_answer(), StartsWith("HTTP/1.1 500 "));
}

TEST(Sayhi, takes_its_switches_from_the_environment) {
  Child child(
      {"sayhi"},
      {{"SAYHI_LISTEN_PORT", "0"}, {"SAYHI_LISTEN", "127.0.0.1"}, {"SAYHI_BODY", "miau"}, {"SAYHI_STATUS", "503"}});
  Client client(child.port());
  client.send(get_hi);
  const auto answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable"));
  EXPECT_THAT(answer, EndsWith("miau\n"));
}

TEST(Sayhi, stays_on_its_pods_address_in_the_loopback_fallback) {
  Child child({"sayhi", "--port", "0"}, {{"STRAYCAT_SERVICE_MAP", "/dev/null"}, {"POD_IP", "127.1.0.77"}});
  const int port = child.port();
  EXPECT_THAT(child.listening(), StartsWith("listening on 127.1.0.77:"));
  EXPECT_TRUE(Client(port, "127.1.0.77").connected());
  EXPECT_EQ(Client(port, "127.1.0.78").error(), ECONNREFUSED);
}

TEST(Sayhi, says_when_the_port_is_taken) {
  Child first(on_any_port("sayhi"));
  Child second({"sayhi", "--listen", "127.0.0.1", "--port", std::to_string(first.port())});
  EXPECT_EQ(second.wait(), 4);
}

TEST(Sayhi, ends_by_itself) {
  Child child(on_any_port("sayhi", {"--exit-after", "50ms", "--exit-code", "7"}));
  EXPECT_EQ(child.wait(), 7);
}

TEST(Listener404, answers_404_to_everything) {
  Child child(on_any_port("listener404"));
  Client client(child.port());
  client.send(get_hi + get_healthz);
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 404 "));
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait(), 0);
}

TEST(SayhiJob, makes_a_cat_at_a_time) {
  const auto start = steady_clock::now();
  Child child({"sayhi-job", "--interval", "100ms"}, {{"COUNT_OF_CATS", "3"}});
  for (int cat = 0; cat < 3; ++cat) {
    EXPECT_EQ(child.line(), "🐈");
    EXPECT_GE(since_ms(start), cat * 100);
  }
  EXPECT_EQ(child.line(), "");
  EXPECT_EQ(child.wait(), 0);
  EXPECT_GE(since_ms(start), 300);
}

TEST(SayhiJob, ends_on_sigterm_and_fails_when_told) {
  Child stopped({"sayhi-job", "--interval", "1h"});
  EXPECT_EQ(stopped.line(), "🐈") << "when it was made, not at the end";
  stopped.signal(SIGTERM);
  EXPECT_EQ(stopped.wait(), 143);
  Child failing({"sayhi-job", "--interval=1ms", "--count=2", "--exit-code=9"});
  EXPECT_EQ(failing.wait(), 9);
}

TEST(Sleeper, sleeps) {
  Child finite({"sleeper", "--for", "20ms", "--exit-code", "2"});
  EXPECT_EQ(finite.wait(), 2);
  Child endless({"sleeper"});
  endless.signal(0);
  endless.signal(SIGTERM);
  const int code = endless.wait();
  EXPECT_TRUE(code == 143 || code == -SIGTERM) << code;  // the signal may come before the program holds it
}

}  // namespace
}  // namespace straycat::images
