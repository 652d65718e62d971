#include "cluster/node/own_programs.hpp"

#include <fcntl.h>
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
  int fd = ::memfd_create("straycat-image", MFD_CLOEXEC | MFD_ALLOW_SEALING | executable);
  if (fd < 0) fd = ::memfd_create("straycat-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  Descriptor out(fd);
  const char* from = straycat_own_programs;
  while (out && from < straycat_own_programs_end) {
    const auto size = ::write(out.get(), from, static_cast<std::size_t>(straycat_own_programs_end - from));
    if (size <= 0) return {};
    from += size;
  }
  // A pod can open what it runs by /proc/self/exe: unsealed, it could write there what every later pod runs
  // (CVE-2019-5736 of container runtimes; done with an unsealed one).
  const bool sealed =
      out && ::fcntl(out.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
  return sealed ? std::move(out) : Descriptor();
}

#else

Descriptor open_own_programs() { return {}; }

#endif

}  // namespace straycat::cluster
