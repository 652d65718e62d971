// The volumes of one pod on this node: folders of the node's own, mounted into the pod's containers.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cluster/node/sources.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

class PodVolumes {
 public:
  // `folder` is made when a volume is, and goes with this object. `owner`: the pod's root, as the node counts users.
  PodVolumes(std::string folder, unsigned owner) : folder_(std::move(folder)), owner_(owner) {}
  ~PodVolumes();
  PodVolumes(const PodVolumes&) = delete;
  PodVolumes& operator=(const PodVolumes&) = delete;

  // An empty folder in memory, of at most `size` bytes (what a tmpfs takes: "1048576"). Nothing when it is there.
  // `group`: fsGroup, as the node counts; what stands in a volume belongs to it.
  Result<> make_empty(const std::string& name, const std::string& size, std::optional<unsigned> group = {});
  // Makes the volume hold exactly these files, all of them at one moment, as kubelet does (pkg/volume/util
  // atomic_writer.go): what is read lies in a folder of its own, to which `..data` points.
  Result<> write(const std::string& name, const std::map<std::string, VolumeFile>& files,
                 std::optional<unsigned> group = {});
  // A folder below an empty one, made where it is not there; whatever links a container laid, it stays below.
  Result<> make_below(const std::string& name, const std::string& path) const;

  // A file that a container leaves its last word in, empty and anybody's to write to, as kubelet makes one for each
  // start of a container; all of a pod's together have little room. Its path on the machine.
  Result<std::string> make_message(const std::string& name);

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  Result<> make_folder(const std::string& path, unsigned mode) const;
  Result<> make_file(const std::string& below, const std::string& path, const VolumeFile& file,
                     std::optional<unsigned> group) const;

  std::string folder_;
  unsigned owner_;
  std::map<std::string, std::map<std::string, VolumeFile>> written_;
  std::map<std::string, int> versions_;  // how often each was written
  std::map<std::string, bool> mounted_;
};

}  // namespace straycat::cluster
