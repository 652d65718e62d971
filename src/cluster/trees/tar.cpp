#include "cluster/trees/tar.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <vector>

namespace straycat::cluster {
namespace {

constexpr std::size_t block = 512;
constexpr std::uint64_t longest_text = 1 << 20;

std::string_view field(const char* header, std::size_t offset, std::size_t size) {
  const std::string_view whole(header + offset, size);
  return whole.substr(0, std::min(whole.find('\0'), size));
}

// Octal, or with the first bit set the bytes of a large number.
std::uint64_t number(const char* header, std::size_t offset, std::size_t size) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(header) + offset;
  std::uint64_t out = 0;
  if ((bytes[0] & 0x80) != 0) {
    for (std::size_t i = 0; i < size; ++i) out = out << 8 | (i == 0 ? bytes[i] & 0x7fU : bytes[i]);
    return out;
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (bytes[i] >= '0' && bytes[i] <= '7') out = out << 3 | (bytes[i] - '0');
  }
  return out;
}

bool sum_is_right(const char* header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  return sum == number(header, 148, 8);
}

TarEntry::Kind kind_of(char type) {
  using Kind = TarEntry::Kind;
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return Kind::file;
    case '1':
      return Kind::hard_link;
    case '2':
      return Kind::link;
    case '3':
    case '4':
      return Kind::device;
    case '5':
      return Kind::folder;
    case '6':
      return Kind::fifo;
    default:
      return Kind::other;
  }
}

TarEntry parse_header(const char* header) {
  TarEntry out;
  out.kind = kind_of(header[156]);
  out.path = field(header, 0, 100);
  if (field(header, 257, 5) == "ustar" && header[262] == '\0' && header[345] != '\0')
    out.path = std::string(field(header, 345, 155)) + "/" + out.path;
  out.target = field(header, 157, 100);
  out.size = number(header, 124, 12);
  out.mode = static_cast<unsigned>(number(header, 100, 8)) & 07777;
  out.uid = static_cast<unsigned>(number(header, 108, 8));
  out.gid = static_cast<unsigned>(number(header, 116, 8));
  out.modified = static_cast<std::int64_t>(number(header, 136, 12));
  if (out.kind == TarEntry::Kind::file && out.path.ends_with('/')) out.kind = TarEntry::Kind::folder;  // before POSIX
  return out;
}

}  // namespace

Result<bool> TarReader::take(char* buffer, std::size_t size) {
  std::size_t have = 0;
  while (have < size) {
    const auto got = from_(buffer + have, size - have);
    if (!got) return got.error();
    if (*got == 0 && have > 0) return bad_input("the tar archive ends too early");
    if (*got == 0) return false;
    have += *got;
  }
  position_ += size;
  return true;
}

Result<> TarReader::pass(std::uint64_t size) {
  std::vector<char> waste(std::min<std::uint64_t>(size, 65536));
  while (size > 0) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(size, waste.size()));
    const auto taken = take(waste.data(), step);
    if (!taken) return taken.error();
    if (!*taken) return bad_input("the tar archive ends too early");
    size -= step;
  }
  return {};
}

Result<std::string> TarReader::text(std::uint64_t size) {
  if (size > longest_text) return bad_input("the tar archive has a name of more than a megabyte");
  std::string out(size, '\0');
  if (size > 0) {
    const auto taken = take(out.data(), out.size());
    if (!taken) return taken.error();
  }
  if (auto passed = pass((block - size % block) % block); !passed) return passed.error();
  return out;
}

// "LENGTH KEY=VALUE\n", one after the other.
Result<> TarReader::note_records(const std::string& records) {
  for (std::size_t at = 0; at < records.size();) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(records.data() + at, records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end - records.data()) - at;
    if (error != std::errc() || length <= digits + 1 || length > records.size() - at)
      return bad_input("the tar archive has a damaged pax header");
    const std::string_view record = std::string_view(records).substr(at + digits + 1, length - digits - 2);
    at += length;
    const auto equals = std::min(record.find('='), record.size());
    const auto key = record.substr(0, equals), value = record.substr(std::min(equals + 1, record.size()));
    if (key == "path") next_path_ = value;
    if (key == "linkpath") next_target_ = value;
    std::uint64_t size = 0;
    if (key == "size" && std::from_chars(value.data(), value.data() + value.size(), size).ec == std::errc())
      next_size_ = size;
  }
  return {};
}

Result<std::optional<TarEntry>> TarReader::next() {
  if (auto passed = pass(left_ + padding_); !passed) return passed.error();
  left_ = padding_ = 0;
  while (true) {
    char header[block];
    const auto taken = take(header, block);
    if (!taken) return taken.error();
    if (!*taken || std::all_of(header, header + block, [](char c) { return c == '\0'; }))
      return std::optional<TarEntry>();
    if (!sum_is_right(header)) return bad_input("this is no tar archive, or a damaged one");
    TarEntry entry = parse_header(header);
    const char type = header[156];
    if (type == 'L' || type == 'K' || type == 'x' || type == 'g') {
      auto words = text(entry.size);
      if (!words) return words.error();
      if (type == 'x') {
        if (auto noted = note_records(*words); !noted) return noted.error();
      } else if (type != 'g') {
        (type == 'L' ? next_path_ : next_target_) = words->substr(0, words->find('\0'));
      }
      continue;
    }
    if (type == 'S') return bad_input("the tar archive holds sparse files");
    if (next_path_) entry.path = *std::exchange(next_path_, std::nullopt);
    if (next_target_) entry.target = *std::exchange(next_target_, std::nullopt);
    if (next_size_) entry.size = *std::exchange(next_size_, std::nullopt);
    if (entry.kind != TarEntry::Kind::file && entry.kind != TarEntry::Kind::other) entry.size = 0;
    left_ = entry.size;
    padding_ = (block - entry.size % block) % block;
    return std::optional<TarEntry>(std::move(entry));
  }
}

Result<std::size_t> TarReader::read(char* buffer, std::size_t size) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
  if (wanted == 0) return std::size_t{0};
  const auto got = from_(buffer, wanted);
  if (!got) return got.error();
  if (*got == 0) return bad_input("the tar archive ends too early");
  position_ += *got;
  left_ -= *got;
  return *got;
}

}  // namespace straycat::cluster
