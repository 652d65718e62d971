#include "cli/program_output.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <straycat/core/seam.hpp>
#include <straycat/runner/child.hpp>

namespace straycat::cli {
namespace {

// Starts it with its standard output on `output`; what we ignore it must not find ignored.
int spawn_program(const std::vector<std::string>& words, int output, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  for (const int number : ignored_signals) ::sigaddset(&defaults, number);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawnp(&pid, words.front().c_str(), &files, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

// To the end, or to `most`: whoever writes more is ended by the pipe that nobody reads.
std::string read_to_end(int from, std::size_t most) {
  std::string out;
  std::array<char, 65536> block{};
  while (out.size() <= most) {
    const ssize_t count = ::read(from, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    out.append(block.data(), static_cast<std::size_t>(count));
  }
  return out;
}

int status_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<std::string> output_of(const std::vector<std::string>& words, std::size_t most) {
  if (const Result<> there = runner::check_program(words.front()); !there) return there.error();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return own_trouble(fmt::format("a pipe: {}", std::strerror(errno)));
  pid_t pid = -1;
  const int error = spawn_program(words, ends[1], pid);
  ::close(ends[1]);
  std::string output = error == 0 ? read_to_end(ends[0], most) : "";
  ::close(ends[0]);
  if (error != 0) return own_trouble(fmt::format("cannot run '{}': {}", words.front(), std::strerror(error)));
  const int status = status_of(pid);
  if (output.size() > most) return bad_input(fmt::format("'{}' printed more than {} bytes", words.front(), most));
  if (status == 0) return output;
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return bad_input(fmt::format("'{}' failed (exit code {}); what it said stands above", line, status));
}

}  // namespace straycat::cli
