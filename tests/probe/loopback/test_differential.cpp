// Servers that misbehave in odder ways, through both engines: whatever a request comes to, both tell the same.
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/support/oddities.hpp"
#include "probe/support/one_attempt.hpp"
#include "probe/support/zoo.hpp"

namespace straycat::test {
namespace {

using probe::Attempt;
using probe::ProbeRequest;

class Differential : public testing::Test {
 protected:
  static void expect_same(const char* name, const Server::Behaviour& behaviour, const std::string& outcome) {
    SCOPED_TRACE(name);
    const Server server(behaviour);
    ProbeRequest request = quick_get(server.url());
    request.timeouts.connect = std::chrono::seconds{5};
    const Attempt fast = run_attempt(fast_engine.make, request), curl = run_attempt(curl_engine.make, request);
    EXPECT_EQ(outcome_of(fast), outcome_of(curl)) << "fast: " << (fast.failure ? fast.failure->message : "ok")
                                                  << "\ncurl: " << (curl.failure ? curl.failure->message : "ok");
    EXPECT_EQ(fast.body_sha256, curl.body_sha256);
    EXPECT_EQ(fast.http_version, curl.http_version);
    EXPECT_EQ(outcome_of(fast), outcome) << (fast.failure ? fast.failure->message : "");
  }
  static void expect_same(const std::vector<Oddity>& oddities) {
    for (const Oddity& oddity : oddities) expect_same(oddity.name, answers(oddity.text), oddity.outcome);
  }
};

TEST_F(Differential, InterimAnswers) { expect_same(interim_answers()); }
TEST_F(Differential, StatusLines) { expect_same(status_lines()); }
TEST_F(Differential, Lengths) { expect_same(lengths()); }
TEST_F(Differential, Chunks) { expect_same(chunks()); }
TEST_F(Differential, Fields) { expect_same(fields()); }
TEST_F(Differential, Statuses) { expect_same(statuses()); }

void drip_text(int socket, std::string_view text) {
  for (const char c : text) {
    send_text(socket, {&c, 1});
    ::usleep(1000);
  }
}

TEST_F(Differential, ConnectionsThatEndOddly) {
  const auto after_request = [](auto act) {
    return [act](int socket) {
      if (!read_request(socket).empty()) act(socket);
    };
  };
  expect_same("reset_behind_the_answer", after_request([](int s) {
                send_text(s, ok_response("Meow"));
                reset(s);
              }),
              "200 4 bytes");
  expect_same("half_closed_behind_the_answer", after_request([](int s) {
                send_text(s, ok_response("Meow"));
                ::shutdown(s, SHUT_WR);
                wait_for_close(s);
              }),
              "200 4 bytes");
  expect_same("until_close_and_reset", after_request([](int s) {
                send_text(s, "HTTP/1.1 200 OK\r\n\r\nMeow");
                wait_until_read(s);
                reset(s);
              }),
              "reset at body, 104, 200 4 bytes");
  expect_same("until_close_and_never_closed", after_request([](int s) {
                send_text(s, "HTTP/1.1 200 OK\r\n\r\nMeow");
                wait_for_close(s);
              }),
              "response_timeout at body, 0, 200 4 bytes");
  expect_same(
      "before_it_was_asked",
      [](int s) {
        send_text(s, ok_response("Meow"));
        wait_for_close(s);
      },
      "200 4 bytes");
  expect_same("dripping_header", after_request([](int s) {
                drip_text(s, "HTTP/1.1 200 OK\nX-A: b\r\n c\r\nTransfer-Encoding: chunked\r\n\n4 \nMeow\n0\n\n");
              }),
              "200 4 bytes");
  expect_same("stalled_in_header", after_request([](int s) {
                send_text(s, "HTTP/1.1 200 OK\r\nContent-Le");
                wait_for_close(s);
              }),
              "response_timeout at first_byte, 0, 0 0 bytes");
  expect_same("stalled_behind_a_hint", after_request([](int s) {
                send_text(s, "HTTP/1.1 103 Early Hints\r\n\r\n");
                wait_for_close(s);
              }),
              "response_timeout at first_byte, 0, 0 0 bytes");
  expect_same("stalled_in_a_chunk", after_request([](int s) {
                send_text(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nMeow");
                wait_for_close(s);
              }),
              "response_timeout at body, 0, 200 4 bytes");
}

}  // namespace
}  // namespace straycat::test
