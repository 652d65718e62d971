#include "cli/progress.hpp"

#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include <straycat/core/records.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cli {

Progress::Progress(bool quiet, const Look& look)
    : quiet_(quiet), live_(!quiet && ::isatty(STDERR_FILENO) == 1), style_(style_for(look, STDERR_FILENO)) {}

void Progress::on_event(const Event& event) {
  if (event.kind == Header::kind) zero_ = event.at;
  if (quiet_) return;
  count(event);
  const std::string line = event.clock == runner_clock ? report::progress_line(event, zero_, style_) : "";
  if (!line.empty()) {
    done();
    say("{}\n", line);
  }
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

void Progress::done() {
  if (shown_) say("\r\x1b[K");
  shown_ = false;
}

}  // namespace straycat::cli
