#include "echoes.hpp"

#include <algorithm>
#include <map>
#include <string_view>
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

using Ends = std::tuple<std::string_view, std::uint16_t, std::string_view, std::uint16_t>;

// What the kernel remembers of connections that nobody answered.
class Unanswered {
 public:
  // When the endpoint of this request, which is the latest so far, was chosen.
  std::int64_t take(const AttemptFailed& failed) {
    const auto at = connected_at(failed);
    const auto like = likeness(failed.failure.kind);
    if (failed.local_port == 0 || (like != Likeness::no_answer && like != Likeness::refused)) return at;
    const Ends ends{failed.local_address, failed.local_port, failed.remote_address, failed.remote_port};
    const auto before = choices_.find(ends);
    const bool echo = before != choices_.end() && at - before->second.seen <= kept_for;
    const auto chosen = echo ? before->second.made : at;
    if (like == Likeness::no_answer) {
      choices_[ends] = {chosen, at};
    } else if (before != choices_.end()) {
      choices_.erase(before);  // answered: the next one is a new connection
    }
    return chosen;
  }

 private:
  std::map<Ends, Choice> choices_;
};

struct Place {
  std::int64_t at = 0;
  std::size_t traffic = 0, index = 0;
};

std::vector<Place> in_time(const history::History& history) {
  std::vector<Place> places;
  for (std::size_t traffic = 0; traffic < history.traffic.size(); ++traffic) {
    const auto& failures = history.traffic[traffic].failures;
    for (std::size_t i = 0; i < failures.size(); ++i) places.push_back({connected_at(failures[i]), traffic, i});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.at < b.at; });
  return places;
}

}  // namespace

Choices chosen_at(const history::History& history) {
  Choices chosen(history.traffic.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i].resize(history.traffic[i].failures.size());
  Unanswered unanswered;
  for (const Place& place : in_time(history))
    chosen[place.traffic][place.index] = unanswered.take(history.traffic[place.traffic].failures[place.index]);
  return chosen;
}

std::uint64_t echoes(const history::History& history) {
  const Choices chosen = chosen_at(history);
  std::uint64_t count = 0;
  for (std::size_t traffic = 0; traffic < chosen.size(); ++traffic) {
    for (std::size_t i = 0; i < chosen[traffic].size(); ++i) {
      if (chosen[traffic][i] != connected_at(history.traffic[traffic].failures[i])) ++count;
    }
  }
  return count;
}

}  // namespace straycat::diagnose
