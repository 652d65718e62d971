#include "cli/embedded.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/scenario_folder.hpp"
#include <straycat/cluster/cluster.hpp>
#include <straycat/core/seam.hpp>
#include <straycat/core/signals.hpp>

namespace straycat::cli {
namespace {

constexpr int start_patience_ms = 30'000;  // a loaded machine may take seconds; a hang must still end
constexpr int stop_patience_ms = 5'000;

// A scenario may name an archive, and no folder: it may be a stranger's, and the folder the person's home.
std::map<std::string, std::string> archives(const plan::ClusterSettings& settings) {
  std::map<std::string, std::string> out;
  for (const auto& [name, path] : settings.trees) out[name] = cluster::archive_word + path;
  return out;
}

// What stands before the first "=" of --image is the name: one in it would make a path of the rest.
Result<> check_image_names(const plan::ClusterSettings& settings) {
  const auto bad = [](const std::string& name) {
    return bad_input(fmt::format("image {}: the name of an image holds no \"=\"", name));
  };
  for (const auto& [name, command] : settings.images)
    if (name.find('=') != std::string::npos) return bad(name);
  for (const auto& [name, path] : settings.trees)
    if (name.find('=') != std::string::npos) return bad(name);
  return {};
}

// Files of the scenario's own folder that an image's command names: its script, say. They came with the scenario. What
// lies elsewhere, or is kept from others, is the caller's, and no stranger's scenario may show it to its pods: the
// person is told.
std::vector<std::string> shared_files(const plan::ClusterSettings& settings, const std::filesystem::path& folder) {
  std::vector<std::string> out;
  std::error_code error;
  const ScenarioFolder own(folder);
  for (const auto& [name, command] : settings.images) {
    for (std::size_t i = 1; i < command.size(); ++i) {
      if (!command[i].starts_with('/') || !std::filesystem::is_regular_file(command[i], error)) continue;
      const std::string file = std::filesystem::weakly_canonical(command[i], error).string();
      if (file.starts_with("/usr/")) continue;  // every pod sees that
      const std::string why = own.hidden(command[i]);
      if (why.empty())
        out.push_back(file);
      else
        say("straycat: image {}: pods do not see {}: {}\n", name, command[i], why);
    }
  }
  return out;
}

std::vector<std::string> command_line(const plan::ClusterSettings& settings, const std::string& data_plane,
                                      const std::string& truth_file, const std::filesystem::path& folder) {
  std::vector<std::string> words{"straycat",
                                 "cluster",
                                 "--die-with-parent",
                                 "--data-plane",
                                 data_plane,
                                 "--min-sync-period",
                                 format_duration(settings.min_sync_period)};
  if (settings.nodes > 1) words.insert(words.end(), {"--nodes", std::to_string(settings.nodes)});
  if (!truth_file.empty()) words.insert(words.end(), {"--truth", truth_file});
  for (const auto& [name, command] : settings.images) {
    words.insert(words.end(), {"--image", name + "=" + plan::json(command).dump()});
  }
  for (const std::string& file : shared_files(settings, folder)) words.insert(words.end(), {"--share", file});
  for (const auto& [name, path] : archives(settings)) words.insert(words.end(), {"--image", name + "=" + path});
  return words;
}

// `kept`: it may outlive us. Whoever reads our standard error to its end must not wait for it.
[[noreturn]] void become_cluster(const std::vector<std::string>& words, int output, bool kept) {
  // A session of its own: Ctrl-C reaches the runner only, which still needs the cluster to clean up.
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output, STDOUT_FILENO);
  const int none = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (none >= 0) ::dup2(none, STDIN_FILENO);
  const int nowhere = kept && ::isatty(STDERR_FILENO) == 0 ? ::open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
  ::_exit(127);
}

// The first line that the cluster prints; empty when it ended or took too long.
std::string first_line(int fd) {
  std::string text;
  pollfd ready{fd, POLLIN, 0};
  while (text.find('\n') == std::string::npos && ::poll(&ready, 1, start_patience_ms) > 0) {
    std::array<char, 512> piece{};
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text.substr(0, text.find('\n'));
}

// Left to be waited for.
std::string how_it_ended(pid_t child) {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return "";
  return ending_words(info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
}

bool ended_within(pid_t child, int patience_ms) {
  for (int waited = 0; waited < patience_ms; waited += 10) {
    const pid_t done = ::waitpid(child, nullptr, WNOHANG);
    if (done == child || (done < 0 && errno == ECHILD)) return true;
    ::poll(nullptr, 0, 10);
  }
  return false;
}

}  // namespace

Result<EmbeddedCluster> EmbeddedCluster::start(const plan::ClusterSettings& settings, const std::string& data_plane,
                                               const std::string& truth_file, bool kept,
                                               const std::filesystem::path& folder) {
  if (const auto good = check_image_names(settings); !good) return good.error();
  if (const auto unpacked = cluster::unpack_images(archives(settings)); !unpacked) return unpacked.error();
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return own_trouble(fmt::format("pipe: {}", std::strerror(errno)));
  const std::vector<std::string> words = command_line(settings, data_plane, truth_file, folder);
  const pid_t child = ::fork();
  if (child == 0) become_cluster(words, pipe_ends[1], kept);
  ::close(pipe_ends[1]);
  if (child < 0) {
    ::close(pipe_ends[0]);
    return own_trouble(fmt::format("cannot start the embedded cluster: {}", std::strerror(errno)));
  }
  EmbeddedCluster cluster(child);
  const std::string line = first_line(pipe_ends[0]);
  ::close(pipe_ends[0]);
  constexpr std::string_view start = "export KUBECONFIG=";
  if (!line.starts_with(start))
    return own_trouble(
        "the embedded cluster did not start (what it said stands above; `straycat doctor` tells what this machine "
        "allows)");
  cluster.kubeconfig_ = line.substr(start.size());
  return cluster;
}

EmbeddedCluster::EmbeddedCluster(pid_t child)
    : child_(child), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, child, 0))) {}

EmbeddedCluster::EmbeddedCluster(EmbeddedCluster&& other) noexcept
    : child_(std::exchange(other.child_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      kubeconfig_(std::move(other.kubeconfig_)) {}

std::optional<runner::Lifeline> EmbeddedCluster::lifeline() const {
  if (pidfd_ < 0) return std::nullopt;
  return runner::Lifeline{pidfd_, "the embedded cluster", [child = child_] { return how_it_ended(child); }};
}

EmbeddedCluster::~EmbeddedCluster() {
  if (pidfd_ >= 0) ::close(pidfd_);
  if (child_ < 0) return;
  ::kill(child_, SIGTERM);
  if (ended_within(child_, stop_patience_ms)) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

}  // namespace straycat::cli
