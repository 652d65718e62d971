// Connections from a source port whose last one got no answer: the kernel sends them where that one went.
#include "diagnose/echoes.hpp"

#include <gtest/gtest.h>

namespace straycat::diagnose {
namespace {

AttemptFailed failed_at(std::int64_t seconds, std::uint16_t port, FailureKind kind) {
  AttemptFailed failed;
  failed.started_ns = failed.connect_ns = seconds * 1'000'000'000;
  failed.local_address = "10.244.0.42";
  failed.local_port = port;
  failed.remote_address = "10.96.172.89";
  failed.remote_port = 80;
  failed.failure.kind = kind;
  return failed;
}

std::vector<std::vector<std::int64_t>> seconds_of(const Choices& choices) {
  auto seconds = choices;
  for (auto& traffic : seconds) {
    for (auto& at : traffic) at /= 1'000'000'000;
  }
  return seconds;
}

// Seen on a real cluster: at 100/s beside 1/s, one of 28 requests came on the port of the other traffic's.
TEST(Echoes, TrafficsOfOnePlaceShareItsPorts) {
  history::History history;
  history.traffic.resize(2);
  history.traffic[0].failures = {failed_at(11, 45880, FailureKind::connect_timeout),
                                 failed_at(30, 45884, FailureKind::connect_timeout)};
  history.traffic[1].failures = {failed_at(5, 45884, FailureKind::connect_timeout)};
  EXPECT_EQ(seconds_of(chosen_at(history)), (Choices{{11, 5}, {5}}));
  EXPECT_EQ(echoes(history), 1U);
}

TEST(Echoes, AnAnswerOrTwoMinutesEndWhatTheKernelRemembers) {
  history::History history;
  history.traffic.resize(2);
  history.traffic[0].failures = {failed_at(0, 1, FailureKind::connect_timeout),
                                 failed_at(119, 1, FailureKind::connect_timeout),
                                 failed_at(238, 1, FailureKind::refused), failed_at(239, 1, FailureKind::refused)};
  history.traffic[1].failures = {failed_at(0, 2, FailureKind::connect_timeout),
                                 failed_at(121, 2, FailureKind::connect_timeout)};
  EXPECT_EQ(seconds_of(chosen_at(history)), (Choices{{0, 0, 0, 239}, {0, 121}}));
}

}  // namespace
}  // namespace straycat::diagnose
