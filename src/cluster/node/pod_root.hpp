// A container's own file tree: decided beforehand, put together in the container's first process. Of the machine it has
// what the plan names and nothing else: the tree that the process came from is gone before the first step is made.
#pragma once

#include <string>
#include <vector>

namespace straycat::cluster {

// One thing that stands in the tree. `path` is absolute, as the container sees it; folders come before what is in them.
struct RootStep {
  enum class Kind {
    folder,     // made unless it is there
    file,       // with `text` in it
    link,       // to `text`
    mount,      // the machine's file or folder `text`; at `path` stands one of the same sort already
    memory,     // a tmpfs with the options `text`
    processes,  // /proc of the container's own PID namespace; where the machine forbids that, the one that is there
    terminals,  // devpts of its own; left out where the machine forbids it
  };
  Kind kind = Kind::folder;
  std::string path, text;
  unsigned mode = 0755;    // folder, file
  bool read_only = true;   // mount
  std::string below = {};  // mount: this of it alone; a container may have laid links there, so it is looked for as if
                           // `text` were the root of everything
  bool operator==(const RootStep&) const = default;
};

struct RootPlan {
  std::string at;         // an empty folder of the node's, where every tree is put together
  std::string options;    // of the tmpfs that is its root, or takes what is written to an image's files
  std::string image;      // the folder of an image, below what is written; "" = none
  int users_of = -1;      // a user namespace whose users own the image's files; -1: who owns them on the machine
  bool ordinary = false;  // the node is an ordinary user's
  std::vector<RootStep> steps;
  unsigned owner = 0;      // of what is made: a user and group as the node counts them
  bool read_only = false;  // nothing can be written but to what is mounted
};

// `folder` and those above it, at the end of the steps; those that an earlier step makes are left out.
void add_folders(std::vector<RootStep>& steps, const std::string& folder);
// What stands at `path` of the machine (or `below` it), mounted at `as` of the tree with a place made for it. Nothing
// when it is not there.
void add_mount(std::vector<RootStep>& steps, const std::string& path, const std::string& as, bool read_only = true,
               const std::string& below = "");

struct RootFailure {
  const char* step = nullptr;  // null: it stands
  const char* subject = "";
};

// In a process that is alone in its mount namespace and has the rights of the node's root there: makes the tree and
// enters it. Takes no memory (Process::start): `places` has a place for each step. errno tells why it failed.
RootFailure enter_root(const RootPlan& plan, int* places);

}  // namespace straycat::cluster
