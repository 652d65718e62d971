// The agent's record stream: numbers, stamps and writes log events.
#pragma once

#include <cstdint>
#include <string>

#include "agent/line_writer.hpp"
#include <straycat/core/event.hpp>

namespace straycat::agent {

class Journal {
 public:
  Journal(LineWriter& out, std::string clock) : out_(out), clock_(std::move(clock)) {}

  // Takes a number even when the record is dropped for want of room: the gap tells the reader.
  void write(EventKind kind, nlohmann::json body, bool important = false, Stamp at = monotonic_now()) {
    Event event{next_++, std::move(kind), clock_, at, std::move(body)};
    if (!out_.push(to_line(event), important)) ++lost_;
  }
  template <class Record>
  void write(const Record& record, bool important = false) {
    write(Record::kind, nlohmann::json(record), important);
  }

  [[nodiscard]] std::uint64_t numbers_used() const { return next_; }
  // Records dropped since the last call.
  [[nodiscard]] std::uint64_t take_lost() { return std::exchange(lost_, 0); }

 private:
  LineWriter& out_;
  std::string clock_;
  std::uint64_t next_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace straycat::agent
