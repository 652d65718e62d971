#include "cli/shared.hpp"

namespace straycat::cli {

std::filesystem::path shared_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const std::filesystem::path shared = program.parent_path().parent_path() / "share/straycat";
  return std::filesystem::is_directory(shared, error) ? shared : std::filesystem::path();
}

}  // namespace straycat::cli
