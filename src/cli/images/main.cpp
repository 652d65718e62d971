// The programs of known images, alone: no library, no other subcommand (cluster/node/own_programs.hpp).
#include <straycat/core/seam.hpp>
#include <straycat/images/images.hpp>

// argv: as `straycat image NAME ARGS...` has it.
int main(int argc, char** argv) {
  return straycat::at_the_seam("straycat image", [argc, argv] {
    if (argc < 3) return 3;
    return straycat::images::run({argv + 2, argv + argc});
  });
}
