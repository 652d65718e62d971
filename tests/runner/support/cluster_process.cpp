#include "runner/support/cluster_process.hpp"

#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace straycat::test {

namespace {

// The first line "export KUBECONFIG=PATH", within a minute.
std::string read_path(int fd) {
  std::string text;
  const std::string word = "export KUBECONFIG=";
  for (int i = 0; i < 600; ++i) {
    pollfd wait{fd, POLLIN, 0};
    if (::poll(&wait, 1, 100) <= 0) continue;
    char piece[512];
    const auto got = ::read(fd, piece, sizeof piece);
    if (got <= 0) break;
    text.append(piece, static_cast<std::size_t>(got));
    const auto at = text.find(word);
    const auto end = at == std::string::npos ? at : text.find('\n', at);
    if (end != std::string::npos) return text.substr(at + word.size(), end - at - word.size());
  }
  throw std::runtime_error("straycat cluster did not say that it serves: " + text);
}

}  // namespace

ClusterProcess::ClusterProcess() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  std::string words[] = {STRAYCAT_BINARY, "cluster", "--data-plane", "loopback", "--die-with-parent"};
  char* args[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data(), nullptr};
  const int error = ::posix_spawn(&pid_, args[0], &actions, nullptr, args, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) throw std::runtime_error("cannot start " + words[0]);
  kubeconfig_ = read_path(ends[0]);
  ::close(ends[0]);
}

ClusterProcess::~ClusterProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < 200; ++i) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  kill();
}

void ClusterProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

kube::Config ClusterProcess::config() const {
  kube::ConfigRequest request;
  request.kubeconfig = kubeconfig_;
  auto config = kube::load_config(request);
  if (!config) throw std::runtime_error(config.error().message);
  return *config;
}

}  // namespace straycat::test
