#include "images/http.hpp"

#include <random>

#include <gtest/gtest.h>

namespace straycat::images {
namespace {

using State = HttpParse::State;

struct Case {
  const char* name;
  std::string input;
  State state;
  std::string path;
  bool keep_alive;
  int status;
};

TEST(Http, reads_requests) {
  const Case cases[] = {
      {"plain", "GET /hi HTTP/1.1\r\nHost: sayhi\r\n\r\n", State::request, "/hi", true, 0},
      {"no headers", "GET /hi HTTP/1.1\r\n\r\n", State::request, "/hi", true, 0},
      {"query", "GET /hi?x=1 HTTP/1.1\r\n\r\n", State::request, "/hi", true, 0},
      {"close", "GET /hi HTTP/1.1\r\nConnection: Keep-This, CLOSE\r\n\r\n", State::request, "/hi", false, 0},
      {"1.0 closes", "GET /hi HTTP/1.0\r\n\r\n", State::request, "/hi", false, 0},
      {"1.0 keep-alive", "GET /hi HTTP/1.0\r\nconnection:keep-alive\r\n\r\n", State::request, "/hi", true, 0},
      {"body", "POST /hi HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", State::request, "/hi", true, 0},
      {"body to come", "POST /hi HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", State::incomplete, "", true, 0},
      {"half a head", "GET /hi HTTP/1.1\r\nHost", State::incomplete, "", true, 0},
      {"nothing", "", State::incomplete, "", true, 0},
      {"no HTTP", "\x16\x03\x01 hello\r\n\r\n", State::broken, "", true, 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", State::broken, "", true, 400},
      {"spaces in the target", "GET /a b HTTP/1.1\r\n\r\n", State::broken, "", true, 400},
      {"header without colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", State::broken, "", true, 400},
      {"chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", State::broken, "", true, 400},
      {"negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", State::broken, "", true, 400},
      {"huge length", "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", State::broken, "", true, 400},
      {"head without end", std::string(20000, 'x'), State::broken, "", true, 431},
      {"long head", "GET / HTTP/1.1\r\nA: " + std::string(20000, 'x') + "\r\n\r\n", State::broken, "", true, 431},
  };
  for (const auto& c : cases) {
    const auto parse = parse_request(c.input);
    EXPECT_EQ(parse.state, c.state) << c.name;
    if (c.state == State::broken) EXPECT_EQ(parse.status, c.status) << c.name;
    if (c.state != State::request) continue;
    EXPECT_EQ(parse.request.path, c.path) << c.name;
    EXPECT_EQ(parse.request.keep_alive, c.keep_alive) << c.name;
    EXPECT_EQ(parse.consumed, c.input.size()) << c.name;
  }
}

TEST(Http, leaves_the_next_request_of_a_pipeline) {
  const std::string first = "GET /hi HTTP/1.1\r\n\r\n";
  const auto parse = parse_request(first + "GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_EQ(parse.request.path, "/hi");
  EXPECT_EQ(parse.consumed, first.size());
}

TEST(Http, writes_answers) {
  EXPECT_EQ(format_answer({200, "hi🐈\n"}, true, false),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 7\r\n\r\nhi🐈\n");
  EXPECT_EQ(format_answer({404, "no\n"}, false, true),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\nConnection: "
            "close\r\n\r\n");
}

// However the bytes are cut, a request is only ever incomplete or itself; noise never crashes and never consumes too
// much.
TEST(Http, survives_every_cut_and_noise) {
  const std::string whole = "POST /hi?q HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
  for (std::size_t cut = 0; cut < whole.size(); ++cut)
    EXPECT_EQ(parse_request(whole.substr(0, cut)).state, State::incomplete) << cut;
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 20000; ++round) {
    std::string noisy = whole;
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
      noisy[random() % noisy.size()] = static_cast<char>(random());
    const auto parse = parse_request(noisy);
    if (parse.state == State::request) ASSERT_LE(parse.consumed, noisy.size()) << noisy;
  }
}

}  // namespace
}  // namespace straycat::images
