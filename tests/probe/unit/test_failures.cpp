// Foreign codes to kinds, in curl's words.
#include <cerrno>

#include <gtest/gtest.h>

#include "probe/failures.hpp"

namespace straycat {

void PrintTo(const Failure& failure, std::ostream* out) {
  *out << to_string(failure.kind) << " in " << to_string(failure.phase) << ", errno " << failure.error_number << ": "
       << failure.message;
}

}  // namespace straycat

namespace straycat::probe {
namespace {

using std::chrono::milliseconds;
using K = FailureKind;

TEST(Failures, EachInItsPhaseAndWords) {
  const Peer sayhi{"sayhi", 80};
  const std::pair<Failure, Failure> cases[] = {
      {connect_failure(sayhi, ECONNREFUSED, Nanos{1'400'000}),
       {K::refused, Phase::connect, 111, "(7) Failed to connect to sayhi port 80 after 1 ms: Connection refused"}},
      {connect_failure(sayhi, EHOSTUNREACH, milliseconds{3070}),
       {K::unreachable, Phase::connect, 113, "(7) Failed to connect to sayhi port 80 after 3070 ms: No route to host"}},
      {connect_failure(sayhi, ENETUNREACH, Nanos{0}),
       {K::unreachable, Phase::connect, 101,
        "(7) Failed to connect to sayhi port 80 after 0 ms: Network is unreachable"}},
      {connect_failure(sayhi, ETIMEDOUT, milliseconds{130'000}),
       {K::connect_timeout, Phase::connect, 110,
        "(28) Failed to connect to sayhi port 80 after 130000 ms: Connection timed out"}},
      {connect_failure(sayhi, ECONNRESET, Nanos{0}),
       {K::reset, Phase::send, 104, "(7) Failed to connect to sayhi port 80 after 0 ms: Connection reset by peer"}},
      {connect_failure(sayhi, EADDRNOTAVAIL, Nanos{0}),
       {K::local_exhaustion, Phase::connect, 99,
        "(7) Failed to connect to sayhi port 80 after 0 ms: Cannot assign requested address"}},
      {connect_failure(sayhi, EMFILE, Nanos{0}),
       {K::local_exhaustion, Phase::connect, 24,
        "(7) Failed to connect to sayhi port 80 after 0 ms: Too many open files"}},
      {connect_timed_out(sayhi, milliseconds{5001}),
       {K::connect_timeout, Phase::connect, 0,
        "(28) Failed to connect to sayhi port 80 after 5001 ms: Timeout was reached"}},
      {name_failure("sayhi", 0), {K::name_not_found, Phase::name, 0, "(6) Could not resolve host: sayhi"}},
      {name_timed_out(milliseconds{5000}),
       {K::name_not_found, Phase::name, 0, "(28) Resolving timed out after 5000 milliseconds"}},
      {send_failure(EPIPE), {K::reset, Phase::send, 32, "(55) Send failure: Broken pipe"}},
      {receive_failure(Phase::first_byte, ECONNRESET),
       {K::reset, Phase::first_byte, 104, "(56) Recv failure: Connection reset by peer"}},
      {receive_failure(Phase::body, ETIMEDOUT),
       {K::response_timeout, Phase::body, 110, "(56) Recv failure: Connection timed out"}},
      {receive_failure(Phase::body, EHOSTUNREACH),
       {K::unreachable, Phase::body, 113, "(56) Recv failure: No route to host"}},
      {empty_reply(), {K::closed_early, Phase::first_byte, 0, "(52) Empty reply from server"}},
      {cut_body(6), {K::closed_early, Phase::body, 0, "(18) transfer closed with 6 bytes remaining to read"}},
      {cut_body(std::nullopt),
       {K::closed_early, Phase::body, 0, "(18) transfer closed with outstanding read data remaining"}},
      {response_timed_out(Phase::first_byte, milliseconds{10'001}, 0, std::nullopt),
       {K::response_timeout, Phase::first_byte, 0,
        "(28) Operation timed out after 10001 milliseconds with 0 bytes received"}},
      {response_timed_out(Phase::body, milliseconds{10'001}, 4, 10),
       {K::response_timeout, Phase::body, 0,
        "(28) Operation timed out after 10001 milliseconds with 4 out of 10 bytes received"}},
  };
  for (const auto& [made, expected] : cases) EXPECT_EQ(made, expected);
}

TEST(Failures, TheProbersOwnLimitsAreCountedByWhatRanOut) {
  EngineHealth health;
  for (const int error : {EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
    EXPECT_TRUE(is_local_exhaustion(error));
    count_local_exhaustion(health, error);
  }
  for (const int error : {ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EPIPE, 0}) {
    EXPECT_FALSE(is_local_exhaustion(error)) << error;
  }
  EXPECT_EQ(health.no_ports, 1u);
  EXPECT_EQ(health.no_descriptors, 2u);
  EXPECT_EQ(health.no_memory, 2u);
  EXPECT_EQ(health.local_exhaustion(), 5u);
}

}  // namespace
}  // namespace straycat::probe
