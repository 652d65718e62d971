#include "cluster/node/pod_volumes.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {
namespace {

// What names a file in a volume comes with a manifest, and the node writes it with its own rights: it stays below,
// whatever the API server let through (kubelet's atomic_writer.go, validatePath).
bool stays_below(const std::string& path) {
  if (path.empty() || path.front() == '/' || path.starts_with("..") || path.find('\0') != std::string::npos)
    return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

Result<> check_volume_name(const std::string& name) {
  const bool good = stays_below(name) && name.find('/') == std::string::npos && name != ".";
  return good ? Result<>() : Result<>(bad_input("invalid volume name: " + name));
}

std::string first_part(const std::string& path) { return path.substr(0, path.find('/')); }

}  // namespace

PodVolumes::~PodVolumes() {
  for (const auto& [name, mounted] : mounted_) ::umount2(path(name).c_str(), MNT_DETACH);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Result<> PodVolumes::make_folder(const std::string& path, unsigned mode) const {
  if (::mkdir(path.c_str(), mode) != 0) return errno == EEXIST ? Result<>() : Result<>(system_error("make " + path));
  if (::chmod(path.c_str(), mode) != 0 || ::lchown(path.c_str(), owner_, owner_) != 0)
    return system_error("make " + path);
  return {};
}

Result<> PodVolumes::make_empty(const std::string& name, const std::string& size, std::optional<unsigned> group) {
  if (auto good = check_volume_name(name); !good) return good;
  if (mounted_.contains(name)) return {};
  if (auto made = make_folder(folder_, 0755); !made) return made;
  if (auto made = make_folder(path(name), 0777); !made) return made;
  const std::string options = fmt::format("mode={},size={},nr_inodes=200000,uid={},gid={}", group ? "02777" : "0777",
                                          size, owner_, group.value_or(owner_));
  if (::mount("tmpfs", path(name).c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
    return system_error("mount a tmpfs");
  mounted_[name] = true;
  return {};
}

Result<> PodVolumes::make_file(const std::string& below, const std::string& path, const VolumeFile& file,
                               std::optional<unsigned> group) const {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (auto made = make_folder(below + "/" + path.substr(0, slash), 0755); !made) return made;
  }
  const std::string whole = below + "/" + path;
  const Descriptor made(::open(whole.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!made || ::write(made.get(), file.bytes.data(), file.bytes.size()) != static_cast<ssize_t>(file.bytes.size()) ||
      ::fchmod(made.get(), static_cast<mode_t>(file.mode | (group ? 0440 : 0))) != 0 ||
      ::fchown(made.get(), owner_, group.value_or(owner_)) != 0)
    return system_error("write " + whole);
  return {};
}

Result<> PodVolumes::write(const std::string& name, const std::map<std::string, VolumeFile>& files,
                           std::optional<unsigned> group) {
  if (auto good = check_volume_name(name); !good) return good;
  for (const auto& [path, file] : files)
    if (!stays_below(path)) return bad_input("invalid path: must stay below the volume: " + path);
  const auto known = written_.find(name);
  if (known != written_.end() && known->second == files) return {};
  if (auto made = make_folder(folder_, 0755); !made) return made;
  const std::string volume = path(name), before = fmt::format("..{}", versions_[name]),
                    now = fmt::format("..{}", ++versions_[name]);
  for (const std::string& folder : {volume, volume + "/" + now}) {
    if (auto made = make_folder(folder, 0755); !made) return made;
  }
  std::set<std::string> shown;
  for (const auto& [path, file] : files) {
    if (auto made = make_file(volume + "/" + now, path, file, group); !made) {
      std::error_code gone;  // else each further try would leave one
      std::filesystem::remove_all(volume + "/" + now, gone);
      --versions_[name];
      return made;
    }
    shown.insert(first_part(path));
  }
  const std::string next = volume + "/..data_tmp", data = volume + "/..data";
  ::unlink(next.c_str());
  if (::symlink(now.c_str(), next.c_str()) != 0 || ::rename(next.c_str(), data.c_str()) != 0)
    return system_error("write " + data);
  for (const std::string& part : shown) {
    if (::symlink(("..data/" + part).c_str(), (volume + "/" + part).c_str()) != 0 && errno != EEXIST)
      return system_error("write " + volume + "/" + part);
  }
  std::error_code ignored;
  for (const auto& [path, file] : known == written_.end() ? std::map<std::string, VolumeFile>() : known->second) {
    if (!shown.contains(first_part(path))) std::filesystem::remove(volume + "/" + first_part(path), ignored);
  }
  std::filesystem::remove_all(volume + "/" + before, ignored);
  written_[name] = files;
  return {};
}

Result<> PodVolumes::make_below(const std::string& name, const std::string& path) const {
  Descriptor at(::open(this->path(name).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at) return system_error("open the volume " + name);
  const Descriptor top(::fcntl(at.get(), F_DUPFD_CLOEXEC, 3));
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const std::string whole = path.substr(0, end), part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty()) continue;
    if (::mkdirat(at.get(), part.c_str(), 0777) == 0)
      (void)::fchownat(at.get(), part.c_str(), owner_, owner_, AT_SYMLINK_NOFOLLOW);
    Descriptor next(open_within(top.get(), whole.c_str(), O_PATH | O_DIRECTORY));
    if (!next)
      return errno == ENOTDIR && begin > path.size()
                 ? Result<>()
                 : Result<>(system_error("open " + whole + " in the volume " + name));
    at = std::move(next);
  }
  return {};
}

Result<std::string> PodVolumes::make_message(const std::string& name) {
  constexpr const char* messages = ".messages";  // no volume has a dot in its name
  if (auto made = make_empty(messages, "1048576"); !made) return made.error();
  if (auto made = make_file(path(messages), name, {"", 0666}, {}); !made) return made.error();
  return path(messages) + "/" + name;
}

}  // namespace straycat::cluster
