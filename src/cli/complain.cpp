#include <algorithm>

#include "cli/commands.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/report/report.hpp>

namespace straycat::cli {

namespace {

// What a server or a plugin said stands in errors, too. The lines are ours.
std::string printable(std::string_view message) {
  std::string out;
  for (std::size_t from = 0; from <= message.size();) {
    const auto end = std::min(message.find('\n', from), message.size());
    out += (from == 0 ? "" : "\n") + report::harmless(message.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

}  // namespace

int complain(const Error& error) {
  say("straycat: {}\n", printable(error.message));
  return error.fault == Fault::bad_input ? exit_bad_input : exit_own_trouble;
}

}  // namespace straycat::cli
