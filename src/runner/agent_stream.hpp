// The records of one vantage point, as they come out of its pod's log: numbered from 0, perhaps sent again after a
// reconnect, perhaps with holes, and from a place that is not trusted. Pure; private to `runner`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>

namespace straycat::runner {

class AgentStream {
 public:
  explicit AgentStream(std::string vantage) : vantage_(std::move(vantage)) {}

  // The event of a line when it is to go into the log: of this vantage point's clock, of a kind that an agent may write
  // (never the runner's own), and not seen before.
  [[nodiscard]] std::optional<Event> take(std::string_view line);

  [[nodiscard]] const std::string& vantage() const { return vantage_; }
  [[nodiscard]] bool introduced() const { return introduced_; }  // its first record came
  [[nodiscard]] bool finished() const { return finished_; }      // its summary came
  // Numbers that were left out so far, and lines that were no records. Such a line is no loss: what a record that was
  // spoilt on its way had for a number is missing in any case.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }
  [[nodiscard]] std::uint64_t foreign() const { return foreign_; }
  [[nodiscard]] const std::string& first_foreign() const { return first_foreign_; }  // its beginning

 private:
  std::string vantage_;
  std::uint64_t next_ = 0, missing_ = 0, foreign_ = 0;
  std::string first_foreign_;
  bool introduced_ = false, finished_ = false;
};

// What a person should read of lines that were no records; "" when there were none.
[[nodiscard]] std::string foreign_note(const AgentStream& stream);

}  // namespace straycat::runner
