#include "cluster/node/own_programs.hpp"

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef STRAYCAT_OWN_PROGRAMS
asm(".section .rodata\n"
    ".balign 16\n"
    ".hidden straycat_own_programs, straycat_own_programs_end\n"
    ".globl straycat_own_programs, straycat_own_programs_end\n"
    "straycat_own_programs:\n"
    ".incbin \"" STRAYCAT_OWN_PROGRAMS
    "\"\n"
    "straycat_own_programs_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" __attribute__((visibility("hidden"))) const char straycat_own_programs[], straycat_own_programs_end[];
#endif

namespace straycat::cluster {

#ifdef STRAYCAT_OWN_PROGRAMS

Descriptor open_own_programs() {
  constexpr unsigned executable = 0x10;  // MFD_EXEC: kernels before 6.3 do not know it, and need no asking
  int fd = ::memfd_create("straycat-image", MFD_CLOEXEC | executable);
  if (fd < 0) fd = ::memfd_create("straycat-image", MFD_CLOEXEC);
  Descriptor out(fd);
  const char* from = straycat_own_programs;
  while (out && from < straycat_own_programs_end) {
    const auto size = ::write(out.get(), from, static_cast<std::size_t>(straycat_own_programs_end - from));
    if (size <= 0) return {};
    from += size;
  }
  return out;
}

#else

Descriptor open_own_programs() { return {}; }

#endif

}  // namespace straycat::cluster
