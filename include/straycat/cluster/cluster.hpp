// The embedded cluster: a small Kubernetes API server with controllers, a node and a kernel data plane, in a sandbox of
// its own. Everything else reaches it by its kubeconfig alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::cluster {

inline constexpr const char* archive_word = "archive:";

struct Options {
  std::map<std::string, std::vector<std::string>> images;  // image name -> command line, beside our own
  // Image name -> the path of a folder, or of an archive that docker or skopeo saved: the image's own files, with its
  // own configuration. After `archive_word` it is an archive, and a mere folder is refused.
  std::map<std::string, std::string> trees;
  std::vector<std::string> shared;  // files and folders of this machine that every pod may read, where they stand
  Nanos min_sync_period = std::chrono::seconds{1};
  int nodes = 1;           // 1 to 16; more than one needs the kernel's data plane
  std::string truth_file;  // the kernel's ground truth goes here; "" = nowhere
  std::string
      kubeconfig_file;  // also write the kubeconfig here (mode 0600, removed at the end); "" = only the in-memory one
  enum class DataPlane { automatic, kernel, loopback } data_plane = DataPlane::automatic;
  bool die_with_parent = false;  // end when the parent process ends (`straycat run` sets it)
  int port = 0;                  // of the API server on 127.0.0.1; 0 = any
};

// Runs the cluster until SIGINT/SIGTERM; prints `export KUBECONFIG=PATH` to standard output once it serves. Must be
// called before the process has started any thread. Returns the exit code (0, or 4 with the reason on standard error).
int run(const Options& options);

// Unpacks what the archives among `Options::trees` hold, where that was not done before (it may take minutes): a
// cluster that is started with them then serves at once. Errors: bad_input, naming the image.
[[nodiscard]] Result<> unpack_images(const std::map<std::string, std::string>& trees);

// What this machine allows, for `straycat doctor`: one line a fact, and how to allow more.
struct Capability {
  std::string name;
  bool available = false;
  std::string detail;  // what was tried and what the kernel said
  std::string remedy;  // how to allow it, "" when available
};
[[nodiscard]] std::vector<Capability> examine_machine();

}  // namespace straycat::cluster
