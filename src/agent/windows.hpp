// Counts the attempts of one traffic in short windows. Pure: no clock, no timer, no output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <straycat/core/records.hpp>
#include <straycat/probe/request.hpp>

namespace straycat::agent {

struct WindowSettings {
  Nanos length = std::chrono::milliseconds{200};
  // A window in which nothing started may grow to this: quiet stretches cost few records and stay covered.
  Nanos longest_empty = std::chrono::seconds{1};
  std::size_t failures_kept = 200;  // a window
  std::size_t bodies_kept = 16;     // distinct hashes a window; more are counted as "other"
};

// Windows follow each other without gap or overlap. One is told when it is closed and all its attempts have ended, so
// they may come out of order.
class Windows {
 public:
  Windows(std::string traffic, WindowSettings settings, Stamp begin);

  // Starts go forward in time only.
  void started(Stamp intended, Stamp started);
  // An attempt that was counted by its start has ended. Whether this failure is to be written whole; false for a
  // success, and beyond the cap.
  bool ended(const probe::Attempt& attempt);

  // The view has changed at `now`: what starts from now on belongs to a new window.
  void cut(Stamp now);
  // Closes what is due. `next_due` is when to come again.
  void tick(Stamp now);
  [[nodiscard]] Stamp next_due() const;
  // The end: everything is told, also windows with attempts whose outcome nobody will know (sent > ok + failed).
  void finish(Stamp now);

  [[nodiscard]] std::vector<AttemptWindow> take();

 private:
  struct Live {
    AttemptWindow record;
    std::uint64_t pending = 0;
    std::uint64_t kept = 0;
    bool closed = false;
  };

  Live& open() { return live_.rbegin()->second; }
  void close_at(Stamp at);
  void count(Live& live, const probe::Attempt& attempt);
  void tell_if_done(std::map<std::int64_t, Live>::iterator window);

  std::string traffic_;
  WindowSettings settings_;
  std::map<std::int64_t, Live> live_;  // by when it began; the last one is open
  std::vector<AttemptWindow> done_;
};

}  // namespace straycat::agent
