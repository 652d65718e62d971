// What a person sees while a run is going on: one live status line on a terminal, plain lines elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include "cli/commands.hpp"
#include <straycat/core/event.hpp>
#include <straycat/report/report.hpp>

namespace straycat::cli {

class Progress {
 public:
  // Writes to standard error, so that standard output holds the report alone.
  Progress(bool quiet, const Look& look);
  void on_event(const Event& event);
  void done();  // clears the live line

 private:
  void count(const Event& event);
  void show_status(const Event& event);

  bool quiet_, live_;
  report::TextStyle style_;
  Stamp zero_;
  std::string phase_;
  std::uint64_t sent_ = 0, failed_ = 0;
  bool shown_ = false;
};

}  // namespace straycat::cli
