#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include <straycat/core/seam.hpp>
#include <straycat/runner/child.hpp>

namespace straycat::runner {

Child::Child(const boost::asio::any_io_executor& executor) : ended_(executor, SIGCHLD) {}

namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const auto same = [&](const std::string& other) { return text.starts_with(other.substr(0, other.find('=') + 1)); };
    if (std::none_of(more.begin(), more.end(), same)) all.emplace_back(text);
  }
  return all;
}

}  // namespace

Result<> check_program(const std::string& name) {
  const auto missing = [&](const char* why) { return bad_input("cannot run '" + name + "': " + why); };
  if (name.empty()) return missing("it has no name");
  if (name.find('/') != std::string::npos)
    return ::access(name.c_str(), X_OK) == 0 ? Result<>{} : missing(std::strerror(errno));
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access(((folder.empty() ? "." : folder) + "/" + name).c_str(), X_OK) == 0) return {};
  return missing("no such program in PATH");
}

Result<> Child::start(const std::vector<std::string>& words, std::function<void(int)> done, const ChildIo& io) {
  done_ = std::move(done);
  await_end();  // before it can end
  const std::vector<std::string> variables = environment_with(io.environment);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  if (io.output >= 0) ::posix_spawn_file_actions_adddup2(&files, io.output, STDOUT_FILENO);
  // What this program ignores, the command must not find ignored.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  for (const int number : ignored_signals) ::sigaddset(&defaults, number);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes,
                             io.own_group ? POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP : POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawnp(&pid_, words.front().c_str(), &files, &attributes, pointers(words).data(),
                                   pointers(variables).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (error == 0) return {};
  pid_ = -1;
  return own_trouble("cannot run '" + words.front() + "': " + std::strerror(error));
}

void Child::await_end() {
  ended_.async_wait([this](boost::system::error_code error, int) {
    if (error || pid_ < 0) return;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return await_end();
    pid_ = -1;
    done_(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  });
}

void Child::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

}  // namespace straycat::runner
