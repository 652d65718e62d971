#include "report/html/outcomes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "report/story.hpp"

namespace straycat::report {
namespace {

constexpr std::size_t most_columns = 1200;
constexpr std::size_t most_marks = 2000;  // kept failures beyond this are seen as density only

struct Column {
  std::int64_t from = 0, to = 0;
  std::uint64_t ok = 0, failed = 0;
  Histogram latency, lateness;
};

// Neighbouring windows joined until they fit the page.
std::vector<Column> gather(const history::Traffic& traffic, const TimeAxis& axis) {
  const std::int64_t width = std::max<std::int64_t>((axis.to - axis.from) / static_cast<std::int64_t>(most_columns), 1);
  std::vector<Column> columns;
  for (const AttemptWindow& window : traffic.windows) {
    if (window.sent == 0) continue;
    if (columns.empty() || window.to_ns - columns.back().from > width)
      columns.push_back({window.from_ns, window.to_ns, 0, 0, {}, {}});
    Column& column = columns.back();
    column.to = std::max(column.to, window.to_ns);
    column.ok += window.ok;
    column.failed += window.sent - std::min(window.sent, window.ok);
    column.latency.merge(window.latency);
    column.lateness.merge(window.lateness);
  }
  return columns;
}

std::string outcome_bars(const std::vector<Column>& columns, const TimeAxis& axis) {
  std::string bars;
  for (const Column& column : columns) {
    const double share = static_cast<double>(column.failed) / static_cast<double>(column.ok + column.failed);
    if (column.ok > 0)
      bars += draw_bar({column.from, column.to, "ok", column.failed == 0 ? fmt::format("{} ok", column.ok) : "",
                        share * 100, 100 - share * 100, false},
                       axis);
    if (column.failed > 0)
      bars +=
          draw_bar({column.from, column.to, "fail",
                    fmt::format("{} of {} failed ({:.0f} %)", column.failed, column.ok + column.failed, share * 100), 0,
                    std::max(share * 100, 8.0), false},
                   axis);
  }
  return bars;
}

std::string failure_marks(const history::Traffic& traffic, const TimeAxis& axis) {
  if (traffic.failures.size() > most_marks) return "";
  std::string bars;
  for (const AttemptFailed& failed : traffic.failures) {
    bars += draw_bar({failed.started_ns, failed.started_ns, "mark " + std::string(to_string(failed.failure.kind)),
                      fmt::format("request {} at {}: {}", failed.id, short_length(failed.started_ns - axis.from),
                                  failed.failure.message),
                      60, 40, false},
                     axis);
  }
  return bars;
}

std::string near_words(const history::ServiceView& view, const std::optional<history::Nearest>& nearest) {
  if (!nearest) return "";
  const history::Change& change = view.changes[nearest->change];
  const history::Endpoint& endpoint = view.endpoints[change.endpoint];
  return fmt::format(", {} {} {} {}", short_length(std::abs(nearest->distance_ns)),
                     nearest->distance_ns >= 0 ? "after" : "before", endpoint.address,
                     change.kind == history::ChangeKind::joined ? "joined" : "left");
}

std::string burst_bars(const history::History& history, const history::Traffic& traffic, const TimeAxis& axis) {
  std::string bars;
  for (const history::Burst& burst : traffic.bursts) {
    const history::ServiceView* view = traffic.view ? &history.views[*traffic.view] : nullptr;
    const std::string story = fmt::format(
        "burst: {} of {} failed ({}); first{}; last{}", burst.failed, burst.attempts, kinds_text(burst.kinds),
        view != nullptr ? near_words(*view, burst.onset) : "", view != nullptr ? near_words(*view, burst.end) : "");
    bars += draw_bar({burst.first_ns, std::max(burst.last_ns, burst.first_ns + 1), "burst", story, 0, 100, true}, axis);
  }
  return bars;
}

// Height on a logarithmic scale from 10 us to 10 s.
double height_of(Nanos value) {
  const double decades = std::log10(std::max<double>(static_cast<double>(value.count()), 1e4) / 1e4);
  return std::clamp(decades / 6.0 * 100.0, 1.0, 100.0);
}

std::string latency_bars(const std::vector<Column>& columns, const TimeAxis& axis) {
  std::string bars;
  for (const Column& column : columns) {
    if (column.latency.count() == 0) continue;
    const Nanos p50 = column.latency.quantile(0.5), p99 = column.latency.quantile(0.99), most = column.latency.max();
    const std::string story =
        fmt::format("latency p50 {}, p99 {}, max {}; prober late by {} at most", short_length(p50.count()),
                    short_length(p99.count()), short_length(most.count()), short_length(column.lateness.max().count()));
    for (const auto& [value, css] : {std::pair{most, "lmax"}, std::pair{p99, "lp99"}, std::pair{p50, "lp50"}}) {
      bars += draw_bar({column.from, column.to, css, css == std::string("lp50") ? story : "", 100 - height_of(value),
                        height_of(value), false},
                       axis);
    }
    bars += draw_bar({column.from, column.to, "late", "", 100 - height_of(column.lateness.max()), 2, false}, axis);
  }
  return bars;
}

std::string lane(const std::string& name, const std::string& css, const std::string& label, const std::string& bars) {
  return fmt::format(
      "<div class=\"lane {}\"><div class=\"name\" title=\"{}\">{}</div><svg class=\"track\" role=\"group\" "
      "aria-label=\"{}\">{}</svg></div>\n",
      css, escape(label), escape(name), escape(label), bars);
}

}  // namespace

std::string draw_outcomes(const history::History& history, const history::Traffic& traffic, const TimeAxis& axis) {
  const std::vector<Column> columns = gather(traffic, axis);
  const std::string who = traffic.name.empty() ? "requests" : "requests " + traffic.name;
  const std::string label = fmt::format("{} from {}: {} sent, {} failed", who, traffic.vantage, traffic.totals.attempts,
                                        traffic.totals.failed);
  std::string out =
      lane(who, "outcomes", label,
           outcome_bars(columns, axis) + failure_marks(traffic, axis) + burst_bars(history, traffic, axis));
  out +=
      lane("latency", "latency",
           "latency of successes, p50, p99 and max, 10 us to 10 s, logarithmic; the line is the prober's own lateness",
           latency_bars(columns, axis));
  return out;
}

std::string draw_axis(const TimeAxis& axis) {
  std::string out;
  const double seconds = static_cast<double>(axis.to - axis.from) / 1e9;
  const double power = std::pow(10.0, std::floor(std::log10(std::max(seconds / 8, 1e-3))));
  double tick = 10 * power;
  for (const double step : {5.0, 2.0, 1.0}) {
    if (step * power >= seconds / 8) tick = step * power;
  }
  for (int i = 0; i * tick < seconds; ++i) {
    const auto ns = static_cast<std::int64_t>(i * tick * 1e9);
    out += fmt::format("<text class=\"tick\" x=\"{:.3f}%\" y=\"70%\" data-a=\"{}\">{:g} s</text>",
                       axis.percent(axis.from + ns), ns, i * tick);
  }
  return out;
}

}  // namespace straycat::report
