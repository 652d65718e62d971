// Files that a person names: read whole, with the reason when they cannot be.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <straycat/core/result.hpp>

namespace straycat {

// What no scenario, manifest, kubeconfig or certificate needs; a device never ends.
inline constexpr std::size_t most_of_a_file = 16u << 20;

// "PATH: is a folder", "PATH: No such file or directory". It reads to the end, whatever size the file claims: a pipe
// has none, and a memory file under /proc the wrong one. A named pipe (mkfifo(3)) is refused, as it may never have a
// writer; the pipes of a shell are read.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t most = most_of_a_file);
// The same, but for a file that is not there: nothing.
[[nodiscard]] Result<std::optional<std::string>> read_file_if_there(const std::string& path,
                                                                    std::size_t most = most_of_a_file);
// The same errors, for who reads it by other means: whether it can be opened without waiting for somebody.
[[nodiscard]] Result<> check_file(const std::string& path);

}  // namespace straycat
