// The parts of a fold. Each fills its own part of the History from the events, in the order that fold.cpp shows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clocks.hpp"
#include <straycat/history/history.hpp>

namespace straycat::history {

// Each takes lines of its own topics, which fold.cpp gives out.

void fold_object(History& history, const Clocks& clocks, const Event& event);

void fold_step(History& history, const Clocks& clocks, const LogLine& line);
void fold_fault(History& history, const Clocks& clocks, const LogLine& line);
void fold_note(History& history, const Clocks& clocks, const LogLine& line);
void close_phases(History& history);

// Each clock but the runner's is a vantage point, whether it introduced itself or not.
void note_life(History& history, const Clocks& clocks, const LogLine& line);
void fold_vantage(History& history, const Clocks& clocks, const LogLine& line);
void fold_health(History& history, const Clocks& clocks, const LogLine& line);
void fold_summary(History& history, const Clocks& clocks, const LogLine& line);
void fold_loss(History& history, const Clocks& clocks, const LogLine& line);
void fold_cluster_loss(History& history, const Clocks& clocks, const LogLine& line);
// How far the watches of a clock can have seen that nobody closed: to the end, where whoever watched had a last word;
// else to when it was last heard of (`runner`: the runner's last record), and never beyond the cluster's end.
[[nodiscard]] std::int64_t heard_until(const History& history, std::string_view clock, std::int64_t runner);

void fold_watch(History& history, const Clocks& clocks, const LogLine& line);
void close_watches(History& history, std::int64_t runner_last);

// Gathers the windows' durations into few bins while a log is read: each keeps two histograms, which for every window
// of a long run would not fit into memory.
class DurationBins {
 public:
  void add(const AttemptWindow& window);
  [[nodiscard]] std::vector<Durations> take();

 private:
  void coarsen();
  std::int64_t width_ = 1;                  // ns; a bin's key is its windows' start divided by it
  std::map<std::int64_t, Durations> bins_;  // at most most_durations
};

// Windows, failures and direct probes. Probes are matched to endpoints later.
class TrafficFolder {
 public:
  void take_window(const Clocks& clocks, const LogLine& line, Oddities& odd);
  void take_failure(const Clocks& clocks, const LogLine& line, Oddities& odd);
  void take_probe(const Clocks& clocks, const LogLine& line, Oddities& odd);
  // Sorts, sums, and hands over into history.traffic, then finds the bursts (views must be there).
  void finish(History& history);
  // Finds the view of each traffic, and gives each endpoint the probes that were sent to it.
  void place_probes(History& history);

 private:
  struct Growing {
    Traffic traffic;
    DurationBins durations;
  };
  Growing& growing(const Clocks& clocks, std::string_view vantage, const std::string& name);
  std::map<std::pair<std::string, std::string>, Growing> growing_;
  std::vector<std::pair<std::string, DirectProbe>> probes_;  // by vantage
};

// Whether this slice is of the view's Service.
bool of_service(const Timeline<model::EndpointSlice>& timeline, const ServiceView& view);
// Fills the view's endpoints, changes and phases from one watch's slices. view.phases must hold the first phase, and
// view.blind is read: what first shows at the edge of a blind stretch was there before.
void play_slices(ServiceView& view, const Timelines<model::EndpointSlice>& slices);

// Builds the view of each traffic's Service, and links the two.
void build_views(History& history);

// Holes of one traffic.
void find_holes(const History& history, Traffic& traffic);

// Bursts of one traffic.
void find_bursts(Traffic& traffic, const ServiceView* view);

}  // namespace straycat::history
