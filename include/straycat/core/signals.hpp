// Which signals ask this program to end, and how other programs ended.
#pragma once

#include <string>
#include <vector>

namespace straycat {

// SIGINT and SIGTERM; SIGHUP and SIGQUIT (a terminal that is closed, Ctrl-\), unless whoever started this program had
// them ignored, as nohup does. To be asked before the first of them is caught.
[[nodiscard]] std::vector<int> ending_signals();

// "killed by signal 9 (Killed)", "it ended with exit code 4". `code` as a shell has it: 128 + the signal that killed
// it.
[[nodiscard]] std::string ending_words(int code);

}  // namespace straycat
