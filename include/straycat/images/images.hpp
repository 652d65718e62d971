// The article's two programs, and others that scenarios need, shipped as ours: what an image name runs in the embedded
// cluster. Small and without Boost, so that they start in milliseconds and can be linked statically.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace straycat::images {

// The command line (without the program itself) that runs a known image: "beranm14/sayhi" -> {"image","sayhi"}; empty
// when the image is not ours. Tags and a "docker.io/" prefix are ignored.
[[nodiscard]] std::vector<std::string> command_for(std::string_view image);
[[nodiscard]] std::vector<std::string> known_images();

// `straycat image NAME ARGS...`: runs it in this process; the exit code.
int run(const std::vector<std::string>& arguments);

}  // namespace straycat::images
