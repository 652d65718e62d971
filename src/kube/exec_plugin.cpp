#include "kube/exec_plugin.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kube/base64.hpp"
#include "kube/json_text.hpp"
#include <straycat/core/seam.hpp>

extern char** environ;

namespace straycat::kube {

namespace asio = boost::asio;
using json = nlohmann::json;

namespace {

constexpr off_t most_output = 1 << 20;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// A file in memory that takes the program's output, up to a fixed size: no pipe that a grandchild could hold open.
Fd capture_file() {
  Fd file{::memfd_create("straycat-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (file.get() >= 0 && ::ftruncate(file.get(), most_output) == 0)
    ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK);
  return file;
}

std::string captured(const Fd& file) {
  const off_t size = ::lseek(file.get(), 0, SEEK_CUR);  // shared with the child: as far as it wrote
  std::string out(static_cast<std::size_t>(std::max<off_t>(size, 0)), '\0');
  const auto got = ::pread(file.get(), out.data(), out.size(), 0);
  out.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return out;
}

// A child that is gone when this is, and with a session of its own all that it started.
class Child {
 public:
  Child(pid_t pid, bool leads) : pid_(pid), leads_(leads) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(leads_ ? -pid_ : pid_, SIGKILL);
    reap();
  }
  int reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
  bool leads_;
};

std::vector<std::string> environment_for(const Config& config, bool interactive) {
  std::vector<std::string> out;
  const auto replaced = [&](std::string_view entry) {
    const auto name = entry.substr(0, entry.find('='));
    if (name == "KUBERNETES_EXEC_INFO") return true;
    for (const auto& [key, value] : config.exec->env)
      if (key == name) return true;
    return false;
  };
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!replaced(*entry)) out.emplace_back(*entry);
  for (const auto& [key, value] : config.exec->env) out.push_back(key + "=" + value);
  out.push_back("KUBERNETES_EXEC_INFO=" + exec_info(config, interactive));
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// 0, or an errno.
int spawn(const Config& config, bool interactive, const Fd& out, const Fd& err, pid_t& pid) {
  std::vector<std::string> args{config.exec->command};
  args.insert(args.end(), config.exec->args.begin(), config.exec->args.end());
  auto environment = environment_for(config, interactive);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!interactive) posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.get(), 1);
  if (!interactive) posix_spawn_file_actions_adddup2(&actions, err.get(), 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // What this program ignores, the plugin must not find ignored.
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int number : ignored_signals) sigaddset(&defaults, number);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  // One that may not ask gets no terminal to do it behind our back.
  posix_spawnattr_setflags(&attributes, static_cast<short>(interactive ? POSIX_SPAWN_SETSIGDEF
                                                                       : POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
  const int error =
      ::posix_spawnp(&pid, args[0].c_str(), &actions, &attributes, pointers(args).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// False: the limit passed, or the caller was cancelled.
asio::awaitable<bool> wait_for_end(asio::any_io_executor executor, pid_t pid, Nanos limit) {
  Fd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (pidfd.get() < 0) co_return false;
  const auto ended = std::make_shared<asio::posix::stream_descriptor>(executor, pidfd.release());
  asio::steady_timer timer{executor, std::chrono::duration_cast<asio::steady_timer::duration>(limit)};
  timer.async_wait([ended](const boost::system::error_code& error) {
    if (!error) ended->cancel();
  });
  const auto [error] =
      co_await ended->async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

std::string last_words(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.size() > 500) text.erase(0, text.size() - 500);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
  return text;
}

Error plugin_error(const Config::Exec& exec, const std::string& what, const std::string& err) {
  auto message = fmt::format("credential plugin {}: {}", exec.command, what);
  if (const auto words = last_words(err); !words.empty()) message += "; it said: " + words;
  return own_trouble(message);
}

Error spawn_error(const Config::Exec& exec, int error) {
  auto message = fmt::format("credential plugin {}: {}", exec.command, std::strerror(error));
  if (error == ENOENT && !exec.install_hint.empty()) message += "\n" + last_words(exec.install_hint);
  return bad_input(message);
}

}  // namespace

std::string exec_info(const Config& config, bool interactive) {
  json spec{{"interactive", interactive}};
  if (config.exec->provide_cluster_info) {
    json cluster{{"server", config.server}};
    if (!config.tls.server_name.empty()) cluster["tls-server-name"] = config.tls.server_name;
    if (config.tls.insecure) cluster["insecure-skip-tls-verify"] = true;
    if (!config.tls.ca_pem.empty()) cluster["certificate-authority-data"] = base64_encode(config.tls.ca_pem);
    if (!config.proxy.empty()) cluster["proxy-url"] = config.proxy;
    spec["cluster"] = std::move(cluster);
  }
  const json info{{"kind", "ExecCredential"}, {"apiVersion", config.exec->api_version}, {"spec", spec}};
  return info.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Credential> read_credential(const Config::Exec& exec, const std::string& output) {
  const auto parsed = parse_json(output);
  if (!parsed || text_at(*parsed, {"kind"}) != "ExecCredential")
    return plugin_error(exec, "it did not print an ExecCredential", "");
  if (const auto version = text_at(*parsed, {"apiVersion"}); version != exec.api_version)
    return plugin_error(
        exec, fmt::format("the kubeconfig asks for {}, it answered {}", exec.api_version, version.substr(0, 60)), "");
  Credential credential{.token = text_at(*parsed, {"status", "token"}),
                        .client_cert_pem = text_at(*parsed, {"status", "clientCertificateData"}),
                        .client_key_pem = text_at(*parsed, {"status", "clientKeyData"}),
                        .expires_wall_ns = std::nullopt};
  if (credential.client_cert_pem.empty() != credential.client_key_pem.empty())
    return plugin_error(exec, "it printed a client certificate without its key, or the reverse", "");
  if (credential.token.empty() && credential.client_cert_pem.empty())
    return plugin_error(exec, "it printed neither a token nor a client certificate", "");
  if (const auto expires = text_at(*parsed, {"status", "expirationTimestamp"}); !expires.empty()) {
    const auto wall = parse_wall(expires);
    if (!wall) return plugin_error(exec, "its expirationTimestamp is no time", "");
    credential.expires_wall_ns = *wall;
  }
  return credential;
}

asio::awaitable<Result<Credential>> run_exec_plugin(asio::any_io_executor executor, const Config& config, Nanos limit) {
  const auto& exec = *config.exec;
  const bool terminal = ::isatty(0) == 1;
  if (exec.interactive_mode == "Always" && !terminal)
    co_return bad_input(
        fmt::format("credential plugin {} wants to ask questions, but there is no terminal", exec.command));
  const bool interactive = terminal && exec.interactive_mode != "Never";
  const auto out = capture_file();
  const auto err = capture_file();
  if (out.get() < 0 || err.get() < 0) co_return own_trouble("no memory for a credential plugin's output");
  pid_t pid = -1;
  if (const int error = spawn(config, interactive, out, err, pid); error != 0) co_return spawn_error(exec, error);
  Child child{pid, !interactive};
  if (!co_await wait_for_end(executor, pid, limit))
    co_return plugin_error(exec, "it did not end within " + format_duration(limit), captured(err));
  const int status = child.reap();
  if (WIFSIGNALED(status))
    co_return plugin_error(exec, fmt::format("killed by signal {}", WTERMSIG(status)), captured(err));
  if (WEXITSTATUS(status) != 0)
    co_return plugin_error(exec, fmt::format("exit code {}", WEXITSTATUS(status)), captured(err));
  auto credential = read_credential(exec, captured(out));
  // What it has to say to the person; an interactive one has said it itself.
  if (const auto words = last_words(captured(err)); credential && !words.empty())
    say("credential plugin {}: {}\n", exec.command, words);
  co_return credential;
}

}  // namespace straycat::kube
