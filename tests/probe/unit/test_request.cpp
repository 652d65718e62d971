#include <gtest/gtest.h>

#include <straycat/probe/request.hpp>

namespace straycat::probe {

void PrintTo(const Url& url, std::ostream* out) {
  *out << url.scheme << " | " << url.host << " | " << url.port << " | " << url.target;
}

namespace {

TEST(Url, Parts) {
  const std::pair<const char*, Url> cases[] = {
      {"http://sayhi/hi", {"http", "sayhi", 80, "/hi"}},
      {"HTTP://sayhi", {"http", "sayhi", 80, "/"}},
      {"https://sayhi.ns.svc:8443/a?b=c#d", {"https", "sayhi.ns.svc", 8443, "/a?b=c"}},
      {"http://sayhi?x", {"http", "sayhi", 80, "/?x"}},
      {"http://[::1]:3000/", {"http", "::1", 3000, "/"}},
      {"http://[2001:db8::1]", {"http", "2001:db8::1", 80, "/"}},
      {"http://10.96.0.7:80#top", {"http", "10.96.0.7", 80, "/"}},
  };
  for (const auto& [text, url] : cases) {
    const Result<Url> parsed = parse_url(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, url) << text;
  }
}

TEST(Url, WhatIsNone) {
  const std::pair<const char*, const char*> cases[] = {
      {"sayhi/hi", "bad URL 'sayhi/hi': it must begin with http:// or https://"},
      {"ftp://sayhi", "bad URL 'ftp://sayhi': it must begin with http:// or https://"},
      {"http://", "bad URL 'http://': no host"},
      {"http://:80/", "bad URL 'http://:80/': no host"},
      {"http://sayhi:", "bad URL 'http://sayhi:': bad port '' (1 to 65535)"},
      {"http://sayhi:0/", "bad URL 'http://sayhi:0/': bad port '0' (1 to 65535)"},
      {"http://sayhi:65536/", "bad URL 'http://sayhi:65536/': bad port '65536' (1 to 65535)"},
      {"http://sayhi:80x/", "bad URL 'http://sayhi:80x/': bad port '80x' (1 to 65535)"},
      {"http://[::1", "bad URL 'http://[::1': an IPv6 address without its closing ']'"},
      {"http://[::1]x", "bad URL 'http://[::1]x': unexpected 'x' after the host"},
      {"http://tom:secret@sayhi/", "bad URL: user and password do not belong in it; use a header"},
      {"http://sayhi/a b", "bad URL 'http://sayhi/a b': a blank or control character in it"},
      {"http://sayhi/\r\nX: y", "bad URL 'http://sayhi/\r\nX: y': a blank or control character in it"},
  };
  for (const auto& [text, message] : cases) {
    const Result<Url> parsed = parse_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, message);
    EXPECT_EQ(parsed.error().fault, Fault::bad_input);
  }
}

std::string wire_of(ProbeRequest request) { return prepare(std::move(request)).value()->wire; }

TEST(Request, TheWireIsWhatCurlWouldSend) {
  const std::string agent = "User-Agent: straycat/" STRAYCAT_VERSION "\r\n";
  EXPECT_EQ(wire_of({.url = "http://sayhi/hi"}), "GET /hi HTTP/1.1\r\nHost: sayhi\r\n" + agent + "Accept: */*\r\n\r\n");
  EXPECT_EQ(wire_of({.method = "POST", .url = "http://sayhi:8080/"}),
            "POST / HTTP/1.1\r\nHost: sayhi:8080\r\n" + agent + "Accept: */*\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(wire_of({.url = "http://[::1]:8080/"}),
            "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n" + agent + "Accept: */*\r\n\r\n");
  EXPECT_EQ(wire_of({.url = "http://sayhi/", .headers = {{"hOST", "cats"}, {"X-Cat", "Tom"}, {"user-agent", "t"}}}),
            "GET / HTTP/1.1\r\nAccept: */*\r\nX-Cat: Tom\r\nhOST: cats\r\nuser-agent: t\r\n\r\n");
}

TEST(Request, ABadPatternIsSaidAtOnce) {
  const auto prepared = prepare({.url = "http://sayhi/", .expect = {.body_regex = "cat("}});
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().fault, Fault::bad_input);
  EXPECT_NE(prepared.error().message.find("cat("), std::string::npos) << prepared.error().message;
}

TEST(Request, WhatTheFastEngineCanSend) {
  EXPECT_TRUE(is_plain({.url = "http://sayhi/"}));
  EXPECT_TRUE(is_plain({.url = "HTTP://sayhi/"}));
  EXPECT_FALSE(is_plain({.url = "https://sayhi/"}));
  EXPECT_FALSE(is_plain({.url = "http://sayhi/", .proxy = "http://p:3128"}));
  EXPECT_FALSE(is_plain({.url = "http://sayhi/", .http2 = true}));
  EXPECT_FALSE(is_plain({.url = "http://sayhi/", .reuse = 0.5}));
}

TEST(Request, NothingSlipsInByAHeader) {
  const ProbeRequest cases[] = {
      {.method = "GET /x HTTP/1.1\r\nX: y", .url = "http://sayhi/"},
      {.method = "", .url = "http://sayhi/"},
      {.url = "http://sayhi/", .headers = {{"X: y\r\nZ", "1"}}},
      {.url = "http://sayhi/", .headers = {{"", "1"}}},
      {.url = "http://sayhi/", .headers = {{"X", "1\r\nY: 2"}}},
      {.url = "http://sayhi/", .headers = {{"X", std::string("1\0", 2)}}},
  };
  for (const ProbeRequest& request : cases) {
    const auto prepared = prepare(request);
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().fault, Fault::bad_input);
  }
}

}  // namespace
}  // namespace straycat::probe
