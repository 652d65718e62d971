// What became of one request. A failed request is data, not an Error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>

namespace straycat {

// The closed set of ways in which a request fails. Foreign codes (errno, CURLcode, OpenSSL) are translated once, in
// `probe`.
enum class FailureKind : std::uint8_t {
  name_not_found,    // the resolver knows no such name, or failed
  refused,           // ECONNREFUSED: a RST, or an ICMP port unreachable, answered the SYN
  connect_timeout,   // no answer to the SYN in time
  unreachable,       // EHOSTUNREACH, ENETUNREACH
  reset,             // ECONNRESET after the connection stood
  closed_early,      // the peer closed before the response was whole
  response_timeout,  // connected, but the response was not whole in time
  tls,               // the handshake or the certificate failed
  status,            // an HTTP status that was not expected
  body,              // the body was not as expected
  protocol,          // what came was not HTTP
  local_exhaustion,  // EADDRNOTAVAIL, EMFILE, ENOBUFS...: the prober's own limit, never the target's fault
};

// How far the request had come when it ended.
enum class Phase : std::uint8_t { name, connect, tls, send, first_byte, body, check };

[[nodiscard]] std::string_view describe(FailureKind kind);  // for people: "connection refused"

// A kind that a later version wrote reads as `protocol`: a failure stays a failure.
template <>
struct Vocabulary<FailureKind> {
  static constexpr std::array<Word<FailureKind>, 12> words{{
      {FailureKind::name_not_found, "name_not_found"},
      {FailureKind::refused, "refused"},
      {FailureKind::connect_timeout, "connect_timeout"},
      {FailureKind::unreachable, "unreachable"},
      {FailureKind::reset, "reset"},
      {FailureKind::closed_early, "closed_early"},
      {FailureKind::response_timeout, "response_timeout"},
      {FailureKind::tls, "tls"},
      {FailureKind::status, "status"},
      {FailureKind::body, "body"},
      {FailureKind::protocol, "protocol"},
      {FailureKind::local_exhaustion, "local_exhaustion"},
  }};
  static constexpr FailureKind unknown = FailureKind::protocol;
};
static_assert(well_spelt(FailureKind::local_exhaustion));
template <>
struct Vocabulary<Phase> {
  static constexpr std::array<Word<Phase>, 7> words{{
      {Phase::name, "name"},
      {Phase::connect, "connect"},
      {Phase::tls, "tls"},
      {Phase::send, "send"},
      {Phase::first_byte, "first_byte"},
      {Phase::body, "body"},
      {Phase::check, "check"},
  }};
  static constexpr Phase unknown = Phase::connect;
};
static_assert(well_spelt(Phase::check));

struct Failure {
  FailureKind kind = FailureKind::refused;
  Phase phase = Phase::connect;
  int error_number = 0;  // errno where there was one, else 0
  std::string
      message;  // in curl's own wording: "(7) Failed to connect to sayhi port 80 after 1 ms: Connection refused"

  bool operator==(const Failure&) const = default;
};

void to_json(nlohmann::json& out, const Failure& failure);
void from_json(const nlohmann::json& in, Failure& failure);

}  // namespace straycat
