// What a log is told of one watch, decided without I/O: when its coverage begins, where it was blind, and how it ended.
// Absence is evidence only inside coverage, so whatever ends a watch must pass through here.
//
//   unlisted --a list--> listed --whatever follows it--> open
//       |                  |                              |
//       +------------------+---- denied, died, closed ----+--> over
#pragma once

#include <optional>
#include <string>
#include <variant>

#include <straycat/core/records.hpp>
#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>
#include <straycat/kube/client.hpp>

namespace straycat::kube {

// What happened to the watch. `at` is when.
namespace watched {
struct Listed {  // a list, or a list anew
  Stamp at;
};
struct Told {  // a change
  Stamp at;
};
struct Blind {
  Stamp at;
  WatchGap gap;
};
struct Refused {
  Stamp at;
  ApiError error;
};
struct Unproven {  // it could not be asked whether all was told
  Stamp at;
  std::string why;
};
struct Died {  // by an exception
  Stamp at;
  std::string why;
};
struct Closed {  // by whoever watched
  Stamp at;
};
}  // namespace watched
using Watched = std::variant<watched::Listed, watched::Told, watched::Blind, watched::Refused, watched::Unproven,
                             watched::Died, watched::Closed>;
[[nodiscard]] Watched watched_from(const WatchItem& item, Stamp at);

// A line for the log.
struct WatchWord {
  Topic topic = Topic::watch_started;  // or gap, or ended
  Stamp at;
  WatchRecord record;
};
[[nodiscard]] std::string to_string(const WatchWord& word);  // "watch.ended pods: died, out of memory"

class WatchLife {
 public:
  WatchLife() = default;
  WatchLife(std::string resource, std::string selector)
      : resource_(std::move(resource)), selector_(std::move(selector)) {}

  std::optional<WatchWord> resume(const Watched& what);

  enum class State { unlisted, listed, open, over };
  [[nodiscard]] State state() const { return state_; }
  // No change is missed from now on, or none will ever be seen.
  [[nodiscard]] bool settled() const { return state_ == State::open || state_ == State::over; }

 private:
  std::optional<WatchWord> on(const watched::Listed& what);
  std::optional<WatchWord> on(const watched::Told& what);
  std::optional<WatchWord> on(const watched::Blind& what);
  std::optional<WatchWord> on(const watched::Refused& what);
  std::optional<WatchWord> on(const watched::Unproven& what);
  std::optional<WatchWord> on(const watched::Died& what);
  std::optional<WatchWord> on(const watched::Closed& what);

  [[nodiscard]] bool listed() const { return state_ == State::listed || state_ == State::open; }
  [[nodiscard]] WatchWord word(Topic topic, Stamp at) const;
  WatchWord end(Stamp at, WatchEnd how, const std::string& why);

  std::string resource_, selector_;
  State state_ = State::unlisted;
  Stamp began_;  // of the coverage
};

}  // namespace straycat::kube
