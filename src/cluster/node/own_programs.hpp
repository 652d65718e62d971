// The programs that known images stand for, as an executable of their own without any library, which the build puts
// into this one: a pod of such an image starts in less than a millisecond. Executing this program itself again takes
// some fifteen, nearly all of it for libraries that those programs never call.
#pragma once

#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {

// In memory, to be executed by descriptor with the arguments of `straycat image`. Empty where this build has none
// (sanitizers cannot be linked statically), or where the machine allows no programs in memory (vm.memfd_noexec): then
// it is this program that runs them.
[[nodiscard]] Descriptor open_own_programs();

}  // namespace straycat::cluster
