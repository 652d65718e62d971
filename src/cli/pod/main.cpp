// What runs in a pod of a real cluster: the agent, and the programs that scenarios deploy. Without the embedded
// cluster, the judge and the reports, an image of it is small.
#include <cstring>

#include <straycat/agent/orders.hpp>
#include <straycat/core/seam.hpp>
#include <straycat/images/images.hpp>

int main(int argc, char** argv) {
  return straycat::at_the_seam("straycat-pod", [argc, argv] {
    if (argc > 2 && std::strcmp(argv[1], "image") == 0) return straycat::images::run({argv + 2, argv + argc});
    if (argc == 2 && std::strcmp(argv[1], "agent") == 0) return straycat::agent::run_agent();
    straycat::say("usage: straycat-pod agent | image PROGRAM [SETTINGS]\n");
    return 3;
  });
}
