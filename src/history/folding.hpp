// The parts of a fold. Each fills its own part of the History from the events, in the order that fold.cpp shows.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "clocks.hpp"
#include <straycat/history/history.hpp>

namespace straycat::history {

// Takes the event into its object timeline; false when its kind is no object's.
bool fold_object(History& history, const Clocks& clocks, const Event& event);

// Steps, notes, the end of the run; false when the kind is none of these.
bool fold_step(History& history, const Clocks& clocks, const Event& event);
void close_phases(History& history);

// Each clock but the runner's is a vantage point, whether it introduced itself or not.
void note_life(History& history, const Clocks& clocks, const Event& event);
// Watches, vantage points and their health; false when the kind is none of these.
bool fold_coverage(History& history, const Clocks& clocks, const Event& event);
void close_watches(History& history);

// Windows, failures and direct probes; false when the kind is none of these. Probes are matched to endpoints later.
class TrafficFolder {
 public:
  bool fold(const Clocks& clocks, const Event& event);
  // Sorts, sums, and hands over into history.traffic, then finds the bursts (views must be there).
  void finish(History& history);
  // Finds the view of each traffic, and gives each endpoint the probes that were sent to it.
  void place_probes(History& history);

 private:
  Traffic& traffic(const Clocks& clocks, const std::string& vantage, const std::string& name);
  std::map<std::pair<std::string, std::string>, Traffic> traffic_;
  std::vector<std::pair<std::string, DirectProbe>> probes_;  // by vantage
};

// Whether this slice is of the view's Service.
bool of_service(const Timeline<model::EndpointSlice>& timeline, const ServiceView& view);
// Fills the view's endpoints, changes and phases from one watch's slices. view.phases must hold the first phase, and
// view.blind is read: what first shows at the edge of a blind stretch was there before.
void play_slices(ServiceView& view, const Timelines<model::EndpointSlice>& slices);

// Builds the view of each traffic's Service, and links the two.
void build_views(History& history);

// Bursts of one traffic.
void find_bursts(Traffic& traffic, const ServiceView* view);

}  // namespace straycat::history
