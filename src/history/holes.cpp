// Stretches in which a traffic was to send and did not.
#include <algorithm>
#include <cmath>

#include "folding.hpp"

namespace straycat::history {
namespace {

// Shorter ones hide no more than the pace itself does: what lies between two requests is never seen.
constexpr std::int64_t shortest = 1'000'000'000;
constexpr double fewest_intervals = 10;

class Finder {
 public:
  Finder(double rate, std::vector<Span> rests, std::vector<Hole>& holes)
      : rate_(rate), rests_(std::move(rests)), holes_(holes) {}

  void silence(std::int64_t from, std::int64_t to) {
    for (const Span& rest : rests_) {  // in order, and apart from one another
      if (rest.to <= from || rest.from >= to) continue;
      unexpected(from, rest.from);
      from = rest.to;
    }
    if (from < to) unexpected(from, to);
  }

 private:
  void unexpected(std::int64_t from, std::int64_t to) {
    const double due = rate_ * static_cast<double>(to - from) / 1e9;
    if (to - from < shortest || due < fewest_intervals) return;
    holes_.push_back({{from, to}, static_cast<std::uint64_t>(std::llround(due)) - 1});
  }

  double rate_;
  std::vector<Span> rests_;
  std::vector<Hole>& holes_;
};

// From each step that stops the traffic to the next that starts it: nothing is due.
std::vector<Span> rests_of(const History& history) {
  std::vector<Span> rests;
  bool resting = false;
  for (const Step& step : history.steps) {
    if (step.record.index >= history.plan->steps.size()) continue;
    const auto* traffic = std::get_if<plan::Traffic>(&history.plan->steps[step.record.index].action);
    if (traffic == nullptr) continue;
    if (traffic->start && resting) rests.back().to = step.ended.value_or(step.started).ns;
    if (!traffic->start && !resting) rests.push_back({step.started.ns, unbounded});
    resting = !traffic->start;
  }
  return rests;
}

// An open loop sends whatever becomes of its requests: silence is its own.
void find_silence(Traffic& traffic, double rate, std::vector<Span> rests) {
  Finder finder(rate, std::move(rests), traffic.holes);
  std::int64_t last = traffic.windows.front().from_ns;
  for (const AttemptWindow& window : traffic.windows) {
    if (window.sent == 0) continue;
    finder.silence(last, window.first_start_ns);
    // A window is closed late by a loop that stood still; where in it the gap lies is not known.
    if (window.max_gap_ns >= shortest && window.sent > 1) finder.silence(window.first_start_ns, window.last_start_ns);
    last = window.last_start_ns;
  }
  finder.silence(last, traffic.windows.back().to_ns);
}

// A closed loop may wait for its answers: only what stopped the prober itself made a hole, and how many requests it
// cost is not known.
void find_stalls(Traffic& traffic, const Vantage& vantage) {
  for (const VantageHealth& health : vantage.health)
    if (health.loop_lag_ns >= shortest) traffic.holes.push_back({{health.to_ns - health.loop_lag_ns, health.to_ns}, 0});
}

}  // namespace

void find_holes(const History& history, Traffic& traffic) {
  if (!history.plan || traffic.windows.empty()) return;
  const auto planned = std::find_if(history.plan->traffic.begin(), history.plan->traffic.end(),
                                    [&](const plan::TrafficPlan& one) { return one.name == traffic.name; });
  if (planned == history.plan->traffic.end()) return;
  if (planned->pace.rate_per_second > 0) return find_silence(traffic, planned->pace.rate_per_second, rests_of(history));
  if (const Vantage* vantage = history.vantage(traffic.vantage)) find_stalls(traffic, *vantage);
}

}  // namespace straycat::history
