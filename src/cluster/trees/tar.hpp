// tar as image layers use it: ustar with pax records (POSIX.1-2001) and GNU's long names. (libarchive reads it, too,
// and brings libxml2 and ICU along, which is four times this program.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cluster/trees/stream.hpp"

namespace straycat::cluster {

struct TarEntry {
  enum class Kind { file, folder, link, hard_link, fifo, device, other };
  Kind kind = Kind::other;
  std::string path, target;  // as they stand there: untrusted
  std::uint64_t size = 0;    // of what follows, with any kind
  unsigned mode = 0644, uid = 0, gid = 0;
  std::int64_t modified = 0;  // seconds
};

class TarReader {
 public:
  explicit TarReader(Pull from) : from_(std::move(from)) {}
  // The next entry; nothing at the end. What was not read of the entry before is passed over.
  [[nodiscard]] Result<std::optional<TarEntry>> next();
  // Of the present entry's bytes.
  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size);
  // How much of the stream was taken: where the present entry's bytes begin right after next().
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  [[nodiscard]] Result<bool> take(char* buffer, std::size_t size);  // false: it ends before the first byte
  [[nodiscard]] Result<> pass(std::uint64_t size);
  [[nodiscard]] Result<std::string> text(std::uint64_t size);
  [[nodiscard]] Result<> note_records(const std::string& records);

  Pull from_;
  std::uint64_t position_ = 0, left_ = 0, padding_ = 0;
  std::optional<std::string> next_path_, next_target_;
  std::optional<std::uint64_t> next_size_;
};

}  // namespace straycat::cluster
