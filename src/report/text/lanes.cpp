#include "report/text/lanes.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "report/story.hpp"
#include "report/text/canvas.hpp"

namespace straycat::report {
namespace {

constexpr std::size_t label_width = 21;
constexpr std::size_t most_fault_rows = 3;
constexpr std::size_t most_rows = 24;  // of strays, and of others: more endpoints than this are counted, not drawn

struct Glyphs {
  std::string ready, unready, leaving, none, ok, mixed, all_failed, blind;
  std::vector<std::string> levels;  // share of failures, from few to all
};

Glyphs glyphs(bool unicode) {
  if (unicode) return {"█", "░", "▒", " ", "·", "x", "X", "?", {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}};
  return {"#", "-", "=", " ", ".", "x", "X", "?", {"1", "2", "3", "4", "5", "6", "7", "8"}};
}

// The axis: from the first step (or attempt) to the end, in `cells` columns.
struct Axis {
  std::int64_t from = 0, to = 0;
  std::size_t cells = 0;
  [[nodiscard]] std::int64_t edge(std::size_t cell) const {
    return from + static_cast<std::int64_t>(static_cast<double>(to - from) * static_cast<double>(cell) /
                                            static_cast<double>(cells));
  }
  [[nodiscard]] std::size_t cell(std::int64_t ns) const {
    if (ns <= from) return 0;
    const auto at = static_cast<std::size_t>(static_cast<double>(ns - from) / static_cast<double>(to - from) *
                                             static_cast<double>(cells));
    return std::min(at, cells - 1);
  }
};

Axis make_axis(const history::History& history, int width) {
  Axis axis;
  axis.from = history.steps.empty() ? history.begin : history.steps.front().started.ns;
  axis.to = std::max(history.end, axis.from + 1'000'000);
  axis.cells = static_cast<std::size_t>(width) - label_width - 1;
  return axis;
}

// Seconds between ticks, so that five to nine fit.
double tick_seconds(const Axis& axis) {
  const double wanted = static_cast<double>(axis.to - axis.from) / 1e9 / 7;
  const double power = std::pow(10.0, std::floor(std::log10(std::max(wanted, 1e-3))));
  for (const double step : {1.0, 2.0, 5.0, 10.0}) {
    if (step * power >= wanted) return step * power;
  }
  return 10 * power;
}

std::string axis_line(const Axis& axis) {
  std::string line(axis.cells, ' ');
  const double tick = tick_seconds(axis);
  const double seconds = static_cast<double>(axis.to - axis.from) / 1e9;
  std::size_t free = 0;
  for (int i = 0; i * tick < seconds; ++i) {
    const std::string text = fmt::format("{:g}s", i * tick);
    const std::size_t at = axis.cell(axis.from + static_cast<std::int64_t>(i * tick * 1e9));
    if (at < free || at + text.size() > line.size()) continue;
    line.replace(at, text.size(), text);
    free = at + text.size() + 1;
  }
  return std::string(label_width + 1, ' ') + line;
}

std::string row(const std::string& label, const std::string& cells, const TextStyle& style) {
  return fit(label, label_width, style.unicode) + " " + cells;
}

// --- steps ---

std::string phase_line(const history::History& history, const Axis& axis, const TextStyle& style) {
  std::string line(axis.cells, ' ');
  for (const history::ScenarioPhase& phase : history.phases) {
    const std::size_t from = axis.cell(phase.from.ns);
    const std::size_t to = phase.to.ns >= axis.to ? axis.cells : axis.cell(phase.to.ns);
    const std::string name = "|" + harmless(phase.name, false);
    const std::size_t room = std::max<std::size_t>(to > from ? to - from : 1, 1);
    const std::string shown = name.size() > room ? name.substr(0, room) : name;
    if (from + shown.size() <= line.size()) line.replace(from, shown.size(), shown);
  }
  return row("phase", line, style);
}

// What the scenario broke on purpose: "|drop====". Those that lie over each other in rows of their own.
std::vector<std::string> fault_lines(const history::History& history, const Axis& axis, const TextStyle& style) {
  std::vector<std::string> rows;
  for (const history::Fault& fault : history.faults) {
    const std::size_t from = std::min(axis.cell(fault.started.ns), axis.cells - 1);
    const std::size_t to = fault.ended ? std::max(axis.cell(fault.ended->ns), from) + 1 : axis.cells;
    std::string bar = "|" + harmless(fault.record.fault, false);
    bar.resize(std::min(std::max(bar.size(), to - from), axis.cells - from), '=');
    auto line = std::find_if(rows.begin(), rows.end(), [&](const std::string& one) {
      return one.find_first_not_of(' ', from) >= from + bar.size();
    });
    if (line == rows.end()) {
      if (rows.size() == most_fault_rows) continue;  // the list of what happened has them all
      line = rows.insert(rows.end(), std::string(axis.cells, ' '));
    }
    line->replace(from, bar.size(), bar);
  }
  for (std::string& one : rows) one = row("faults", one, style);
  return rows;
}

// --- endpoints ---

// What stands in one cell: the strongest state that held in it, so that a short membership is still seen.
int strength(const history::EndpointState& state) {
  if (!state.listed) return 0;
  if (state.routable) return 3;
  return state.terminating ? 2 : 1;
}

constexpr int not_known = 4;  // what stood there then, as nobody who watched told any more

std::vector<int> endpoint_cells(const history::Endpoint& endpoint, std::int64_t seen_until, const Axis& axis) {
  std::vector<int> cells(axis.cells, 0);
  const bool listed = !endpoint.states.empty() && endpoint.states.back().listed;
  for (std::size_t cell = 0; listed && cell < axis.cells; ++cell)
    if (axis.edge(cell) >= seen_until) cells[cell] = not_known;
  for (std::size_t i = 0; i < endpoint.states.size(); ++i) {
    const std::int64_t until =
        i + 1 < endpoint.states.size() ? endpoint.states[i + 1].at.ns : std::min(axis.to, seen_until);
    const int level = strength(endpoint.states[i]);
    if (level == 0 || until <= axis.from) continue;
    for (std::size_t cell = axis.cell(endpoint.states[i].at.ns); cell <= axis.cell(until - 1) && cell < axis.cells;
         ++cell)
      if (cells[cell] != not_known) cells[cell] = std::max(cells[cell], level);
  }
  return cells;
}

std::string endpoint_line(const history::Endpoint& endpoint, std::int64_t seen_until, const Axis& axis,
                          const Glyphs& glyph, bool stray, const TextStyle& style) {
  const std::string shapes[] = {glyph.none, glyph.unready, glyph.leaving, glyph.ready, glyph.blind};
  std::string cells;
  for (const int level : endpoint_cells(endpoint, seen_until, axis)) cells += shapes[level];
  const std::string label = fmt::format("{} {}", stray ? "!" : " ", harmless(endpoint.id.display(), style.unicode));
  return row(label, ink(cells, stray ? Ink::red : Ink::green, style), style);
}

struct Group {
  std::string owner;
  bool stray = false;
  std::vector<const history::Endpoint*> endpoints;
};

std::vector<Group> group_by_owner(const history::ServiceView& view, const diagnose::Verdict& verdict) {
  std::vector<Group> groups;
  for (const history::Endpoint& endpoint : view.endpoints) {
    const std::string owner = endpoint.owner.kind.empty() ? "unknown owner" : endpoint.owner.display();
    const bool stray = is_stray(view, endpoint, verdict);
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& group) { return group.owner == owner && group.stray == stray; });
    if (found == groups.end()) found = groups.insert(groups.end(), {owner, stray, {}});
    found->endpoints.push_back(&endpoint);
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.stray < b.stray; });
  return groups;
}

void draw_view(const history::ServiceView& view, const diagnose::Verdict& verdict, const Axis& axis,
               const Glyphs& glyph, const TextStyle& style, std::vector<std::string>& lines) {
  std::size_t strays = most_rows, others = most_rows, left_out = 0;
  for (const Group& group : group_by_owner(view, verdict)) {
    std::size_t& room = group.stray ? strays : others;
    const std::size_t drawn = std::min(room, group.endpoints.size());
    room -= drawn;
    left_out += group.endpoints.size() - drawn;
    if (drawn == 0) continue;  // a title without a lane tells nothing
    const std::string title = harmless(group.owner, style.unicode) + (group.stray ? "  <- stray" : "");
    lines.push_back(ink(title, group.stray ? Ink::red : Ink::bold, style));
    for (std::size_t i = 0; i < drawn; ++i)
      lines.push_back(endpoint_line(*group.endpoints[i], view.seen_until, axis, glyph, group.stray, style));
  }
  if (left_out > 0) lines.push_back(fmt::format("  ({} more endpoints are not drawn)", left_out));
}

// --- outcomes ---

struct Cell {
  std::uint64_t ok = 0, failed = 0;
};

// Of a window's attempts the first and the last start are known; the others lie between them.
void spread(std::vector<Cell>& cells, const Axis& axis, std::int64_t first_ns, std::int64_t last_ns,
            std::uint64_t Cell::* counter, std::uint64_t count) {
  const std::size_t first = axis.cell(first_ns), last = std::max(first, axis.cell(last_ns));
  if (count > 0) cells[first].*counter += 1;
  if (count > 1) cells[last].*counter += 1;
  const std::uint64_t rest = count - std::min<std::uint64_t>(count, 2), parts = last - first + 1;
  for (std::uint64_t i = 0; i < parts; ++i) cells[first + i].*counter += rest / parts + (i < rest % parts ? 1 : 0);
}

// Slow traffic is no hole: where one request of its pace was answered and the next one, too, nothing was amiss between.
void fill_between(std::vector<Cell>& cells, double cell_ns, double pace_ns) {
  const auto empty = [](const Cell& cell) { return cell.ok + cell.failed == 0; };
  for (std::size_t i = 1; i < cells.size(); ++i) {
    if (!empty(cells[i]) || empty(cells[i - 1]) || cells[i - 1].failed > 0) continue;
    const auto next = std::find_if_not(cells.begin() + static_cast<std::ptrdiff_t>(i), cells.end(), empty);
    const auto holes = static_cast<std::size_t>(next - cells.begin()) - i;
    if (next == cells.end() || next->failed > 0 || static_cast<double>(holes) * cell_ns > 2 * pace_ns) continue;
    std::fill_n(cells.begin() + static_cast<std::ptrdiff_t>(i), holes, cells[i - 1]);
  }
}

std::vector<Cell> outcome_cells(const history::Traffic& traffic, const Axis& axis) {
  std::vector<Cell> cells(axis.cells);
  for (const AttemptWindow& window : traffic.windows) {
    const auto known = [&](std::int64_t ns) { return ns != 0 ? ns : window.from_ns; };
    spread(cells, axis, known(window.first_ok_start_ns), known(window.last_ok_start_ns), &Cell::ok, window.ok);
    // Failures kept one by one are exact.
    spread(cells, axis, known(window.first_failed_start_ns), known(window.last_failed_start_ns), &Cell::failed,
           window.failed_not_kept);
  }
  for (const AttemptFailed& failure : traffic.failures) ++cells[axis.cell(failure.started_ns)].failed;
  fill_between(cells, static_cast<double>(axis.to - axis.from) / static_cast<double>(axis.cells),
               static_cast<double>(pace_of(traffic)));
  return cells;
}

std::string outcome_line(const std::vector<Cell>& cells, const Glyphs& glyph, const TextStyle& style) {
  std::string line;
  for (const Cell& cell : cells) {
    if (cell.failed == 0) {
      line += cell.ok == 0 ? glyph.none : ink(glyph.ok, Ink::green, style);
    } else {
      line += ink(cell.ok == 0 ? glyph.all_failed : glyph.mixed, Ink::red, style);
    }
  }
  return line;
}

std::string share_line(const std::vector<Cell>& cells, const Glyphs& glyph, const TextStyle& style) {
  std::string line;
  for (const Cell& cell : cells) {
    if (cell.failed == 0) {
      line += glyph.none;
      continue;
    }
    const double share = static_cast<double>(cell.failed) / static_cast<double>(cell.failed + cell.ok);
    const auto level = std::min<std::size_t>(7, static_cast<std::size_t>(share * 8));
    line += ink(glyph.levels[level], Ink::red, style);
  }
  return line;
}

void draw_traffic(const history::History& history, const history::Traffic& traffic, const Axis& axis,
                  const Glyphs& glyph, const TextStyle& style, std::vector<std::string>& lines) {
  const std::vector<Cell> cells = outcome_cells(traffic, axis);
  const std::string label = history.vantages.size() > 1 ? traffic.name + " from " + history.place(traffic.vantage)
                                                        : "requests " + traffic.name;
  lines.push_back(row(harmless(label, style.unicode), outcome_line(cells, glyph, style), style));
  if (traffic.totals.failed > 0) lines.push_back(row("share that failed", share_line(cells, glyph, style), style));
}

}  // namespace

std::vector<std::string> draw_lanes(const history::History& history, const diagnose::Verdict& verdict,
                                    const TextStyle& style) {
  std::vector<std::string> lines;
  if (history.views.empty() && history.traffic.empty()) return lines;
  const Axis axis = make_axis(history, style.width);
  const Glyphs glyph = glyphs(style.unicode);
  lines.push_back(axis_line(axis));
  if (!history.phases.empty()) lines.push_back(phase_line(history, axis, style));
  for (std::string& line : fault_lines(history, axis, style)) lines.push_back(std::move(line));
  for (const history::ServiceView& view : history.views)
    if (!view.repeats) draw_view(view, verdict, axis, glyph, style, lines);
  for (const history::Traffic& traffic : history.traffic) draw_traffic(history, traffic, axis, glyph, style, lines);
  std::string legend = fmt::format("{} routable  {} terminating  {} not ready  {} ok  {} some failed  {} all failed",
                                   glyph.ready, glyph.leaving, glyph.unready, glyph.ok, glyph.mixed, glyph.all_failed);
  if (std::any_of(history.views.begin(), history.views.end(),
                  [&](const history::ServiceView& view) { return view.seen_until < history.end; }))
    legend += fmt::format("  {} not known", glyph.blind);
  for (const std::string& line : wrap(legend, static_cast<std::size_t>(style.width)))
    lines.push_back(ink(line, Ink::dim, style));
  return lines;
}

}  // namespace straycat::report
