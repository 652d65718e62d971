// A program that an image name stands for: what pods of the embedded cluster run.
#include "cli/subcommand.hpp"
#include <straycat/images/images.hpp>

namespace straycat::cli {

Subcommand image_subcommand() { return program("image", images::run); }

}  // namespace straycat::cli
