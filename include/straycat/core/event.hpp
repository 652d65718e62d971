// The run's log: append-only, one JSON object a line, versioned. `core` alone owns the format.
//
//   {"n":0,"kind":"header","clock":"runner","t":..., "body":{"format":"straycat.log/1", ...}}
//   {"n":1,"kind":"step.started","clock":"runner","t":812345,"body":{...}}
//
// The kinds and their bodies stand in records.hpp (what straycat itself says) and in model/objects.hpp (projections of
// Kubernetes objects). A reader keeps unknown kinds and counts them; it never fails on them.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>

namespace straycat {

inline constexpr std::string_view log_format = "straycat.log/1";
inline constexpr std::string_view runner_clock = "runner";

// What a line is about: one of the log's topics, or a word of another version's, which is kept.
class EventKind {
 public:
  EventKind() = default;
  EventKind(Topic topic) : topic_(topic) {}
  EventKind(std::string_view text)
      : topic_(from_word<Topic>(text).value_or(Topic::unknown)), other_(topic_ == Topic::unknown ? text : "") {}
  EventKind(const std::string& text) : EventKind(std::string_view(text)) {}
  EventKind(const char* text) : EventKind(std::string_view(text)) {}

  [[nodiscard]] Topic topic() const { return topic_; }
  [[nodiscard]] std::string_view text() const { return other_.empty() ? to_string(topic_) : other_; }
  bool operator==(const EventKind&) const = default;
  friend bool operator==(const EventKind& kind, Topic topic) { return kind.topic_ == topic; }

 private:
  Topic topic_ = Topic::unknown;
  std::string other_;
};

// One line of the log.
struct Event {
  std::uint64_t number = 0;  // position in the log, from 0, without gaps
  EventKind kind;
  std::string clock;  // whose monotonic clock `at` is of: "runner", or a vantage point's id
  Stamp at;
  nlohmann::json body = nlohmann::json::object();

  bool operator==(const Event&) const = default;
};

// One line, without the newline. Bad UTF-8 is replaced, never thrown at.
[[nodiscard]] std::string to_line(const Event& event);
[[nodiscard]] Result<Event> from_line(std::string_view line);

// A log in memory, as it was read. `cut` says that the last line was not whole (a run that was killed): everything
// before it still counts.
struct EventLog {
  std::vector<Event> events;
  bool cut = false;
  std::uint64_t unreadable = 0;  // lines in the middle that were no event; kept out, but counted
};

// Reads a whole log. Fails only when there is no header of a format that this version knows.
[[nodiscard]] Result<EventLog> read_log(std::istream& in);

// Writes events in order of arrival, numbering them; each line is flushed, so that a killed run leaves whole lines.
class LogWriter {
 public:
  explicit LogWriter(std::ostream& out) : out_(out) {}
  // Errors when the stream is broken (disk full): a run must not go on without its log.
  Result<> write(EventKind kind, std::string clock, Stamp at, nlohmann::json body);
  [[nodiscard]] std::uint64_t written() const { return next_; }

 private:
  std::ostream& out_;
  std::uint64_t next_ = 0;
};

}  // namespace straycat
