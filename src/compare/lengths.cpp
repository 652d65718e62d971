#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compare/figures.hpp"
#include "compare/intervals.hpp"

namespace straycat::compare {
namespace {

using history::Traffic;

struct Quantile {
  double q;
  const char* words;
};
constexpr std::array<Quantile, 3> quantiles{{{0.5, "half"}, {0.9, "90 of 100"}, {0.99, "99 of 100"}}};

// One value of each run, known within a range.
struct Known {
  double value = 0;
  Range range;
};

Figure length_figure(const std::string& name, const Known& before, const Known& after, double margin, Growth growth) {
  Figure figure{name, Unit::length, before.value, after.value, "", ""};
  const Range range = difference_range(before.value, before.range, after.value, after.range);
  figure.low = range.low;
  figure.high = range.high;
  figure.margin = margin;
  conclude_length(figure, growth);
  return figure;
}

void add_quantile(const std::string& of, const Traffic& before, const Traffic& after, const Quantile& quantile,
                  std::vector<Figure>& figures) {
  const auto a = quantile_range(before.latency, quantile.q), b = quantile_range(after.latency, quantile.q);
  if (!a || !b) return;  // too few to say anything of it
  const auto value = [&](const Traffic& one) { return static_cast<double>(one.latency.quantile(quantile.q).count()); };
  const double margin = std::max(same_latency_ns, same_latency_relative * std::min(value(before), value(after)));
  figures.push_back(length_figure(fmt::format("latency, {}{}", quantile.words, of), {value(before), *a},
                                  {value(after), *b}, margin, Growth::worse));
}

// Between two requests nothing is seen.
double spacing(const Traffic& traffic) {
  if (traffic.windows.empty() || traffic.totals.attempts == 0) return 0;
  const auto length = static_cast<double>(traffic.windows.back().to_ns - traffic.windows.front().from_ns);
  return std::max(0.0, length / static_cast<double>(traffic.totals.attempts));
}

Known known(const Traffic& traffic, std::int64_t value) {
  const auto at = static_cast<double>(value);
  const double error = spacing(traffic);
  return {at, {at - error, at + error}};
}

// The longest stretch between two answers in which a request failed.
std::int64_t longest_outage(const Traffic& traffic) {
  std::int64_t longest = 0, last_ok = traffic.windows.empty() ? 0 : traffic.windows.front().from_ns;
  bool failing = false;
  for (const AttemptWindow& window : traffic.windows) {
    const bool fails = failed_in(window) > 0;
    if (window.ok == 0) {
      failing = failing || fails;
      continue;
    }
    const bool first = fails && window.first_failed_start_ns < window.first_ok_start_ns;
    if (failing || first) longest = std::max(longest, window.first_ok_start_ns - last_ok);
    last_ok = window.last_ok_start_ns;
    failing = fails && window.last_failed_start_ns > window.last_ok_start_ns;
  }
  if (failing && !traffic.windows.empty()) longest = std::max(longest, traffic.windows.back().to_ns - last_ok);
  return longest;
}

const history::ScenarioPhase* phase_at(const history::History& history, std::int64_t ns) {
  for (const history::ScenarioPhase& phase : history.phases)
    if (phase.from.ns <= ns && ns < phase.to.ns) return &phase;
  return nullptr;
}

struct Pair {
  const Side& before;
  const Side& after;
  const Traffic& was;
  const Traffic& is;
  std::string of;
  std::vector<Figure>& figures;
};

// Since the beginning of the phase that it lies in, where that is the same one in both.
void add_moment(const Pair& pair, const char* what, std::int64_t was, std::int64_t is, double margin, Growth growth) {
  const auto* a = phase_at(pair.before.history, was);
  const auto* b = phase_at(pair.after.history, is);
  if (a == nullptr || b == nullptr || a->name != b->name) return;
  pair.figures.push_back(length_figure(fmt::format("{} failure, in phase {}{}", what, a->name, pair.of),
                                       known(pair.was, was - a->from.ns), known(pair.is, is - b->from.ns), margin,
                                       growth));
}

// From a change of the endpoints to the failures that follow it, or to their end: the middle one of all bursts.
std::optional<Known> lag_of(const Traffic& traffic, std::optional<history::Nearest> history::Burst::* which) {
  std::vector<double> all;
  double error = spacing(traffic);
  for (const history::Burst& burst : traffic.bursts) {
    const auto& nearest = burst.*which;
    if (!nearest || nearest->error_ns >= history::unbounded) continue;
    all.push_back(static_cast<double>(nearest->distance_ns));
    error = std::max(error, static_cast<double>(nearest->error_ns));
  }
  if (all.empty()) return std::nullopt;
  std::sort(all.begin(), all.end());
  // The middle one of few lies anywhere between the least and the most.
  return Known{all[all.size() / 2], {all.front() - error, all.back() + error}};
}

void add_lag(const Pair& pair, const char* what, std::optional<history::Nearest> history::Burst::* which, double margin,
             Growth growth) {
  const auto a = lag_of(pair.was, which), b = lag_of(pair.is, which);
  if (a && b)
    pair.figures.push_back(
        length_figure(fmt::format("{} after a change of the endpoints{}", what, pair.of), *a, *b, margin, growth));
}

// One run tells one value of each: what the data plane's own delay makes of it is the same.
void add_times_of(const Pair& pair) {
  const auto margin = static_cast<double>(std::max(pair.before.history.lag.late_ns, pair.after.history.lag.late_ns));
  const std::int64_t was = longest_outage(pair.was), is = longest_outage(pair.is);
  if (was > 0 || is > 0)
    pair.figures.push_back(length_figure("longest time without an answer" + pair.of, known(pair.was, was),
                                         known(pair.is, is), margin, Growth::worse));
  if (pair.was.bursts.empty() || pair.is.bursts.empty()) return;
  const history::Burst &first = pair.was.bursts.front(), &other_first = pair.is.bursts.front();
  const history::Burst &last = pair.was.bursts.back(), &other_last = pair.is.bursts.back();
  add_moment(pair, "first", first.first_ns, other_first.first_ns, margin, Growth::neutral);
  add_moment(pair, "last", last.last_ns, other_last.last_ns, margin, Growth::worse);
  add_lag(pair, "failures begin", &history::Burst::onset, margin, Growth::neutral);
  add_lag(pair, "failures end", &history::Burst::end, margin, Growth::worse);
}

}  // namespace

void conclude_length(Figure& figure, Growth growth) {
  const bool longer = figure.low > figure.margin, shorter = figure.high < -figure.margin;
  if (longer || shorter)
    figure.change = growth == Growth::neutral ? Change::different : longer ? Change::worse : Change::better;
  else if (std::max(-figure.low, figure.high) <= figure.margin)
    figure.change = Change::same;
}

void add_latency(const Side& before, const Side& after, std::vector<Figure>& figures) {
  for (const Traffic& traffic : before.history.traffic) {
    const Traffic* other = same_traffic(after.history, traffic.name, traffic.vantage);
    if (other == nullptr) continue;
    const std::string of = of_traffic(before.history, traffic.name, traffic.vantage);
    for (const Quantile& quantile : quantiles) add_quantile(of, traffic, *other, quantile, figures);
  }
}

void add_times(const Side& before, const Side& after, std::vector<Figure>& figures) {
  for (const Traffic& traffic : before.history.traffic) {
    const Traffic* other = same_traffic(after.history, traffic.name, traffic.vantage);
    if (other == nullptr) continue;
    const std::string of = of_traffic(before.history, traffic.name, traffic.vantage);
    add_times_of({before, after, traffic, *other, of, figures});
  }
}

}  // namespace straycat::compare
