#include "report/html/outcomes.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "report/story.hpp"
#include <straycat/core/outcome.hpp>

namespace straycat::report {
namespace {

constexpr std::size_t most_marks = 600;  // kept failures beyond this are seen as density only
constexpr std::int64_t second = 1'000'000'000;
constexpr std::size_t most_bursts = 200;  // the table and the report's other forms have them all

struct Column {
  std::int64_t from = 0, to = 0;
  std::uint64_t ok = 0, failed = 0;
  std::map<std::string, std::uint64_t> kinds;
  Histogram latency, lateness;
  [[nodiscard]] double share(std::uint64_t part) const {
    return ok + failed == 0 ? 0 : static_cast<double>(part) / static_cast<double>(ok + failed);
  }
};

// Each to the column in which its windows begin.
void add_durations(const history::Traffic& traffic, std::vector<Column>& columns) {
  auto column = columns.begin();
  for (const history::Durations& durations : traffic.durations) {
    if (column == columns.end()) return;
    while (std::next(column) != columns.end() && std::next(column)->from <= durations.from_ns) ++column;
    column->latency.merge(durations.latency);
    column->lateness.merge(durations.lateness);
  }
}

// Neighbouring windows joined until they fit the page.
std::vector<Column> gather(const history::Traffic& traffic, const TimeAxis& axis, std::size_t most) {
  const std::int64_t width = std::max<std::int64_t>(axis.length() / static_cast<std::int64_t>(most), 1);
  std::vector<Column> columns;
  for (const AttemptWindow& window : traffic.windows) {
    if (window.sent == 0) continue;
    if (columns.empty() || window.to_ns - columns.back().from > width)
      columns.push_back({window.from_ns, window.to_ns, 0, 0, {}, {}, {}});
    Column& column = columns.back();
    column.to = std::max(column.to, window.to_ns);
    column.ok += window.ok;
    for (const auto& [kind, count] : window.failed) {
      column.failed += count;
      column.kinds[kind] += count;
    }
  }
  // Slow traffic is no hole: what lies between two requests of its pace belongs to the first of them.
  for (std::size_t i = 0; i + 1 < columns.size(); ++i)
    if (columns[i + 1].from - columns[i].to <= silence_of(traffic)) columns[i].to = columns[i + 1].from;
  add_durations(traffic, columns);
  return columns;
}

// A rectangle from `top` (per mille of the track, 0 above) to `bottom`.
std::string box(const Column& column, const TimeAxis& axis, int top, int bottom) {
  return fmt::format("M{},{}H{}V{}H{}Z", axis.units(column.from), top, axis.units(column.to), bottom,
                     axis.units(column.from));
}

std::string outcome_bars(const std::vector<Column>& columns, const TimeAxis& axis) {
  std::string answered, failed;
  for (const Column& column : columns) {
    const double share = column.share(column.failed);
    const double height = column.failed == 0 ? 0 : std::max(share, 0.08);  // one failure among thousands is still seen
    if (column.ok > 0) answered += box(column, axis, 0, 1000 - static_cast<int>(std::min(height, 0.92) * 1000));
    if (column.failed > 0)
      failed += draw_bar({column.from, column.to, "fail", "", 100 - height * 100, height * 100, false}, axis);
  }
  return draw_band(draw_path("ok", answered)) + failed + draw_band(draw_path("rule", "M0,500H1000000")) +
         "<text class=\"tick share\" x=\"2\" y=\"24%\">100 % failed</text><text class=\"tick share\" x=\"2\" "
         "y=\"60%\">50 %</text>";
}

std::string kind_lane(const std::string& kind, const history::Traffic& traffic, const std::vector<Column>& columns,
                      const TimeAxis& axis) {
  std::string density;
  std::uint64_t total = 0;
  for (const Column& column : columns) {
    const auto found = column.kinds.find(kind);
    if (found == column.kinds.end() || found->second == 0) continue;
    total += found->second;
    density += box(column, axis, static_cast<int>(1000 - std::max(column.share(found->second), 0.15) * 1000), 1000);
  }
  std::string marks;
  if (traffic.failures.size() <= most_marks) {
    for (const AttemptFailed& failed : traffic.failures) {
      if (to_string(failed.failure.kind) != kind) continue;
      marks += draw_bar({failed.started_ns, failed.started_ns, "mark",
                         fmt::format("failed attempt {}: {}", failed.id, failed.failure.message), 0, 45, false},
                        axis);
    }
  }
  const std::optional<FailureKind> known = from_word<FailureKind>(kind);
  const std::string name(known ? describe(*known) : std::string_view(kind));
  return draw_lane(name, "kind", fmt::format("{}: {} of {}", name, total, traffic.totals.attempts),
                   draw_band(draw_path("dense", density)) + marks, fmt::format(" data-kind=\"{}\"", escape(kind)));
}

std::string burst_bars(const history::History& history, const history::Traffic& traffic, const TimeAxis& axis) {
  std::string bars;
  for (std::size_t i = 0; i < std::min(traffic.bursts.size(), most_bursts); ++i) {
    const history::Burst& burst = traffic.bursts[i];
    std::string story = fmt::format("burst of failures: {} of {} failed in {} ({})", burst.failed, burst.attempts,
                                    short_length(burst.last_ns - burst.first_ns), kinds_text(burst.kinds));
    const history::ServiceView* view = traffic.view ? &history.views[*traffic.view] : nullptr;
    if (view != nullptr && burst.onset) story += "; the first " + near_words(*view, *burst.onset);
    if (view != nullptr && burst.end) story += "; the last " + near_words(*view, *burst.end);
    const auto kept = std::lower_bound(traffic.failures.begin(), traffic.failures.end(), burst.first_ns,
                                       [](const AttemptFailed& a, std::int64_t ns) { return a.started_ns < ns; });
    if (kept != traffic.failures.end() && !kept->failure.message.empty()) story += "; curl: " + kept->failure.message;
    bars +=
        draw_bar({burst.first_ns, std::max(burst.last_ns, burst.first_ns + 1), "burst", story, 0, 100, i < 12}, axis);
  }
  return bars;
}

// Height on a logarithmic scale from 10 us to 10 s, per mille from above.
int level_of(Nanos value) {
  const double decades = std::log10(std::max<double>(static_cast<double>(value.count()), 1e4) / 1e4);
  return 1000 - static_cast<int>(std::clamp(decades / 6.0, 0.01, 1.0) * 1000);
}

std::string latency_band(const std::vector<Column>& columns, const TimeAxis& axis) {
  std::string most, p99, p50, late;
  const auto line = [&](const Column& column, Nanos value) {
    return fmt::format("M{},{}H{}", axis.units(column.from), level_of(value), axis.units(column.to));
  };
  for (const Column& column : columns) {
    if (column.latency.count() > 0) {
      most += box(column, axis, level_of(column.latency.max()), 1000);
      p99 += box(column, axis, level_of(column.latency.quantile(0.99)), 1000);
      p50 += line(column, column.latency.quantile(0.5));
    }
    if (column.lateness.count() > 0) late += line(column, column.lateness.max());
  }
  return draw_band(draw_path("lmax", most) + draw_path("lp99", p99) +
                   draw_path("rule", "M0,667H1000000M0,167H1000000") + draw_path("lp50", p50) +
                   draw_path("late", late)) +
         "<text class=\"tick\" x=\"2\" y=\"66%\">1 ms</text><text class=\"tick\" x=\"2\" y=\"30%\">1 s</text>";
}

// What the cursor reads: "from,to,ok,failed,p50,p99,max,lateness;" in microseconds from the axis' start.
std::string columns_data(const std::vector<Column>& columns, const TimeAxis& axis) {
  std::string out;
  for (const Column& column : columns) {
    out += fmt::format("{},{},{},{},{},{},{},{};", (column.from - axis.from) / 1000, (column.to - axis.from) / 1000,
                       column.ok, column.failed, column.latency.quantile(0.5).count() / 1000,
                       column.latency.quantile(0.99).count() / 1000, column.latency.max().count() / 1000,
                       column.lateness.max().count() / 1000);
  }
  return out;
}

// Where the prober stood still or sent nothing: hatched, never blank.
std::string unseen_bars(const history::History& history, const history::Traffic& traffic, const TimeAxis& axis) {
  std::string bars;
  if (const history::Vantage* vantage = history.vantage(traffic.vantage); vantage != nullptr) {
    for (const VantageHealth& health : vantage->health) {
      if (health.loop_lag_ns < second && health.limit != Limit::stopped && health.records_lost == 0) continue;
      bars += draw_bar({health.from_ns, health.to_ns, "blind",
                        fmt::format("the prober stood still for {}{}", short_length(health.loop_lag_ns),
                                    health.records_lost > 0 ? "; records were lost" : ""),
                        0, 100, false},
                       axis);
    }
  }
  if (traffic.windows.empty()) return bars;
  const std::int64_t silence = silence_of(traffic);
  std::int64_t last = 0;
  std::size_t drawn = 0;
  for (const AttemptWindow& window : traffic.windows) {
    if (window.sent == 0) continue;
    if (last != 0 && window.first_start_ns - last > silence && drawn++ < most_bursts)
      bars +=
          draw_bar({last, window.first_start_ns, "blind",
                    fmt::format("no request began for {}", short_length(window.first_start_ns - last)), 0, 100, false},
                   axis);
    last = window.last_start_ns;
  }
  return bars;
}

}  // namespace

std::string near_words(const history::ServiceView& view, const history::Nearest& nearest) {
  const history::Change& change = view.changes[nearest.change];
  const bool joined = change.kind == history::ChangeKind::joined;
  return fmt::format("{} {} {} {}", short_length(std::abs(nearest.distance_ns)),
                     nearest.distance_ns >= 0 ? "after" : "before", view.endpoints[change.endpoint].id.address,
                     joined ? "joined" : "left");
}

std::string draw_outcomes(const history::History& history, const history::Traffic& traffic, const TimeAxis& axis,
                          std::size_t most_columns) {
  const std::vector<Column> columns = gather(traffic, axis, most_columns);
  const std::string who = traffic.name.empty() ? "requests" : "requests " + traffic.name;
  const std::string open =
      traffic.totals.unfinished == 0 ? "" : fmt::format(", {} without an outcome", traffic.totals.unfinished);
  const std::string label = fmt::format("{} from {}: {} sent, {} failed{}", who, traffic.vantage,
                                        traffic.totals.attempts, traffic.totals.failed, open);
  std::string out =
      draw_lane(who, "outcomes", label,
                outcome_bars(columns, axis) + unseen_bars(history, traffic, axis) + burst_bars(history, traffic, axis),
                fmt::format(" data-columns=\"{}\"", columns_data(columns, axis)));
  for (const auto& [kind, count] : traffic.totals.kinds) {
    if (count > 0) out += kind_lane(kind, traffic, columns, axis);
  }
  return out +
         draw_lane(
             "latency", "latency",
             "latency of successes from the intended start: p50, p99 and max, 10 us to 10 s, logarithmic; dashed: "
             "how late the prober itself was",
             latency_band(columns, axis));
}

std::string outcomes_table(const history::Traffic& traffic, const TimeAxis& axis, std::size_t rows) {
  Table table{"requests " + traffic.name,
              {"#from", "#to", "#answered", "#failed", "how", "#p50", "#p99", "#max", "#prober late by"},
              "",
              0};
  for (const Column& column : gather(traffic, axis, rows)) {
    table.row({short_length(column.from - axis.from), short_length(column.to - axis.from), std::to_string(column.ok),
               std::to_string(column.failed), escape(kinds_text(column.kinds)),
               short_length(column.latency.quantile(0.5).count()), short_length(column.latency.quantile(0.99).count()),
               short_length(column.latency.max().count()), short_length(column.lateness.max().count())});
  }
  return table.draw();
}

std::string draw_axis(const TimeAxis& axis) {
  std::string out;
  const double seconds = static_cast<double>(axis.length()) / 1e9;
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
