#include "echoes.hpp"

#include <map>
#include <tuple>

#include "case.hpp"

namespace straycat::diagnose {
namespace {

constexpr std::int64_t kept_for = 120'000'000'000;

std::int64_t connected_at(const AttemptFailed& failed) {
  return failed.connect_ns != 0 ? failed.connect_ns : failed.started_ns;
}

struct Choice {
  std::int64_t made = 0, seen = 0;  // when it was made, and when a SYN last went by it
};

}  // namespace

std::vector<std::int64_t> chosen_at(const history::Traffic& traffic) {
  using Ends = std::tuple<std::string, std::uint16_t, std::string, std::uint16_t>;
  std::map<Ends, Choice> unanswered;
  std::vector<std::int64_t> chosen;
  chosen.reserve(traffic.failures.size());
  for (const AttemptFailed& failed : traffic.failures) {
    const auto at = connected_at(failed);
    const auto like = likeness(failed.failure.kind);
    chosen.push_back(at);
    if (failed.local_port == 0 || (like != Likeness::no_answer && like != Likeness::refused)) continue;
    const Ends ends{failed.local_address, failed.local_port, failed.remote_address, failed.remote_port};
    const auto before = unanswered.find(ends);
    const bool echo = before != unanswered.end() && at - before->second.seen <= kept_for;
    if (echo) chosen.back() = before->second.made;
    if (like == Likeness::no_answer) {
      unanswered[ends] = {chosen.back(), at};
    } else if (before != unanswered.end()) {
      unanswered.erase(before);  // answered: the next one is a new connection
    }
  }
  return chosen;
}

std::uint64_t echoes(const history::Traffic& traffic) {
  const auto chosen = chosen_at(traffic);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] != connected_at(traffic.failures[i])) ++count;
  }
  return count;
}

}  // namespace straycat::diagnose
