// The blobs of an image's layout, by their paths in it: in a tar archive, or in a folder.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cluster/system/descriptor.hpp"
#include "cluster/trees/stream.hpp"

namespace straycat::cluster {

class Blobs {
 public:
  // `scratch`: a folder for an archive that is compressed as a whole.
  static Result<Blobs> open(const std::string& path, const std::string& scratch);

  [[nodiscard]] bool has(const std::string& name) const;
  // The file's bytes from the start; the blobs must live as long as what is returned.
  [[nodiscard]] Result<Pull> pull(const std::string& name);
  [[nodiscard]] Result<std::string> text(const std::string& name);

 private:
  struct Place {
    std::uint64_t offset = 0, size = 0;
  };
  Result<> index();
  [[nodiscard]] std::string resolved(std::string name) const;

  Descriptor file_;  // the archive, or the folder
  bool folder_ = false;
  std::map<std::string, Place> places_;
  std::map<std::string, std::string> links_;  // docker's older archives name a layer twice
  std::map<std::string, Descriptor> opened_;  // of a folder
};

}  // namespace straycat::cluster
