#include "probe/failures.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace straycat::probe {

namespace {

long long millis(Nanos length) { return std::chrono::duration_cast<std::chrono::milliseconds>(length).count(); }

FailureKind kind_of(int error) {
  if (is_local_exhaustion(error)) return FailureKind::local_exhaustion;
  switch (error) {
    case ECONNREFUSED:
      return FailureKind::refused;
    case ETIMEDOUT:
      return FailureKind::connect_timeout;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
      return FailureKind::reset;
    default:
      return FailureKind::unreachable;  // EHOSTUNREACH, ENETUNREACH, EACCES (a local firewall), EINVAL...
  }
}

FailureKind transfer_kind(int error) {
  const FailureKind kind = kind_of(error);
  return kind == FailureKind::connect_timeout ? FailureKind::response_timeout : kind;
}

}  // namespace

bool is_local_exhaustion(int error) {
  switch (error) {
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case EAGAIN:  // connect(2): no free local port (older kernels)
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return true;
    default:
      return false;
  }
}

void count_local_exhaustion(EngineHealth& health, int error) {
  if (error == EMFILE || error == ENFILE) {
    ++health.no_descriptors;
  } else if (error == EADDRNOTAVAIL || error == EADDRINUSE || error == EAGAIN) {
    ++health.no_ports;
  } else {
    ++health.no_memory;
  }
}

Failure connect_failure(const Peer& peer, int error, Nanos after) {
  const FailureKind kind = kind_of(error);
  const int code = error == ETIMEDOUT ? 28 : 7;
  const Phase phase = kind == FailureKind::reset ? Phase::send : Phase::connect;
  return {kind, phase, error,
          fmt::format("({}) Failed to connect to {} port {} after {} ms: {}", code, peer.host, peer.port, millis(after),
                      std::strerror(error))};
}

Failure connect_timed_out(const Peer& peer, Nanos after) {
  return {FailureKind::connect_timeout, Phase::connect, 0,
          fmt::format("(28) Failed to connect to {} port {} after {} ms: Timeout was reached", peer.host, peer.port,
                      millis(after))};
}

Failure name_failure(const std::string& host, int error, const std::string& reason) {
  return {FailureKind::name_not_found, Phase::name, error,
          fmt::format("(6) Could not resolve host: {}{}", host, reason.empty() ? "" : " (" + reason + ")")};
}

Failure name_timed_out(Nanos after) {
  return {FailureKind::name_not_found, Phase::name, 0,
          fmt::format("(28) Resolving timed out after {} milliseconds", millis(after))};
}

Failure send_failure(int error, const char* more) {
  return {transfer_kind(error), Phase::send, error, fmt::format("(55) Send failure: {}{}", std::strerror(error), more)};
}

Failure receive_failure(Phase phase, int error, const char* more) {
  return {transfer_kind(error), phase, error, fmt::format("(56) Recv failure: {}{}", std::strerror(error), more)};
}

Failure empty_reply(const char* more) {
  return {FailureKind::closed_early, Phase::first_byte, 0, fmt::format("(52) Empty reply from server{}", more)};
}

Failure cut_body(std::optional<std::uint64_t> missing) {
  return {FailureKind::closed_early, Phase::body, 0,
          missing ? fmt::format("(18) transfer closed with {} bytes remaining to read", *missing)
                  : "(18) transfer closed with outstanding read data remaining"};
}

Failure response_timed_out(Phase phase, Nanos after, std::uint64_t received, std::optional<std::uint64_t> expected) {
  std::string bytes =
      expected ? fmt::format("{} out of {} bytes", received, *expected) : fmt::format("{} bytes", received);
  return {FailureKind::response_timeout, phase, 0,
          fmt::format("(28) Operation timed out after {} milliseconds with {} received", millis(after), bytes)};
}

Failure protocol_failure(Phase phase, const std::string& detail) {
  return {FailureKind::protocol, phase, 0, "(8) Weird server reply: " + detail};
}

Failure not_http() { return {FailureKind::protocol, Phase::first_byte, 0, "(1) Received HTTP/0.9 when not allowed"}; }

}  // namespace straycat::probe
