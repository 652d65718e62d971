// straycat: finds out why a Kubernetes Service refuses connections, and proves it.
#include "cli/line.hpp"

int main(int argc, char** argv) { return straycat::cli::carry_out(argc, argv); }
