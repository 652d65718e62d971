#include "cluster/sandbox/descendants.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <map>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace straycat::cluster {
namespace {

struct Parentage {
  pid_t parent = 0;
  char state = 'Z';
};

// proc(5): "pid (comm) state ppid ..."; comm may hold blanks and brackets, so look from its last ')'.
Parentage parentage_of(const char* pid) {
  std::ifstream file(std::string("/proc/") + pid + "/stat");
  std::string line;
  std::getline(file, line);
  const auto end = line.rfind(')');
  Parentage found;
  if (end == std::string::npos || std::sscanf(line.c_str() + end + 1, " %c %d", &found.state, &found.parent) != 2)
    return {};
  return found;
}

void collect(const std::multimap<pid_t, pid_t>& children, pid_t root, std::vector<pid_t>& out) {
  const auto [first, last] = children.equal_range(root);
  for (auto child = first; child != last; ++child) {
    out.push_back(child->second);
    collect(children, child->second, out);
  }
}

}  // namespace

std::vector<pid_t> descendants_of(pid_t root) {
  std::multimap<pid_t, pid_t> children;
  DIR* proc = ::opendir("/proc");
  if (proc == nullptr) return {};
  while (const dirent* entry = ::readdir(proc)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const auto found = parentage_of(entry->d_name);
    if (found.state != 'Z' && found.state != 'X') children.emplace(found.parent, std::atoi(entry->d_name));
  }
  ::closedir(proc);
  std::vector<pid_t> out;
  collect(children, root, out);
  return out;
}

void kill_descendants() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  do {
    // A process that forks between the look and the kill leaves an orphan to us: the next round finds it.
    for (const pid_t pid : descendants_of(::getpid())) ::kill(pid, SIGKILL);
    pid_t ended;
    while ((ended = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (ended < 0) return;  // ECHILD: nobody is left
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  } while (std::chrono::steady_clock::now() < deadline);
}

}  // namespace straycat::cluster
