// What a person sees while a run is going on: on a terminal that is wide enough a few lines that stay where they are,
// on another one status line, plain lines elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include <straycat/core/event.hpp>
#include <straycat/report/live.hpp>
#include <straycat/report/report.hpp>

namespace straycat::cli {

class Progress {
 public:
  // Writes to standard error, so that standard output holds the report alone.
  Progress(bool quiet, const Look& look, std::optional<bool> live = std::nullopt);
  void on_event(const Event& event);
  void done();  // clears what is live

 private:
  void count(const Event& event);
  void show_status(const Event& event);
  void show_view();
  [[nodiscard]] std::string erased();
  [[nodiscard]] bool views() const;  // whether the terminal, as it is now, takes the live view

  bool quiet_, live_;
  std::optional<bool> wanted_;
  report::TextStyle style_;
  report::LiveView view_;
  Stamp drawn_;            // when the view was last drawn
  std::size_t lines_ = 0;  // of it that stand on the terminal
  Stamp zero_;
  std::string phase_;
  std::uint64_t sent_ = 0, failed_ = 0;
  bool shown_ = false;
};

}  // namespace straycat::cli
