// A layer of an image laid over what stands in a folder already (OCI image-spec layer.md: whiteouts, opaque folders).
#pragma once

#include <cstdint>

#include "cluster/trees/stream.hpp"

namespace straycat::cluster {

struct UnpackBounds {
  std::uint64_t bytes = 20ULL << 30, entries = 2'000'000;  // over all layers of an image; counted down
  std::size_t depth = 256;                                 // of a path below the root, once links are followed
};

// `root`: a descriptor of the folder. Whatever paths and links the layer holds, nothing beyond the folder is read or
// written: every path is looked for as if the folder were the root of everything (openat2(2)). Devices are left out,
// and the bits that lend a file's owner's rights. Files get their owners when this process is root, else they are its
// own. What would stand deeper than `depth` is refused: each folder is walked through again for the next one.
Result<> unpack_layer(int root, Pull layer, UnpackBounds& bounds);

// A file of the folder by its path, links followed within it; "" when it is not there.
[[nodiscard]] std::string read_within(int root, const std::string& path, std::uint64_t most = 1 << 20);

}  // namespace straycat::cluster
