#include "cluster/trees/archive.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "cluster/trees/tar.hpp"

namespace straycat::cluster {
namespace {

constexpr std::uint64_t largest_text = 8 << 20, largest_archive = 40ULL << 30;
constexpr std::size_t longest_name = 4096, most_names = 100'000;

std::string plain(const std::string& name) { return std::filesystem::path(name).lexically_normal().relative_path(); }

// A seekable copy of what is compressed as a whole (`docker save x | gzip`), which no name leads to.
Result<Descriptor> decompress(int archive, std::uint64_t size, const std::string& scratch) {
  auto from = pull_decompressed(pull_file(archive, 0, size));
  if (!from) return from.error();
  Descriptor out(::open(scratch.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!out) return system_error("make a file in " + scratch);
  std::vector<char> buffer(1 << 20);
  for (std::uint64_t whole = 0;;) {
    const auto got = (*from)(buffer.data(), buffer.size());
    if (!got) return got.error();
    if (*got == 0) return out;
    if ((whole += *got) > largest_archive) return bad_input("the archive is larger than it may be");
    // A disk that fills up gives a short count first.
    for (std::size_t done = 0; done < *got;) {
      const ssize_t written = ::write(out.get(), buffer.data() + done, *got - done);
      if (written < 0 && errno != EINTR) return system_error("write to " + scratch);
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }
}

bool is_compressed(int archive) {
  unsigned char magic[4] = {};
  if (::pread(archive, magic, sizeof magic, 0) != sizeof magic) return false;
  return (magic[0] == 0x1f && magic[1] == 0x8b) || (magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f);
}

}  // namespace

Result<Blobs> Blobs::open(const std::string& path, const std::string& scratch) {
  Blobs out;
  out.file_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat seen{};
  if (!out.file_ || ::fstat(out.file_.get(), &seen) != 0)
    return bad_input("open it: " + std::string(std::strerror(errno)));
  if (S_ISDIR(seen.st_mode)) {
    out.folder_ = true;
    return out;
  }
  if (!S_ISREG(seen.st_mode)) return bad_input("it is neither a folder nor a file");
  if (is_compressed(out.file_.get())) {
    auto plain_file = decompress(out.file_.get(), static_cast<std::uint64_t>(seen.st_size), scratch);
    if (!plain_file) return plain_file.error();
    out.file_ = std::move(*plain_file);
  }
  if (auto indexed = out.index(); !indexed) return indexed.error();
  return out;
}

Result<> Blobs::index() {
  struct stat seen{};
  if (::fstat(file_.get(), &seen) != 0) return system_error("read the archive");
  const auto whole = static_cast<std::uint64_t>(seen.st_size);
  // Headers alone: what is passed over is skipped and not read.
  for (std::uint64_t at = 0; at < whole;) {
    TarReader tar(pull_file(file_.get(), at, whole - at));
    const auto entry = tar.next();
    if (!entry) return entry.error();
    if (!*entry) return {};
    const std::uint64_t begin = at + tar.position();
    if ((*entry)->size > whole - begin) return bad_input("the archive ends too early");
    const std::string name = plain((*entry)->path);
    if (name.size() > longest_name || (*entry)->target.size() > longest_name ||
        places_.size() + links_.size() >= most_names)
      return bad_input("the archive holds too much");
    if ((*entry)->kind == TarEntry::Kind::file) places_[name] = {begin, (*entry)->size};
    if ((*entry)->kind == TarEntry::Kind::link)
      links_[name] = plain((std::filesystem::path(name).parent_path() / (*entry)->target).string());
    at = begin + ((*entry)->size + 511) / 512 * 512;
  }
  return {};
}

std::string Blobs::resolved(std::string name) const {
  name = plain(name);
  for (int i = 0; i < 8; ++i) {
    const auto link = links_.find(name);
    if (link == links_.end()) break;
    name = link->second;
  }
  return name;
}

bool Blobs::has(const std::string& name) const {
  if (!folder_) return places_.contains(resolved(name));
  struct stat seen{};
  return ::fstatat(file_.get(), plain(name).c_str(), &seen, 0) == 0 && S_ISREG(seen.st_mode);
}

Result<Pull> Blobs::pull(const std::string& name) {
  if (!has(name) || plain(name).starts_with("..")) return bad_input("it has no " + name);
  if (!folder_) {
    const Place& place = places_.at(resolved(name));
    return pull_file(file_.get(), place.offset, place.size);
  }
  Descriptor& file = opened_[name];
  if (!file) file.reset(::openat(file_.get(), plain(name).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat seen{};
  if (!file || ::fstat(file.get(), &seen) != 0) return system_error("open " + name);
  return pull_file(file.get(), 0, static_cast<std::uint64_t>(seen.st_size));
}

Result<std::string> Blobs::text(const std::string& name) {
  const auto from = pull(name);
  return from ? pull_all(*from, largest_text) : Result<std::string>(from.error());
}

}  // namespace straycat::cluster
