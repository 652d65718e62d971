#include "cli/run_folder.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace straycat::cli {

namespace fs = std::filesystem;

namespace {

Error holds_a_run(const fs::path& path) {
  return bad_input(fmt::format("--out {}: holds a run already", path.string()));
}

Error cannot(const fs::path& path, const std::string& why) {
  return own_trouble(fmt::format("{}: {}", path.string(), why));
}

Result<> make_with_parents(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? Result<>(cannot(path, error.message())) : Result<>{};
}

// The first of NAME, NAME-2, NAME-3, ... that nobody has made yet.
Result<fs::path> make_a_new_one(const fs::path& base) {
  if (auto made = make_with_parents(base.parent_path()); !made) return made.error();
  fs::path path = base;
  for (int again = 2; ::mkdir(path.c_str(), 0777) != 0; ++again) {
    if (errno != EEXIST) return cannot(path, std::strerror(errno));
    path = base.string() + fmt::format("-{}", again);
  }
  return path;
}

}  // namespace

Result<RunFolder> RunFolder::choose(const std::string& wanted, const std::string& name) {
  if (wanted.empty()) {
    const std::time_t now = std::time(nullptr);
    return RunFolder(fs::path("straycat-runs") / fmt::format("{}-{:%Y%m%d-%H%M%S}", name, fmt::gmtime(now)), false);
  }
  RunFolder folder(wanted, true);
  std::error_code error;
  if (fs::exists(folder.log(), error)) return holds_a_run(wanted);  // said before anything is begun
  return folder;
}

RunFolder RunFolder::within(const std::string& name) const { return {path_ / name, true}; }

Result<> RunFolder::make() {
  if (given_) {
    if (auto made = make_with_parents(path_); !made) return made;
  } else {
    auto made = make_a_new_one(path_);
    if (!made) return made.error();
    path_ = std::move(*made);
  }
  const int file = ::open(log().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return errno == EEXIST ? holds_a_run(path_) : cannot(log(), std::strerror(errno));
  ::close(file);
  return {};
}

}  // namespace straycat::cli
