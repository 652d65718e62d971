// The run's log and who listens to it. A log that cannot be written ends the run. Private to `runner`.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/runner/runner.hpp>

namespace straycat::runner {

class Journal {
 public:
  Journal(std::ostream& out, OnEvent on_event) : writer_(out), on_event_(std::move(on_event)) {}

  void write(EventKind kind, std::string clock, Stamp at, nlohmann::json body) {
    if (broken_) return;
    Event event{.number = writer_.written(), .kind = kind, .clock = clock, .at = at, .body = body};
    if (auto done = writer_.write(std::move(kind), std::move(clock), at, std::move(body)); !done) {
      broken_ = done.error();
      if (on_broken) on_broken();
      return;
    }
    if (on_event_) on_event_(event);
  }
  // A record of the runner's own, stamped `at` on its clock.
  template <class Record>
  void tell(Topic kind, Stamp at, const Record& record) {
    nlohmann::json body;
    to_json(body, record);
    write(kind, std::string{runner_clock}, at, std::move(body));
  }
  void note(const std::string& text) { tell(NoteRecord::kind, monotonic_now(), NoteRecord{text}); }

  [[nodiscard]] const std::optional<Error>& broken() const { return broken_; }
  std::function<void()> on_broken;

 private:
  LogWriter writer_;
  OnEvent on_event_;
  std::optional<Error> broken_;
};

}  // namespace straycat::runner
