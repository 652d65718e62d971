#include <csignal>
#include <cstring>

#include <fmt/format.h>

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

std::string ending_words(int code) {
  if (code > 128) return fmt::format("killed by signal {} ({})", code - 128, ::strsignal(code - 128));
  return fmt::format("it ended with exit code {}", code);
}

}  // namespace straycat
