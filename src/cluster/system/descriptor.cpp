#include "cluster/system/descriptor.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace straycat::cluster {

int open_within(int root, const char* path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

Result<int> make_memory_file(const std::string& name, unsigned mode) {
  const int fd = ::memfd_create(name.c_str(), MFD_CLOEXEC);
  if (fd < 0) return system_error("memfd_create");
  if (::fchmod(fd, mode) != 0) return system_error("chmod " + name);
  return fd;
}

Result<Pipe> make_pipe(int capacity) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe");
  Pipe out{Descriptor(ends[0]), Descriptor(ends[1])};
  ::fcntl(out.read.get(), F_SETFL, O_NONBLOCK);
  if (capacity > 0) ::fcntl(out.write.get(), F_SETPIPE_SZ, capacity);
  return out;
}

}  // namespace straycat::cluster
