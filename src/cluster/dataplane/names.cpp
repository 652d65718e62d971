#include "cluster/dataplane/names.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cluster/system/descriptor.hpp"
#include <straycat/model/objects.hpp>

namespace straycat::cluster {
namespace {

Result<> write_whole(const std::string& path, const std::string& text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return system_error("write " + path);
  return {};
}

// What follows the line's first byte, which is '#' or ' '. Pods of other namespaces must say the namespace.
std::string line_for(const std::string& seen_from, const std::string& ns, const std::string& name,
                     const std::string& address) {
  const auto short_name = seen_from == ns ? name + " " : std::string();
  return fmt::format("{0} {1}{2}.{3} {2}.{3}.svc {2}.{3}.svc.cluster.local\n", address, short_name, name, ns);
}

std::vector<std::string> ready_addresses(const std::vector<Object>& slices, const std::string& ns,
                                         const std::string& name) {
  std::vector<std::string> out;
  for (const auto& object : slices) {
    const auto slice = model::project_slice(*object);
    if (slice.meta.ns != ns || slice.service != name || slice.address_type != "IPv4") continue;
    for (const auto& endpoint : slice.endpoints)
      if (endpoint.is_ready() && !endpoint.addresses.empty()) out.push_back(endpoint.addresses.front());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

NamesFile::NamesFile(NamesFile&& other) noexcept = default;

NamesFile& NamesFile::operator=(NamesFile&& other) noexcept {
  std::swap(directory_, other.directory_);
  std::swap(files_, other.files_);
  std::swap(services_, other.services_);
  return *this;
}

NamesFile::~NamesFile() {
  for (const auto& [ns, file] : files_) ::close(file.fd);
}

Result<NamesFile> NamesFile::create(std::string directory) {
  NamesFile names(std::move(directory));
  if (auto done = write_whole(names.nsswitch_path(), "passwd: files\ngroup: files\nshadow: files\nhosts: files\n");
      !done)
    return done.error();
  if (auto done = write_whole(names.resolv_path(), ""); !done) return done.error();
  return names;
}

Result<std::string> NamesFile::hosts_path(const std::string& ns) {
  if (const auto known = files_.find(ns); known != files_.end()) return known->second.path;
  File file;
  file.path = directory_ + "/hosts." + ns;
  if (auto done = write_whole(file.path, " 127.0.0.1 localhost\n"); !done) return done.error();
  file.fd = ::open(file.path.c_str(), O_RDWR | O_CLOEXEC);
  if (file.fd < 0) return system_error("open " + file.path);
  auto& kept = files_.emplace(ns, std::move(file)).first->second;
  for (const auto& [key, addresses] : services_)
    for (const auto& address : addresses)
      if (auto done = show(kept, line_for(ns, key.first, key.second, address), true); !done) return done.error();
  return kept.path;
}

Result<> NamesFile::show(File& file, const std::string& line, bool shown) {
  auto found = file.lines.find(line);
  if (found == file.lines.end()) {
    if (!shown) return {};
    const auto end = ::lseek(file.fd, 0, SEEK_END);
    const auto text = "#" + line;
    if (end < 0 || ::pwrite(file.fd, text.data(), text.size(), end) != static_cast<ssize_t>(text.size()))
      return system_error("write " + file.path);
    found = file.lines.emplace(line, end).first;
  }
  if (::pwrite(file.fd, shown ? " " : "#", 1, found->second) != 1) return system_error("write " + file.path);
  return {};
}

Result<> NamesFile::set_service(const std::string& ns, const std::string& name,
                                const std::vector<std::string>& addresses) {
  auto& known = services_[{ns, name}];
  const auto write = [&](const std::vector<std::string>& lines, const std::vector<std::string>& unless,
                         bool shown) -> Result<> {
    for (const auto& address : lines) {
      if (std::count(unless.begin(), unless.end(), address) > 0) continue;
      for (auto& [seen_from, file] : files_)
        if (auto done = show(file, line_for(seen_from, ns, name, address), shown); !done) return done;
    }
    return {};
  };
  if (auto done = write(known, addresses, false); !done)
    return done;  // the old first: two addresses for one name would both be tried
  if (auto done = write(addresses, known, true); !done) return done;
  known = addresses;
  if (known.empty()) services_.erase({ns, name});
  return {};
}

Result<> NamesFile::update(const std::string& ns, const std::string& name, const Object& service,
                           const std::vector<Object>& slices) {
  if (!service) return set_service(ns, name, {});
  const auto projected = model::project_service(*service);
  if (projected.type == "ExternalName" || projected.cluster_ip.empty()) return set_service(ns, name, {});
  if (projected.cluster_ip != "None") return set_service(ns, name, {projected.cluster_ip});
  return set_service(ns, name, ready_addresses(slices, ns, name));
}

}  // namespace straycat::cluster
