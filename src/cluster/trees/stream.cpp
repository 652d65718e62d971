#include "cluster/trees/stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/evp.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>
#include <zstd.h>

#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {
namespace {

constexpr std::size_t piece = 256 * 1024;

// What a decompressor has to read, and where it stands in it.
struct Input {
  explicit Input(Pull from) : pull(std::move(from)), bytes(piece) {}
  Pull pull;
  std::vector<char> bytes;
  std::size_t begin = 0, end = 0;
  bool over = false;

  [[nodiscard]] Result<> fill() {
    if (begin < end || over) return {};
    const auto got = pull(bytes.data(), bytes.size());
    if (!got) return got.error();
    begin = 0;
    end = *got;
    over = *got == 0;
    return {};
  }

  // At least so much at the beginning, unless it ends before.
  [[nodiscard]] Result<> fill_first(std::size_t wanted) {
    while (end < wanted && !over) {
      const auto got = pull(bytes.data() + end, bytes.size() - end);
      if (!got) return got.error();
      end += *got;
      over = *got == 0;
    }
    return {};
  }
};

struct Inflate {
  explicit Inflate(Input from) : in(std::move(from)) { ready = ::inflateInit2(&stream, 15 + 16) == Z_OK; }
  ~Inflate() { ::inflateEnd(&stream); }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  Result<std::size_t> pull(char* buffer, std::size_t size) {
    if (!ready) return own_trouble("zlib: no memory");
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = static_cast<uInt>(size);
    while (stream.avail_out == size) {
      if (const auto filled = in.fill(); !filled) return filled.error();
      if (in.begin == in.end) return ended ? Result<std::size_t>(0U) : bad_input("a gzip stream that ends too early");
      if (std::exchange(ended, false)) ::inflateReset(&stream);  // several members make one stream
      stream.next_in = reinterpret_cast<Bytef*>(in.bytes.data() + in.begin);
      stream.avail_in = static_cast<uInt>(in.end - in.begin);
      const int result = ::inflate(&stream, Z_NO_FLUSH);
      in.begin = in.end - stream.avail_in;
      if (result == Z_STREAM_END) ended = true;
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return bad_input("a damaged gzip stream");
    }
    return size - stream.avail_out;
  }

  Input in;
  z_stream stream{};
  bool ready = false, ended = false;
};

struct Unzstd {
  explicit Unzstd(Input from) : in(std::move(from)), stream(::ZSTD_createDStream()) {}
  ~Unzstd() { ::ZSTD_freeDStream(stream); }
  Unzstd(const Unzstd&) = delete;
  Unzstd& operator=(const Unzstd&) = delete;

  Result<std::size_t> pull(char* buffer, std::size_t size) {
    ZSTD_outBuffer out{buffer, size, 0};
    while (out.pos == 0) {
      if (const auto filled = in.fill(); !filled) return filled.error();
      ZSTD_inBuffer source{in.bytes.data(), in.end, in.begin};
      const std::size_t result = ::ZSTD_decompressStream(stream, &out, &source);
      in.begin = source.pos;
      if (::ZSTD_isError(result) != 0U) return bad_input("a damaged zstd stream");
      if (in.begin == in.end && in.over && out.pos == 0)
        return wanted == 0 ? Result<std::size_t>(0U) : bad_input("a zstd stream that ends too early");
      wanted = result;
    }
    return out.pos;
  }

  Input in;
  ZSTD_DStream* stream;
  std::size_t wanted = 0;
};

}  // namespace

Pull pull_file(int fd, std::uint64_t offset, std::uint64_t size) {
  return [fd, at = offset, end = offset + size](char* buffer, std::size_t wanted) mutable -> Result<std::size_t> {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, end - at));
    if (most == 0) return std::size_t{0};
    ssize_t got = 0;
    do got = ::pread(fd, buffer, most, static_cast<off_t>(at));
    while (got < 0 && errno == EINTR);
    if (got < 0) return system_error("read the archive");
    if (got == 0) return bad_input("the archive ends too early");
    at += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  };
}

Result<Pull> pull_decompressed(Pull from) {
  Input in(std::move(from));
  if (const auto filled = in.fill_first(4); !filled) return filled.error();
  const auto starts = [&](std::initializer_list<unsigned char> magic) {
    return in.end >= magic.size() &&
           std::equal(magic.begin(), magic.end(), reinterpret_cast<unsigned char*>(in.bytes.data()));
  };
  if (starts({0x1f, 0x8b})) {
    return Pull(
        [state = std::make_shared<Inflate>(std::move(in))](char* b, std::size_t n) { return state->pull(b, n); });
  }
  if (starts({0x28, 0xb5, 0x2f, 0xfd})) {
    return Pull(
        [state = std::make_shared<Unzstd>(std::move(in))](char* b, std::size_t n) { return state->pull(b, n); });
  }
  return Pull([state = std::make_shared<Input>(std::move(in))](char* buffer, std::size_t size) -> Result<std::size_t> {
    if (const auto filled = state->fill(); !filled) return filled.error();
    const std::size_t got = std::min(size, state->end - state->begin);
    std::memcpy(buffer, state->bytes.data() + state->begin, got);
    state->begin += got;
    return got;
  });
}

struct Digest::State {
  EVP_MD_CTX* context = ::EVP_MD_CTX_new();
  ~State() { ::EVP_MD_CTX_free(context); }
};

Digest::Digest() : state_(std::make_unique<State>()) { ::EVP_DigestInit_ex(state_->context, ::EVP_sha256(), nullptr); }
Digest::~Digest() = default;

void Digest::add(const char* bytes, std::size_t size) { ::EVP_DigestUpdate(state_->context, bytes, size); }

std::string Digest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  ::EVP_DigestFinal_ex(state_->context, bytes.data(), &size);
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    constexpr const char* digits = "0123456789abcdef";
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

Pull Digest::of(Pull from, Digest& digest) {
  return [from = std::move(from), &digest](char* buffer, std::size_t size) -> Result<std::size_t> {
    auto got = from(buffer, size);
    if (got) digest.add(buffer, *got);
    return got;
  };
}

std::string sha256_hex(const std::string& bytes) {
  Digest digest;
  digest.add(bytes.data(), bytes.size());
  return digest.hex();
}

Result<std::string> pull_all(const Pull& from, std::uint64_t most) {
  std::string out;
  std::vector<char> buffer(piece);
  while (true) {
    const auto got = from(buffer.data(), buffer.size());
    if (!got) return got.error();
    if (*got == 0) return out;
    out.append(buffer.data(), *got);
    if (out.size() > most) return bad_input("a part of the archive is larger than it may be");
  }
}

}  // namespace straycat::cluster
