#include <csignal>

#include <straycat/core/signals.hpp>

namespace straycat {

std::vector<int> ending_signals() {
  std::vector<int> signals{SIGINT, SIGTERM};
  for (const int number : {SIGHUP, SIGQUIT}) {
    struct sigaction now{};
    if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) signals.push_back(number);
  }
  return signals;
}

}  // namespace straycat
