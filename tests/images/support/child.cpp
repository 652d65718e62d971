#include "images/support/child.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <straycat/images/images.hpp>

namespace straycat::images {

Child::Child(std::vector<std::string> arguments, std::map<std::string, std::string> environment) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  std::fflush(nullptr);  // or the child prints what the test had not yet
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::_exit(run(arguments));
  }
  ::close(ends[1]);
  out_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
}

std::string Child::line() {
  std::string text;
  char c = 0;
  while (::read(out_, &c, 1) == 1 && c != '\n') text += c;
  return text;
}

int Child::port() {
  if (listening_.empty()) listening_ = line();
  return std::atoi(listening_.c_str() + listening_.rfind(':') + 1);
}

void Child::signal(int number) const { ::kill(pid_, number); }

int Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Client::Client(int port, const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  const timeval deadline{10, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  error_ = connected_ ? 0 : errno;
}

Client::~Client() { ::close(fd_); }

void Client::send(const std::string& bytes) const {
  if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return;  // the test sees it at the next read
}

void Client::end_output() const { ::shutdown(fd_, SHUT_WR); }

std::string Client::read_until_close() {
  std::string all = std::exchange(buffer_, {});
  char chunk[4096];
  for (ssize_t got = 0; (got = ::read(fd_, chunk, sizeof chunk)) > 0;) all.append(chunk, static_cast<std::size_t>(got));
  return all;
}

std::string Client::read_answer() {
  char chunk[4096];
  for (;;) {
    const auto end = buffer_.find("\r\n\r\n");
    const auto length = buffer_.find("Content-Length: ");
    if (end != std::string::npos && length < end) {
      const auto size = end + 4 + static_cast<std::size_t>(std::atol(buffer_.c_str() + length + 16));
      if (buffer_.size() >= size) {
        auto answer = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return answer;
      }
    }
    const auto got = ::read(fd_, chunk, sizeof chunk);
    if (got <= 0) return std::exchange(buffer_, {});
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
}

}  // namespace straycat::images
