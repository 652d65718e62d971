// Which signals ask this program to end.
#pragma once

#include <vector>

namespace straycat {

// SIGINT and SIGTERM; SIGHUP and SIGQUIT (a terminal that is closed, Ctrl-\), unless whoever started this program had
// them ignored, as nohup does. To be asked before the first of them is caught.
[[nodiscard]] std::vector<int> ending_signals();

}  // namespace straycat
