// Bytes on their way out of an archive: read, decompressed, counted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <straycat/core/result.hpp>

namespace straycat::cluster {

// Up to `size` bytes; 0 at the end.
using Pull = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;

// `size` bytes of a file from `offset` on. The descriptor stays the caller's.
[[nodiscard]] Pull pull_file(int fd, std::uint64_t offset, std::uint64_t size);

// What lies in a stream that gzip (RFC 1952) or zstd (RFC 8878) compressed, told by its first bytes; any other as it
// is.
[[nodiscard]] Result<Pull> pull_decompressed(Pull from);

// The SHA-256 of all that was pulled through it, in hexadecimal.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  void add(const char* bytes, std::size_t size);
  [[nodiscard]] std::string hex();
  // `digest` must live as long as what is returned.
  [[nodiscard]] static Pull of(Pull from, Digest& digest);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(const std::string& bytes);

// All of it; an error beyond `most` bytes.
[[nodiscard]] Result<std::string> pull_all(const Pull& from, std::uint64_t most);

}  // namespace straycat::cluster
