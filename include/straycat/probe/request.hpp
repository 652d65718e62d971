// What is sent, what is expected of the answer, and what became of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <regex.h>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/outcome.hpp>
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::probe {

// "http://sayhi:8080/hi?x=1". An IPv6 literal's host is without its brackets.
struct Url {
  std::string scheme;  // "http", "https"
  std::string host;
  std::uint16_t port = 0;  // the scheme's own when the URL names none
  std::string target;      // path and query, at least "/"
  bool operator==(const Url&) const = default;
};
// Errors (bad_input): another scheme, no host, a bad port, user:password@, blanks and control characters. A fragment is
// cut.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

// An answer is as expected when its status is in `statuses` (empty: any) and each body condition given holds.
struct Expectation {
  std::vector<int> statuses = {200};
  std::optional<std::string> body_equals{};
  std::optional<std::string> body_contains{};
  std::optional<std::string> body_sha256{};  // lower-case hex
  // POSIX extended, found anywhere in the body (^ and $ stand for its begin and end); of a body beyond 1 MiB only that
  // much is looked at.
  std::optional<std::string> body_regex{};
};

// All are counted from the attempt's start, as curl's are. 0 = none, except `name`: then `connect` bounds both.
// (curl's own defaults: connect 300 s, none for the rest.)
struct Timeouts {
  Nanos name{};
  Nanos connect = std::chrono::seconds{5};  // name, connection and TLS
  Nanos tls{};                              // until the handshake is done
  Nanos first_byte{};                       // until the response's header is whole
  Nanos total = std::chrono::seconds{10};
};

// An address and a port to dial.
struct Dial {
  std::string address;
  std::uint16_t port = 0;
  bool operator==(const Dial&) const = default;
};

// Which addresses of a name may be dialled.
enum class Family : std::uint8_t { any, ipv4, ipv6 };

// How https certificates are checked and shown: PEM texts, no paths, so that all requests see the same.
struct Tls {
  std::string ca_pem{};           // trust these alone; "" = the system's
  std::string certificate_pem{};  // the client's own
  std::string key_pem{};          // its key; "" = it stands beside the certificate
  std::string server_name{};      // sent (SNI) and demanded of the certificate in place of the URL's host
  bool verify = true;
  bool operator==(const Tls&) const = default;
};

struct ProbeRequest {
  std::string method = "GET";
  std::string url{};
  std::map<std::string, std::string> headers{};  // added to Host, User-Agent, Accept, or in their place
  Expectation expect{};
  Timeouts timeouts{};
  std::optional<Dial> dial{};                    // dial this and ask nobody for the name (direct probes)
  Nanos name_max_age = std::chrono::seconds{1};  // how old a name's answer may be; 0 = asked for each request
  Family family = Family::any;
  // From here on libcurl's part: a request that asks for any of it goes through that engine.
  Tls tls{};
  std::string proxy{};  // "http://host:port"; "" = none, whatever the environment says
  bool http2 = false;   // https: offered (ALPN); http: spoken at once (prior knowledge)
  double reuse = 0;     // the share of requests that may go over a connection kept alive, 0 to 1
};

// Whether the fast engine can send it: plain http/1.1, a new connection each time, no proxy.
[[nodiscard]] bool is_plain(const ProbeRequest& request);

// A request checked and made ready once, then sent many times.
struct Prepared {
  ProbeRequest request;
  Url url;
  std::string wire;  // the bytes of a plain HTTP/1.1 request
  std::shared_ptr<const regex_t> body_regex;
};
// Errors (bad_input) say what is wrong: the URL, a method or a header that HTTP does not allow, a regular expression, a
// certificate or a key that is none.
[[nodiscard]] Result<std::shared_ptr<const Prepared>> prepare(ProbeRequest request);

// What became of one request. Stamps are 0 for what never happened.
struct Attempt {
  Stamp intended;  // when the pace wanted it to start
  Stamp started;
  Stamp connect;  // just before the last connect()
  Stamp connected;
  Stamp first_byte;
  Stamp ended;                                // when the outcome was known
  std::optional<Failure> failure;             // none: as expected
  std::string local_address, remote_address;  // remote: as the name resolved (a ClusterIP), also where we dial past it
  std::uint16_t local_port = 0, remote_port = 0;
  // Addresses tried, by family: more than one when the first did not answer and the next was tried, as curl does it.
  std::uint8_t tried_ipv4 = 0, tried_ipv6 = 0;
  bool reused = false;
  int status = 0;           // 0: no status came
  int http_version = 0;     // 10, 11, 20; 0: no status came
  std::string body_sha256;  // "" when no body came; bodies themselves are not kept
  std::uint64_t body_bytes = 0;
  [[nodiscard]] bool ok() const { return !failure.has_value(); }
};

// What a whole answer is worth that something else than an engine of this room brought: the hash of its body ("" for
// none), and what is wrong with it.
struct JudgedAnswer {
  std::string sha256;
  std::optional<Failure> failure;
};
[[nodiscard]] JudgedAnswer judge_answer(const Prepared& request, int status, std::string_view body);

}  // namespace straycat::probe
