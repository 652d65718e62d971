#include "cluster/node/pod_root.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {

void add_folders(std::vector<RootStep>& steps, const std::string& folder) {
  for (std::size_t end = folder.find('/', 1); folder.size() > 1; end = folder.find('/', end + 1)) {
    const std::string path = folder.substr(0, end);
    const bool known = std::any_of(steps.begin(), steps.end(), [&](const RootStep& step) { return step.path == path; });
    if (!known && !path.ends_with('/')) steps.push_back({RootStep::Kind::folder, path, "", 0755, true});
    if (end == std::string::npos) return;
  }
}

namespace {

// In the node as in the child.
int open_part(const RootStep& step) {
  const int top = ::open(step.text.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int out = open_within(top, step.below.c_str(), O_PATH);
  const int error = errno;
  if (top >= 0) ::close(top);
  errno = error;
  return out;
}

// Nothing when it is not there.
std::optional<bool> is_folder(const RootStep& step) {
  struct stat seen{};
  if (step.below.empty()) {
    if (::stat(step.text.c_str(), &seen) != 0) return std::nullopt;
  } else {
    const Descriptor part(open_part(step));
    if (!part || ::fstat(part.get(), &seen) != 0) return std::nullopt;
  }
  return S_ISDIR(seen.st_mode);
}

}  // namespace

void add_mount(std::vector<RootStep>& steps, const std::string& path, const std::string& as, bool read_only,
               const std::string& below) {
  const RootStep step{RootStep::Kind::mount, as, path, 0755, read_only, below};
  const auto folder = is_folder(step);
  if (!folder) return;
  add_folders(steps, *folder ? as : as.substr(0, as.rfind('/')));
  if (!*folder) steps.push_back({RootStep::Kind::file, as, "", 0644, true});
  steps.push_back(step);
}

namespace {

// ---- in the child: system calls only ----

using Kind = RootStep::Kind;

// A copy of what stands there, which no tree has yet. (Before Linux 5.12 there is no mount_setattr, and the copy is
// made read-only once it has its place.)
int take_mount(const RootStep& step) {
  constexpr unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
  const int below = step.below.empty() ? -1 : open_part(step);
  if (!step.below.empty() && below < 0) return -1;
  const int copy = step.below.empty() ? ::open_tree(AT_FDCWD, step.text.c_str(), flags)
                                      : ::open_tree(below, "", flags | AT_EMPTY_PATH);
  if (below >= 0) ::close(below);
  if (copy < 0) return -1;
  mount_attr wanted{};
  wanted.attr_set = MOUNT_ATTR_NOSUID | (step.read_only ? MOUNT_ATTR_RDONLY : 0);
  if (::mount_setattr(copy, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted) != 0 && errno != ENOSYS)
    return -1;
  return copy;
}

// The kernel gives a new /proc only to who sees a whole one: it is taken while the old tree stands.
int take_processes() {
  const int context = ::fsopen("proc", FSOPEN_CLOEXEC);
  int made = -1;
  if (context >= 0 && ::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
    made = ::fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  if (context >= 0) ::close(context);
  if (made >= 0) return made;
  return ::open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

bool make_folder(const RootPlan& plan, const RootStep& step) {
  if (::mkdir(step.path.c_str(), step.mode) != 0) return errno == EEXIST;
  if (::chmod(step.path.c_str(), step.mode) != 0) return false;  // whatever the umask
  return plan.owner == 0 || ::lchown(step.path.c_str(), plan.owner, plan.owner) == 0;
}

bool make_file(const RootPlan& plan, const RootStep& step) {
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  int fd = ::open(step.path.c_str(), flags, step.mode);
  if (fd < 0 && errno == ELOOP && ::unlink(step.path.c_str()) == 0)  // an image's /etc/resolv.conf may be a link
    fd = ::open(step.path.c_str(), flags, step.mode);
  if (fd < 0) return false;
  const auto size = static_cast<ssize_t>(step.text.size());
  const bool whole = size == 0 || ::write(fd, step.text.data(), step.text.size()) == size;
  const bool owned = plan.owner == 0 || ::fchown(fd, plan.owner, plan.owner) == 0;
  ::close(fd);
  return whole && owned;
}

bool place(const RootStep& step, int copy) {
  if (::move_mount(copy, "", AT_FDCWD, step.path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) return false;
  ::close(copy);
  mount_attr none{};
  if (!step.read_only || ::mount_setattr(-1, "", AT_EMPTY_PATH, &none, 0) == 0 || errno != ENOSYS) return true;
  return ::mount(nullptr, step.path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, nullptr) == 0;
}

bool make(const RootPlan& plan, const RootStep& step, int copy) {
  const char* path = step.path.c_str();
  switch (step.kind) {
    case Kind::folder:
      return make_folder(plan, step);
    case Kind::file:
      return make_file(plan, step);
    case Kind::link:
      return ::symlink(step.text.c_str(), path) == 0 || errno == EEXIST;
    case Kind::mount:
    case Kind::processes:
      return place(step, copy);
    case Kind::memory:
      return ::mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, step.text.c_str()) == 0;
    case Kind::terminals:
      (void)::mount("devpts", path, "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
      return true;
  }
  return false;
}

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::folder:
      return "make the folder ";
    case Kind::file:
      return "make the file ";
    case Kind::link:
      return "make the link ";
    default:
      return "mount ";
  }
}

// A copy of the image's folder, whose files belong to the pod's own users where the kernel can show them so
// (Linux 5.12, by file system; else only what everybody may read is read).
int take_image(const RootPlan& plan) {
  const int copy = ::open_tree(AT_FDCWD, plan.image.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (copy < 0) return -1;
  mount_attr wanted{};
  wanted.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY;
  (void)::mount_setattr(copy, "", AT_EMPTY_PATH, &wanted, sizeof wanted);
  if (plan.users_of < 0) return copy;
  mount_attr users{};
  users.attr_set = MOUNT_ATTR_IDMAP;
  users.userns_fd = static_cast<std::uint64_t>(plan.users_of);
  (void)::mount_setattr(copy, "", AT_EMPTY_PATH, &users, sizeof users);
  return copy;
}

// In the tmpfs: the image, and over it what is written.
const char* lay_image(const RootPlan& plan, int image) {
  for (const char* name : {"image", "written", "work", "root"}) {
    if (::mkdir(name, 0755) != 0 || ::lchown(name, plan.owner, plan.owner) != 0) return "make folders for the image";
  }
  if (::move_mount(image, "", AT_FDCWD, "image", MOVE_MOUNT_F_EMPTY_PATH) != 0) return "mount the image";
  const char* options = plan.ordinary ? "lowerdir=image,upperdir=written,workdir=work,userxattr"
                                      : "lowerdir=image,upperdir=written,workdir=work";
  if (::mount("overlay", "root", "overlay", MS_NOSUID | MS_NODEV, options) != 0)
    return "mount an overlay over the image";
  return ::chdir("root") == 0 ? nullptr : "enter the new root";
}

// The new tree becomes the root, and the old one is let go (pivot_root(2): one folder may be both).
const char* turn(const RootPlan& plan, int image) {
  if (::mount("tmpfs", plan.at.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, plan.options.c_str()) != 0)
    return "mount a tmpfs";
  if (::chdir(plan.at.c_str()) != 0) return "enter the new root";
  if (!plan.image.empty()) {
    if (const char* failed = lay_image(plan, image)) return failed;
  }
  if (::syscall(SYS_pivot_root, ".", ".") != 0) return "pivot_root";
  if (::umount2(".", MNT_DETACH) != 0) return "let the old root go";
  return ::chdir("/") == 0 ? nullptr : "enter the new root";
}

}  // namespace

RootFailure enter_root(const RootPlan& plan, int* places) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return {"make mounts private", ""};
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const RootStep& step = plan.steps[i];
    places[i] = -1;
    if (step.kind != Kind::mount && step.kind != Kind::processes) continue;
    places[i] = step.kind == Kind::mount ? take_mount(step) : take_processes();
    if (places[i] < 0) return {name_of(step.kind), step.text.c_str()};
  }
  const int image = plan.image.empty() ? -1 : take_image(plan);
  if (!plan.image.empty() && image < 0) return {"open the image ", plan.image.c_str()};
  if (const char* failed = turn(plan, image)) return {failed, ""};
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (!make(plan, plan.steps[i], places[i])) return {name_of(plan.steps[i].kind), plan.steps[i].path.c_str()};
  }
  if (plan.read_only &&
      ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) != 0)
    return {"make the root read-only", ""};
  return {};
}

}  // namespace straycat::cluster
