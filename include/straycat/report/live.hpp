// What a person sees on a terminal while a run goes on: phase and step, requests by the second, who stands behind the
// Services. Pure: events in, lines out. It shows what was seen and judges nothing: the verdict comes with the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/model/projection.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/report/report.hpp>

namespace straycat::report {

class LiveView {
 public:
  void on_event(const Event& event);
  // As it stands at `now` (of the runner's clock): at most `rows` lines (4 at least), each narrower than style.width,
  // without newlines. None before the header.
  [[nodiscard]] std::vector<std::string> frame(const TextStyle& style, std::size_t rows, Stamp now) const;

 private:
  struct Second {
    std::uint64_t sent = 0, failed = 0;
  };
  struct Asked {
    std::uint64_t ok = 0, failed = 0;
  };
  struct Owner {
    std::size_t ready = 0, not_ready = 0, leaving = 0, left = 0;
    Asked asked;
  };

  void take_header(const Header& header);
  void take_step(const StepRecord& step, Stamp at, bool ended);
  void take_window(const std::string& clock, const AttemptWindow& window);
  void take_probe(const DirectProbe& probe);
  void take_object(const std::string& clock, Topic topic, const nlohmann::json& body);
  void take_slice(const model::EndpointSlice& slice, bool deleted);
  [[nodiscard]] std::string owner_of(const std::string& uid, const std::string& pod) const;
  [[nodiscard]] std::map<std::string, Owner> owners() const;
  [[nodiscard]] double seconds_left(Stamp now) const;
  [[nodiscard]] std::string title_line(Stamp now) const;
  [[nodiscard]] std::string step_line(const TextStyle& style) const;
  [[nodiscard]] std::string request_line(const TextStyle& style) const;

  std::optional<plan::Plan> plan_;
  std::string scenario_, phase_, doing_;
  Stamp zero_, step_began_;
  bool headed_ = false, in_step_ = false;
  std::size_t step_ = 0, done_ = 0;  // index of the step under way; how many are over
  std::uint64_t sent_ = 0, failed_ = 0;
  std::map<std::string, std::int64_t> first_ns_;  // of each vantage point's clock: its first window
  std::deque<Second> seconds_;                    // since the first window
  std::string watcher_;  // whose slices these are: the same change, seen by another, would count twice
  std::map<std::string, std::map<std::string, model::Endpoint>> slices_;  // slice -> address -> who, as it has them now
  std::map<std::string, model::Meta> metas_;                              // pods and workloads by uid
  std::map<std::string, Asked> asked_;                                    // by owner
  std::map<std::string, std::size_t> left_;                               // by owner: endpoints that went
};

}  // namespace straycat::report
