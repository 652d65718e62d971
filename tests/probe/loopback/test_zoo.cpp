// Every way in which a real server can misbehave, through both engines: the same kind, phase, errno and wording.
#include <cerrno>
#include <memory>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/support/one_attempt.hpp"
#include "probe/support/zoo.hpp"

namespace straycat::test {
namespace {

using probe::Attempt;
using probe::ProbeRequest;

// What a request meets: a server with this behaviour, or a URL that has none.
struct Animal {
  const char* name;
  Server::Behaviour behaviour;
  std::vector<FailureKind> kind;  // empty: as expected
  std::vector<Phase> phases;
  std::vector<int> errors;
  const char* message;  // an extended regular expression
};

void drip(int socket) {
  if (read_request(socket).empty()) return;
  const std::string text = ok_response("Meow");
  for (const char c : text) {
    send_text(socket, {&c, 1});
    ::usleep(1000);
  }
}

void flood(int socket) {
  if (read_request(socket).empty()) return;
  send_text(socket, "HTTP/1.1 200 OK\r\n");
  const std::string field = "X-Flood: " + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 1000; ++i) send_text(socket, field);
}

void reset_after(int socket, std::string_view text) {
  if (read_request(socket).empty()) return;
  send_text(socket, text);
  wait_until_read(socket);  // a RST throws away what was not
  reset(socket);
}

void trickle(int socket) {  // never ends, never stalls
  if (read_request(socket).empty()) return;
  send_text(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 100; ++i) {
    if (::send(socket, "x", 1, MSG_NOSIGNAL) < 0) return;
    ::usleep(20'000);
  }
}

std::vector<Animal> zoo() {
  using K = FailureKind;
  const std::string head = "HTTP/1.1 200 OK\r\n";
  return {
      {"well", answers(ok_response("Meow")), {}, {}, {}, ""},
      {"until_close", answers(head + "\r\nMeow"), {}, {}, {}, ""},
      {"chunked", answers(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nMe\r\n2\r\now\r\n0\r\n\r\n"), {}, {}, {}, ""},
      {"interim", answers("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok_response("Meow")), {}, {}, {}, ""},
      {"byte_by_byte", drip, {}, {}, {}, ""},
      {"longer_than_said", answers(head + "Content-Length: 4\r\n\r\nMeowMeow"), {}, {}, {}, ""},
      {"half_close",
       [](int s) {
         ::shutdown(s, SHUT_WR);
         wait_for_close(s);
       },
       {K::closed_early},
       {Phase::first_byte},
       {0},
       "\\(52\\) Empty reply from server"},
      {"read_and_close", answers(""), {K::closed_early}, {Phase::first_byte}, {0}, "\\(52\\) Empty reply from server"},
      {"stall",
       wait_for_close,
       {K::response_timeout},
       {Phase::first_byte},
       {0},
       "\\(28\\) Operation timed out after 5[0-9]{2} milliseconds with 0 bytes received"},
      {"stall_in_body",
       [](int s) {
         read_request(s);
         send_text(s, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nMeow");
         wait_for_close(s);
       },
       {K::response_timeout},
       {Phase::body},
       {0},
       "\\(28\\) Operation timed out after 5[0-9]{2} milliseconds with 4 out of 10 bytes received"},
      {"trickle",
       trickle,
       {K::response_timeout},
       {Phase::body},
       {0},
       "\\(28\\) Operation timed out after 5[0-9]{2} milliseconds with [0-9]+ out of 100000 bytes received"},
      // When the RST comes is a race: before, while or after the request goes out.
      {"reset_at_once",
       reset,
       {K::reset},
       {Phase::send, Phase::first_byte},
       {ECONNRESET, EPIPE},
       "\\((55|56|7)\\) (Send failure|Recv failure|Failed to connect to .* ms): (Connection reset by peer|Broken "
       "pipe)"},
      {"reset_after_request",
       [](int s) { reset_after(s, ""); },
       {K::reset},
       {Phase::first_byte},
       {ECONNRESET},
       "\\(56\\) Recv failure: Connection reset by peer"},
      {"reset_in_body",
       [](int s) { reset_after(s, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nMeow"); },
       {K::reset},
       {Phase::body},
       {ECONNRESET},
       "\\(56\\) Recv failure: Connection reset by peer"},
      {"half_status_line",
       answers("HTTP/1."),
       {K::closed_early},
       {Phase::first_byte},
       {0},
       "\\(52\\) Empty reply from server"},
      {"half_header",
       answers(head + "Content-Le"),
       {K::closed_early},
       {Phase::first_byte},
       {0},
       "\\(52\\) Empty reply from server"},
      {"half_body",
       answers(head + "Content-Length: 10\r\n\r\nMeow"),
       {K::closed_early},
       {Phase::body},
       {0},
       "\\(18\\) transfer closed with 6 bytes remaining to read"},
      {"chunk_cut",
       answers(head + "Transfer-Encoding: chunked\r\n\r\n8\r\nMeow"),
       {K::closed_early},
       {Phase::body},
       {0},
       "\\(18\\) transfer closed with outstanding read data remaining"},
      {"bad_chunk",
       answers(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nMeow\r\n0\r\n\r\n"),
       {K::protocol},
       {Phase::body},
       {0},
       ".+"},
      {"not_http",
       answers("SSH-2.0-OpenSSH_9.2\r\n"),
       {K::protocol},
       {Phase::first_byte},
       {0},
       "\\(1\\) Received HTTP/0.9 when not allowed"},
      {"status_404",
       answers("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nMeow"),
       {K::status},
       {Phase::check},
       {0},
       "\\(22\\) The requested URL returned error: 404"},
      {"status_500",
       answers("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
       {K::status},
       {Phase::check},
       {0},
       "\\(22\\) The requested URL returned error: 500"},
      {"wrong_body",
       answers(ok_response("Woof")),
       {K::body},
       {Phase::check},
       {0},
       "the body \\(4 bytes\\) is not the expected one"},
      {"no_body",
       answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
       {K::body},
       {Phase::check},
       {0},
       "the body \\(0 bytes\\) is not the expected one"},
      {"header_flood",
       flood,
       {K::protocol},
       {Phase::first_byte},
       {0},
       "\\(8\\) Weird server reply: header limit exceeded"},
  };
}

void expect_outcome(const Animal& animal, const Attempt& attempt) {
  ASSERT_EQ(attempt.ok(), animal.kind.empty()) << (attempt.ok() ? "it went well" : attempt.failure->message);
  EXPECT_GE(attempt.ended, attempt.started);
  EXPECT_GE(attempt.started, attempt.intended);
  if (attempt.ok()) return;
  EXPECT_THAT(animal.kind, testing::Contains(attempt.failure->kind)) << attempt.failure->message;
  EXPECT_THAT(animal.phases, testing::Contains(attempt.failure->phase)) << attempt.failure->message;
  EXPECT_THAT(animal.errors, testing::Contains(attempt.failure->error_number)) << attempt.failure->message;
  EXPECT_THAT(attempt.failure->message, testing::MatchesRegex(animal.message));
}

class Zoo : public testing::TestWithParam<EngineUnderTest> {};

TEST_P(Zoo, EachServersMisbehaviourIsToldByItsOwnName) {
  for (const Animal& animal : zoo()) {
    SCOPED_TRACE(animal.name);
    const Server server(animal.behaviour);
    ProbeRequest request = quick_get(server.url());
    request.expect.body_equals = "Meow";
    const Attempt attempt = run_attempt(GetParam().make, request);
    expect_outcome(animal, attempt);
    EXPECT_EQ(attempt.remote_address, "127.0.0.1");
    EXPECT_EQ(attempt.remote_port, server.port());
    EXPECT_EQ(attempt.local_address, "127.0.0.1");
    EXPECT_NE(attempt.local_port, 0);
    EXPECT_NE(attempt.connect.ns, 0);
  }
}

TEST_P(Zoo, ARefusalKnowsItsErrnoItsPortAndItsTime) {
  const ClosedPort nobody;
  const Attempt attempt = run_attempt(GetParam().make, quick_get("http://127.0.0.1:" + std::to_string(nobody.port())));
  expect_outcome({"refused",
                  nullptr,
                  {FailureKind::refused},
                  {Phase::connect},
                  {ECONNREFUSED},
                  "\\(7\\) Failed to connect to 127.0.0.1 port [0-9]+ after [0-9]+ ms: Connection refused"},
                 attempt);
  EXPECT_EQ(attempt.local_address, "127.0.0.1");
  EXPECT_NE(attempt.local_port, 0);
  EXPECT_EQ(attempt.remote_port, nobody.port());
  EXPECT_LE(attempt.connect, attempt.ended);
  EXPECT_EQ(attempt.connected.ns, 0);
}

TEST_P(Zoo, ASilentHostIsAConnectTimeout) {
  const FullQueue full;
  const Attempt attempt = run_attempt(GetParam().make, quick_get("http://127.0.0.1:" + std::to_string(full.port())));
  expect_outcome({"silent",
                  nullptr,
                  {FailureKind::connect_timeout},
                  {Phase::connect},
                  {0},
                  "\\(28\\) Failed to connect to 127.0.0.1 port [0-9]+ after 3[0-9]{2} ms: Timeout was reached"},
                 attempt);
}

TEST_P(Zoo, NoRouteIsUnreachable) {
  // TCP to a multicast address: the kernel says ENETUNREACH at once, whatever the routes (tcp_v4_connect).
  const Attempt attempt = run_attempt(GetParam().make, quick_get("http://224.0.0.1:81/"));
  expect_outcome({"unreachable",
                  nullptr,
                  {FailureKind::unreachable},
                  {Phase::connect},
                  {ENETUNREACH},
                  "\\(7\\) Failed to connect to 224.0.0.1 port 81 after [0-9]+ ms: Network is unreachable"},
                 attempt);
}

TEST_P(Zoo, ANameThatDoesNotExist) {
  // A label of more than 63 letters is no name: the resolver says so without asking anybody.
  const std::string host = std::string(70, 'x') + ".invalid";
  const Attempt attempt = run_attempt(GetParam().make, quick_get("http://" + host + "/"));
  expect_outcome({"name",
                  nullptr,
                  {FailureKind::name_not_found},
                  {Phase::name},
                  {0},
                  "\\(6\\) Could not resolve host: x+.invalid"},
                 attempt);
  EXPECT_EQ(attempt.connect.ns, 0);
  EXPECT_EQ(attempt.local_port, 0);
}

TEST_P(Zoo, NamesAndIpv6) {
  const Server server(answers(ok_response("Meow")));
  EXPECT_TRUE(run_attempt(GetParam().make, quick_get("http://localhost:" + std::to_string(server.port()) + "/")).ok());
  std::unique_ptr<Server> v6;
  try {
    v6 = std::make_unique<Server>(answers(ok_response("Meow")), true);
  } catch (const std::runtime_error&) {
    GTEST_SKIP() << "this machine has no ::1";
  }
  const Attempt attempt = run_attempt(GetParam().make, quick_get(v6->url()));
  EXPECT_TRUE(attempt.ok());
  EXPECT_EQ(attempt.remote_address, "::1");
  EXPECT_EQ(attempt.local_address, "::1");
}

TEST_P(Zoo, ADirectProbeDialsTheAddressAndKeepsTheHostHeader) {
  std::string seen;
  const Server server([&seen](int socket) {
    seen = read_request(socket);
    send_text(socket, ok_response("Meow"));
  });
  ProbeRequest request = quick_get("http://sayhi/hi?x=1");
  request.dial = probe::Dial{"127.0.0.1", server.port()};
  const Attempt attempt = run_attempt(GetParam().make, request);
  EXPECT_TRUE(attempt.ok());
  EXPECT_TRUE(seen.starts_with("GET /hi?x=1 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("\r\nHost: sayhi\r\n"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("Connection:"), std::string::npos) << "curl sends none";
}

TEST_P(Zoo, TheClientClosesFirst) {
  std::atomic<bool> client_closed{false};
  const Server server([&](int socket) {
    read_request(socket);
    send_text(socket, ok_response("Meow"));
    char byte = 0;
    client_closed = ::recv(socket, &byte, 1, 0) == 0;
  });
  EXPECT_TRUE(run_attempt(GetParam().make, quick_get(server.url())).ok());
  for (int i = 0; i < 60'000 && !client_closed; ++i) ::usleep(1000);
  EXPECT_TRUE(client_closed);
}

TEST_P(Zoo, ABodyIsKnownByItsHashAndLength) {
  const Server server(answers(ok_response("abc")));
  ProbeRequest request = quick_get(server.url());
  request.expect.body_contains = "bc";
  request.expect.body_sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2, B.1
  const Attempt attempt = run_attempt(GetParam().make, request);
  EXPECT_TRUE(attempt.ok()) << attempt.failure->message;
  EXPECT_EQ(attempt.body_sha256, *request.expect.body_sha256);
  EXPECT_EQ(attempt.body_bytes, 3u);
  EXPECT_EQ(attempt.status, 200);
}

// The loopback fallback: a name from the map, an endpoint drawn for each connection, the map read anew for each.
TEST_P(Zoo, AServiceMapStandsForTheVirtualAddress) {
  const Server server(answers(ok_response("Meow")));
  char path[] = "/tmp/straycat-probe-test-XXXXXX";
  const int file = ::mkstemp(path);
  const auto write_map = [&](const std::vector<probe::Dial>& endpoints) {
    const std::string text = probe::format_service_map({{"n", "sayhi", "10.96.0.7", 80, endpoints}});
    ASSERT_EQ(::pwrite(file, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  };
  probe::EngineOptions options;
  options.services = std::make_shared<probe::ServiceMap>(path, "n");
  options.source_addresses = {"127.0.0.9"};
  write_map({{"127.0.0.1", server.port()}});
  Attempt attempt = run_attempt(GetParam().make, quick_get("http://sayhi/hi"), options);
  EXPECT_TRUE(attempt.ok()) << attempt.failure->message;
  EXPECT_EQ(attempt.remote_address, "10.96.0.7");
  EXPECT_EQ(attempt.remote_port, 80);
  EXPECT_EQ(attempt.local_address, "127.0.0.9");
  write_map({});
  attempt = run_attempt(GetParam().make, quick_get("http://sayhi.n.svc.cluster.local/hi"), options);
  ASSERT_FALSE(attempt.ok());
  EXPECT_EQ(attempt.failure->kind, FailureKind::refused);
  EXPECT_EQ(attempt.failure->error_number, ECONNREFUSED);
  EXPECT_THAT(attempt.failure->message, testing::HasSubstr("Failed to connect to sayhi.n.svc.cluster.local port 80"));
  EXPECT_EQ(attempt.remote_address, "10.96.0.7");
  ::close(file);
  ::unlink(path);
}

INSTANTIATE_TEST_SUITE_P(Engines, Zoo, testing::Values(fast_engine, curl_engine),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace straycat::test
