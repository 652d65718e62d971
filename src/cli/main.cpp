// straycat: finds out why a Kubernetes Service refuses connections, and proves it.
#include "cli/line.hpp"
#include <straycat/core/seam.hpp>

int main(int argc, char** argv) {
  return straycat::at_the_seam("straycat", [argc, argv] { return straycat::cli::carry_out(argc, argv); });
}
