#include "cluster/trees/unpack.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "cluster/system/descriptor.hpp"
#include "cluster/trees/tar.hpp"

namespace straycat::cluster {
namespace {

using Kind = TarEntry::Kind;

int open_in_layer(int root, const std::string& path, std::uint64_t flags) {
  return open_within(root, path.empty() ? "." : path.c_str(), flags);
}

// Its parts, without what says nothing; an error where it climbs.
Result<std::vector<std::string>> parts_of(const std::string& path) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    std::string part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    // With a zero byte in it "..\0x" is another name here and ".." to the kernel.
    if (part == ".." || part.find('\0') != std::string::npos)
      return bad_input(fmt::format("the layer has the path \"{}\", which climbs out of it", path));
    out.push_back(std::move(part));
  }
  return out;
}

std::string joined(const std::vector<std::string>& parts, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : "/") + parts[i];
  return out;
}

class Layer {
 public:
  Layer(int root, UnpackBounds& bounds) : root_(root), bounds_(bounds), owner_(::geteuid() == 0) {}

  Result<> add(TarReader& tar, const TarEntry& entry) {
    if (bounds_.entries-- == 0) return bad_input("the image holds too many files");
    const auto parts = parts_of(entry.path);
    if (!parts) return parts.error();
    if (parts->empty()) return {};  // the root itself
    const auto folder = folder_of(*parts);
    if (!folder) return folder.error();
    const std::string& name = parts->back();
    constexpr std::string_view whiteout = ".wh.";
    if (name == ".wh..wh..opq") return clear(folder->get(), joined(*parts, parts->size() - 1));
    if (name.starts_with(whiteout)) return remove(folder->get(), name.substr(whiteout.size()));
    made_.insert(joined(*parts, parts->size()));
    if (auto cleared = make_room(folder->get(), name, entry); !cleared) return cleared;
    if (auto made = make(tar, folder->get(), name, entry); !made) return made.error().within(entry.path);
    return {};
  }

 private:
  // Of the entry, made where the layer does not have it.
  Result<Descriptor> folder_of(const std::vector<std::string>& parts) const {
    if (parts.size() > bounds_.depth) return too_deep(parts);
    auto folder = made_folder_of(parts);
    if (!folder) return folder;
    const auto depth = depth_of(folder->get());
    if (!depth || *depth + 1 > bounds_.depth) return too_deep(parts);
    return folder;
  }

  [[nodiscard]] Error too_deep(const std::vector<std::string>& parts) const {
    constexpr std::size_t shown = 60;
    const std::string path = joined(parts, parts.size());
    return bad_input(fmt::format("the layer has a path that leads deeper than {} folders: \"{}{}\"", bounds_.depth,
                                 path.substr(0, shown), path.size() > shown ? "..." : ""));
  }

  // How many folders below the root it stands, as the kernel says where that is; none: its path is longer than any may
  // be.
  [[nodiscard]] std::optional<std::size_t> depth_of(int folder) const {
    const auto slashes = [](int fd) -> std::optional<std::size_t> {
      std::array<char, PATH_MAX> path{};
      const ssize_t size = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), path.data(), path.size());
      if (size <= 0 || size == static_cast<ssize_t>(path.size())) return std::nullopt;
      if (size == 1) return 0;  // "/"
      return static_cast<std::size_t>(std::count(path.begin(), path.begin() + size, '/'));
    };
    const auto own = slashes(folder), root = slashes(root_);
    return own && root && *own >= *root ? std::optional(*own - *root) : std::nullopt;
  }

  Result<Descriptor> made_folder_of(const std::vector<std::string>& parts) const {
    Descriptor whole(open_in_layer(root_, joined(parts, parts.size() - 1), O_PATH | O_DIRECTORY));
    if (whole) return whole;
    Descriptor at(open_in_layer(root_, "", O_PATH | O_DIRECTORY));
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (::mkdirat(at.get(), parts[i].c_str(), 0755) != 0 && errno != EEXIST)
        return system_error("make " + joined(parts, i + 1));
      Descriptor next(open_in_layer(root_, joined(parts, i + 1), O_PATH | O_DIRECTORY));
      if (!next) return system_error("open " + joined(parts, i + 1));
      at = std::move(next);
    }
    return at;
  }

  static std::string path_of(int folder, const std::string& name) {
    return fmt::format("/proc/self/fd/{}/{}", folder, name);
  }

  static Result<> remove(int folder, const std::string& name) {
    if (name.empty() || name == "." || name == "..") return bad_input("the layer removes what it may not");
    std::error_code error;
    std::filesystem::remove_all(path_of(folder, name), error);
    return error ? Result<>(own_trouble("remove " + name + ": " + error.message())) : Result<>();
  }

  // Everything that the layers below put there.
  Result<> clear(int folder, const std::string& path) const {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(path_of(folder, ""), error)) {
      const std::string name = entry.path().filename();
      if (made_.contains(path.empty() ? name : path + "/" + name)) continue;
      if (auto removed = remove(folder, name); !removed) return removed;
    }
    return {};
  }

  static Result<> make_room(int folder, const std::string& name, const TarEntry& entry) {
    struct stat there{};
    if (::fstatat(folder, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) return {};
    if (S_ISDIR(there.st_mode) && entry.kind == Kind::folder) return {};
    return remove(folder, name);
  }

  Result<> make(TarReader& tar, int folder, const std::string& name, const TarEntry& entry) {
    switch (entry.kind) {
      case Kind::file:
        return make_file(tar, folder, name, entry);
      case Kind::folder:
        if (::mkdirat(folder, name.c_str(), 0755) != 0 && errno != EEXIST) return system_error("make it");
        // Its owner can always enter it: an ordinary user could not go on otherwise.
        if (::fchmodat(folder, name.c_str(), (entry.mode & 01777) | 0700, 0) != 0) return system_error("chmod");
        return own(folder, name, entry);
      case Kind::link:
        if (::symlinkat(entry.target.c_str(), folder, name.c_str()) != 0) return system_error("make it");
        return own(folder, name, entry);
      case Kind::hard_link:
        return make_hard_link(folder, name, entry);
      case Kind::fifo:
        if (::mkfifoat(folder, name.c_str(), entry.mode & 0777) != 0) return system_error("make it");
        return own(folder, name, entry);
      case Kind::device:
      case Kind::other:
        return {};
    }
    return {};
  }

  Result<> make_file(TarReader& tar, int folder, const std::string& name, const TarEntry& entry) {
    if (entry.size > bounds_.bytes) return bad_input("the image is larger than it may be");
    bounds_.bytes -= entry.size;
    const Descriptor file(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return system_error("make it");
    while (true) {
      const auto got = tar.read(buffer_.data(), buffer_.size());
      if (!got) return got.error();
      if (*got == 0) break;
      for (std::size_t done = 0; done < *got;) {
        const ssize_t written = ::write(file.get(), buffer_.data() + done, *got - done);
        if (written < 0 && errno != EINTR) return system_error("write");
        if (written > 0) done += static_cast<std::size_t>(written);
      }
    }
    if (owner_ && ::fchown(file.get(), entry.uid, entry.gid) != 0) return system_error("chown");
    if (::fchmod(file.get(), entry.mode & 0777) != 0) return system_error("chmod");
    const timespec times[2] = {{entry.modified, 0}, {entry.modified, 0}};
    ::futimens(file.get(), times);
    return {};
  }

  Result<> make_hard_link(int folder, const std::string& name, const TarEntry& entry) const {
    const auto parts = parts_of(entry.target);
    if (!parts) return parts.error();
    if (parts->empty()) return bad_input("a link to nothing");
    const Descriptor there(open_in_layer(root_, joined(*parts, parts->size() - 1), O_PATH | O_DIRECTORY));
    if (!there || ::linkat(there.get(), parts->back().c_str(), folder, name.c_str(), 0) != 0)
      return errno == ENOENT ? Result<>(bad_input("a link to what is not there: " + entry.target))
                             : Result<>(system_error("link to " + entry.target));
    return {};
  }

  [[nodiscard]] Result<> own(int folder, const std::string& name, const TarEntry& entry) const {
    if (owner_ && ::fchownat(folder, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return system_error("chown");
    return {};
  }

  int root_;
  UnpackBounds& bounds_;
  bool owner_;
  std::set<std::string> made_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
};

}  // namespace

Result<> unpack_layer(int root, Pull layer, UnpackBounds& bounds) {
  TarReader tar(std::move(layer));
  Layer out(root, bounds);
  while (true) {
    const auto entry = tar.next();
    if (!entry) return entry.error();
    if (!*entry) return {};
    if (auto added = out.add(tar, **entry); !added) return added;
  }
}

std::string read_within(int root, const std::string& path, std::uint64_t most) {
  const Descriptor file(open_in_layer(root, path, O_RDONLY | O_NONBLOCK));
  struct stat seen{};
  if (!file || ::fstat(file.get(), &seen) != 0 || !S_ISREG(seen.st_mode) ||
      static_cast<std::uint64_t>(seen.st_size) > most)
    return "";
  auto text = pull_all(pull_file(file.get(), 0, static_cast<std::uint64_t>(seen.st_size)), most);
  return text ? *text : "";
}

}  // namespace straycat::cluster
