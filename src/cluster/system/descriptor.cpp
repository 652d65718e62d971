#include "cluster/system/descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace straycat::cluster {

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
