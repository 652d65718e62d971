// Writes lines to a descriptor without ever waiting for its reader.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include <straycat/core/time.hpp>

namespace straycat::agent {

class LineWriter {
 public:
  // Keeps at most `bound` bytes for a slow reader. The descriptor stays as it is (no O_NONBLOCK: others may share it)
  // and stays open.
  LineWriter(boost::asio::any_io_executor executor, int descriptor, std::size_t bound);
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // False: there is no room, and nothing of the line was taken. An `important` line has twice the room.
  bool push(std::string line, bool important);
  // Waits for the reader, but not beyond `limit`, nor for one that takes nothing for `patience`. Returns whether all is
  // written.
  bool drain(Nanos patience, Nanos limit);
  // The reader is gone, or the disk is full.
  [[nodiscard]] bool broken() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace straycat::agent
