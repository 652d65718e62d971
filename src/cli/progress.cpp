#include "cli/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include <straycat/core/records.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cli {
namespace {

constexpr int least_columns = 80, least_rows = 16, most_lines = 12;
constexpr std::int64_t least_ns = 100'000'000;  // between two drawings: ten a second are enough for an eye

}  // namespace

Progress::Progress(bool quiet, const Look& look, std::optional<bool> live)
    : quiet_(quiet),
      live_(!quiet && ::isatty(STDERR_FILENO) == 1),
      wanted_(live),
      style_(style_for(look, STDERR_FILENO)) {}

// Asked each time: a terminal may be made smaller meanwhile.
bool Progress::views() const {
  if (!live_ || !wanted_.value_or(true) || !moves_cursor()) return false;
  const TerminalSize size = terminal_size(STDERR_FILENO);
  return wanted_.value_or(false) || (size.columns >= least_columns && size.rows >= least_rows);
}

void Progress::on_event(const Event& event) {
  if (event.kind == Header::kind) zero_ = event.at;
  if (quiet_) return;
  count(event);
  if (live_) view_.on_event(event);
  const std::string line = event.clock == runner_clock ? report::progress_line(event, zero_, style_) : "";
  if (!line.empty()) say("{}{}\n", erased(), line);
  if (views()) return show_view();
  if (event.clock == runner_clock || event.kind == AttemptWindow::kind) show_status(event);
}

void Progress::count(const Event& event) {
  if (event.kind == AttemptWindow::kind) {
    sent_ += event.body.value("sent", std::uint64_t{0});
    failed_ += event.body.value("sent", std::uint64_t{0}) - event.body.value("ok", std::uint64_t{0});
  }
  if (event.kind == StepRecord::started && !event.body.value("phase", "").empty())
    phase_ = event.body.value("phase", "");
}

void Progress::show_status(const Event& event) {
  if (!live_) return;
  const double seconds = event.clock == runner_clock ? static_cast<double>(event.at.ns - zero_.ns) / 1e9 : -1;
  const std::string time = seconds >= 0 ? fmt::format("{:.0f} s  ", seconds) : "";
  say("\r\x1b[K{}{}  {} requests, {} failed", time, report::harmless(phase_), sent_, failed_);
  shown_ = true;
}

// A line that is wider than the terminal would wrap, and the next drawing begin in the wrong place: so its width is
// asked for each time.
void Progress::show_view() {
  const Stamp now = monotonic_now();
  if (lines_ > 0 && now.ns - drawn_.ns < least_ns) return;
  const TerminalSize size = terminal_size(STDERR_FILENO);
  report::TextStyle style = style_;
  style.width = std::max(size.columns, 60);
  const auto lines = view_.frame(style, static_cast<std::size_t>(std::clamp(size.rows - 4, 4, most_lines)), now);
  if (lines.empty()) return;
  std::string text = erased();
  for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "" : "\n") + lines[i];
  say("{}", text);  // in one piece: what is erased and drawn in two flickers
  lines_ = lines.size();
  drawn_ = now;
}

// What takes the cursor to where the live part began, and that part away.
std::string Progress::erased() {
  const std::string up = lines_ > 1 ? fmt::format("\r\x1b[{}A\x1b[J", lines_ - 1) : "";
  const std::string out = lines_ > 1 ? up : lines_ == 1 || shown_ ? "\r\x1b[K" : "";
  shown_ = false;
  lines_ = 0;
  return out;
}

void Progress::done() {
  if (const std::string text = erased(); !text.empty()) say("{}", text);
}

}  // namespace straycat::cli
