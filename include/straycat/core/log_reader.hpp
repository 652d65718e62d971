// A log read line by line, without holding it in memory: an hour at 10,000 requests a second is 200 MB of text.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string_view>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/core/result.hpp>

namespace straycat {

class LineParser;

// What a reader takes; a log may come from anybody. A line that is longer, or stamped further off, is no event of ours:
// it is passed over and counted, whatever it holds. A line is held in memory once as text and once taken apart (ten
// times its length at most), whatever the log's length.
inline constexpr std::size_t longest_header = 16 << 20;  // bytes; it holds the plan
inline constexpr std::size_t longest_line = 4 << 20;  // every other line: a slice of 1,000 endpoints is a tenth of it
// Ns of a monotonic clock, either way: 18 years. Sums and differences of a dozen such instants are still numbers.
inline constexpr std::int64_t farthest_ns = std::int64_t{1} << 59;

// One event, its body taken apart only as far as it is asked for. Good only while the reader's call lasts.
class LogLine {
 public:
  explicit LogLine(const Event& event);

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::string_view kind() const { return kind_; }
  [[nodiscard]] Topic topic() const { return from_word<Topic>(kind_).value_or(Topic::unknown); }
  [[nodiscard]] std::string_view clock() const { return clock_; }
  [[nodiscard]] Stamp at() const { return at_; }

  [[nodiscard]] Event event() const;
  // read_record<Record>(event().body, odd), many times faster where the line was read from text.
  template <class Record>
  [[nodiscard]] Record read(Oddities& odd) const;

 private:
  friend class LineParser;
  struct Parsed;  // the text's body, as the parser has it
  LogLine() = default;

  std::uint64_t number_ = 0;
  std::string_view kind_, clock_;
  Stamp at_;
  const Event* event_ = nullptr;
  const Parsed* parsed_ = nullptr;
  LineParser* later_ = nullptr;  // parses the line when its body is asked for
};

#define STRAYCAT_RECORD(Type) \
  template <>                 \
  Type LogLine::read<Type>(Oddities & odd) const;
STRAYCAT_RECORD(StepRecord)
STRAYCAT_RECORD(FaultRecord)
STRAYCAT_RECORD(WatchRecord)
STRAYCAT_RECORD(ClockBound)
STRAYCAT_RECORD(VantageRecord)
STRAYCAT_RECORD(AttemptFailed)
STRAYCAT_RECORD(AttemptWindow)
STRAYCAT_RECORD(DirectProbe)
STRAYCAT_RECORD(VantageHealth)
STRAYCAT_RECORD(VantageSummary)
STRAYCAT_RECORD(VantageLost)
STRAYCAT_RECORD(ClusterLost)
STRAYCAT_RECORD(NoteRecord)
STRAYCAT_RECORD(RunEnded)
#undef STRAYCAT_RECORD

// What a reader met besides events.
struct LogTail {
  bool cut = false;              // the last line was not whole
  std::uint64_t unreadable = 0;  // lines in the middle that were no event, or beyond the limits above
};

// Whether lines are taken apart as they are read, or, where only their envelopes matter, when their bodies are asked
// for: a line that LogWriter wrote whole is then believed to be one.
enum class Bodies : std::uint8_t { at_once, when_asked };

// Hands over each event of a log in its order. Fails as read_log() does, which is built on it.
[[nodiscard]] Result<LogTail> read_lines(std::istream& in, Bodies bodies,
                                         const std::function<void(const LogLine&)>& take);

}  // namespace straycat
