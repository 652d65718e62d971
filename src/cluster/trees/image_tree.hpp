// An image as a tree of files: a folder, or an archive that `docker save` or `skopeo copy` wrote (docker's and OCI's
// layout, also as a folder), unpacked once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <straycat/core/result.hpp>

namespace straycat::cluster {

struct ImageTree {
  std::string folder;  // its root
  std::string id;      // "sha256:..." of its configuration; of a folder "file://PATH"
  // Of its configuration (image-spec config.md); all empty for a folder.
  std::vector<std::string> entrypoint, command, env;  // env: "NAME=VALUE"
  std::string working_dir, user;
  // `user` by the tree's own /etc/passwd and /etc/group.
  unsigned uid = 0, gid = 0;
  std::string home = "/";
  bool user_known = true;  // false: `user` is a name that is not in it
};

// Opens a folder or an archive. What an archive holds is unpacked below `cache` (made with mode 0700), in a folder by
// the digest of its configuration, and found there the next time; each layer must have the digest that the
// configuration says, so that no archive can put anything under another's name. `name`: which image is meant where an
// archive has several. Errors: bad_input, naming the path. Without `folders` a folder that is no layout is refused.
[[nodiscard]] Result<ImageTree> open_image(const std::string& path, const std::string& name, const std::string& cache,
                                           bool folders = true);

// $XDG_CACHE_HOME/straycat/images, else ~/.cache/straycat/images; "" when the environment names neither.
[[nodiscard]] std::string image_cache();

}  // namespace straycat::cluster
